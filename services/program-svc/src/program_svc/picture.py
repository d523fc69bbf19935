"""A program's picture as canonical JSON: what its facts imply, byte for byte the same however they were heard.

It holds no revision, no instant and no history, which tell of the way and not of where it led; a dependency's state by itself
(committed, at risk, breached) is there as the margin that makes it so.
"""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from program_svc.components.models import Component
from program_svc.dependencies.models import WATCHED, Dependency
from program_svc.dependencies.shapes import state_of
from program_svc.network.models import ProgramScheduleRow
from program_svc.network.queries import network_of
from program_svc.network.shapes import schedule_read
from program_svc.programs.queries import positions_of, the_program
from program_svc.replica.models import (
    ACTUALS,
    BASELINES,
    BUDGET_LINES,
    CALENDARS,
    ISSUES,
    LINKS,
    PROJECTS,
    RISKS,
    TASKS,
)

AGREED = "agreed"
OF_THE_WAY = {"revision", "created_at", "updated_at", "committed_by", "slip_answer"}


async def canonical_picture(session: AsyncSession, program_id: UUID) -> bytes:
    """The program's picture: facts of its projects, dependencies, stored and computed dates. Raises NotFound and Unschedulable."""
    program = await the_program(session, program_id)
    components = select(col(Component.project_id)).where(col(Component.program_id) == program_id)
    project_ids = sorted(await session.scalars(components))
    network = await network_of(session, program)
    schedule = schedule_read(network, await positions_of(session, program_id), network.schedule.items)
    picture = {
        "program_id": str(program_id),
        "projects": await _rows(session, PROJECTS, "id", project_ids),
        **{
            table.name: await _rows(session, table, "project_id", project_ids)
            for table in (CALENDARS, TASKS, LINKS, BUDGET_LINES, ACTUALS, RISKS, ISSUES, BASELINES)
        },
        "dependencies": await _dependencies(session, program_id),
        "stored_dates": await _stored_dates(session, program_id),
        "schedule": schedule.model_dump(mode="json", by_alias=True),
    }
    return orjson.dumps(picture, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)


async def _rows(session: AsyncSession, table: Table, key: str, project_ids: list[UUID]) -> list[dict[str, Any]]:
    found = await session.execute(select(table).where(table.c[key].in_(project_ids)).order_by(table.c.id))
    return [row._asdict() for row in found]


async def _dependencies(session: AsyncSession, program_id: UUID) -> list[dict[str, Any]]:
    found = await session.scalars(
        select(Dependency).where(col(Dependency.program_id) == program_id).order_by(col(Dependency.id))
    )
    return [
        state_of(each).model_dump(mode="json", exclude=OF_THE_WAY)
        | {"state": AGREED if each.state in WATCHED else each.state.value}
        for each in found
    ]


async def _stored_dates(session: AsyncSession, program_id: UUID) -> list[dict[str, Any]]:
    rows = select(ProgramScheduleRow).where(col(ProgramScheduleRow.program_id) == program_id)
    names = ("task_id", "project_id", "early_start", "early_finish", "driving_link_id", "driving_dependency_id")
    found = await session.scalars(rows.order_by(col(ProgramScheduleRow.task_id)))
    return [{name: getattr(row, name) for name in names} for row in found]
