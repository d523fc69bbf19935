"""Benefits, read with what the network says of their milestones."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

import planning
from contracts.program_events.benefits import BenefitState, MeasurementState
from program_svc.benefits.forecast import realised_on
from program_svc.benefits.models import MEASUREMENTS, tasks_of
from program_svc.network.models import ProgramScheduleRow
from program_svc.register.tables import record_of


async def measurements_of(session: AsyncSession, benefit_id: UUID) -> list[MeasurementState]:
    """A benefit's measurements, the earliest day first."""
    table = MEASUREMENTS
    found = select(table).where(table.c.benefit_id == benefit_id).order_by(table.c.on, table.c.revision)
    return [record_of(MeasurementState, row) for row in (await session.execute(found)).mappings()]


async def finishes_of(session: AsyncSession, program_id: UUID, task_ids: Collection[UUID]) -> dict[UUID, date]:
    """The days on which these tasks will be done by the program's network; one that is not in it is left out."""
    rows = select(col(ProgramScheduleRow.task_id), col(ProgramScheduleRow.early_finish)).where(
        col(ProgramScheduleRow.program_id) == program_id, col(ProgramScheduleRow.task_id).in_(task_ids)
    )
    return {task_id: planning.to_date(finish, finish=True) for task_id, finish in await session.execute(rows)}


async def realisations_of(
    session: AsyncSession, program_id: UUID, benefits: Collection[BenefitState]
) -> Mapping[UUID, date | None]:
    """When each of these benefits of one program will be realised; none where its milestone is not in the network."""
    finishes = await finishes_of(session, program_id, tasks_of(benefits))
    return {
        each.id: realised_on(each, None if each.milestone is None else finishes.get(each.milestone.task_id))
        for each in benefits
    }
