"""Programs, read."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.positions import POSITION_HEADER
from chassis.problem import NotFound
from program_svc.components.models import Component
from program_svc.programs.models import Program
from program_svc.replica.models import PROJECTS


async def the_program(session: AsyncSession, program_id: UUID) -> Program:
    """The program. Raises NotFound."""
    program = await session.get(Program, program_id)
    if program is None:
        raise NotFound(f"There is no program {program_id}.")
    return program


async def positions_of(session: AsyncSession, program_id: UUID) -> dict[UUID, int]:
    """The revision of each project that the program's picture reflects."""
    components = select(col(Component.project_id)).where(col(Component.program_id) == program_id)
    rows = await session.execute(
        select(PROJECTS.c.id, PROJECTS.c.revision).where(PROJECTS.c.id.in_(components)).order_by(PROJECTS.c.id)
    )
    return {row.id: row.revision for row in rows}


def reflect(response: Response, program: Program, positions: Mapping[UUID, int]) -> None:
    """Say on the answer which revisions it reflects: the program's and those of its projects."""
    said = [
        f"program/{program.id}@{program.latest_revision}",
        *(f"project/{id_}@{revision}" for id_, revision in positions.items()),
    ]
    response.headers[POSITION_HEADER] = ", ".join(said)
