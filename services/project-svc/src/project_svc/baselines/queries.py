"""Baselines as they are read back."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.project_events.baselines import BaselineState, BaselineStatus
from planning import WorkCalendar
from planning.defined import calendar_of
from planning.written import at_start
from project_svc.baselines.models import (
    NO_CALENDAR,
    TABLE,
    BaselineCalendar,
    BaselineDeliverable,
    BaselineLine,
    BaselineLink,
    BaselineTask,
)
from project_svc.baselines.picture import Picture, PicturedLine, PicturedTask, ends_of
from project_svc.baselines.scope import scope_of
from project_svc.records import table_of
from project_svc.register.tables import record_of

TASKS = table_of(BaselineTask)
LINES = table_of(BaselineLine)
CALENDARS = table_of(BaselineCalendar)
SCOPE = (table_of(BaselineDeliverable), table_of(BaselineLink))


async def approved_baseline(session: AsyncSession, project_id: UUID) -> BaselineState | None:
    """The baseline that the project is measured by; None before one was approved."""
    statement = select(TABLE).where(TABLE.c.project_id == project_id, TABLE.c.state == BaselineStatus.APPROVED)
    row = (await session.execute(statement)).mappings().one_or_none()
    return None if row is None else record_of(BaselineState, row)


async def baseline_at(session: AsyncSession, project_id: UUID, day: date) -> BaselineState | None:
    """The baseline that a past day is measured by: the last one approved by its end (UTC), else the first one; None before one was approved."""
    approved = TABLE.c.approved_at
    was_approved = approved < datetime.combine(day + timedelta(days=1), time(), UTC)
    statement = (
        select(TABLE)
        .where(TABLE.c.project_id == project_id, approved.is_not(None))
        .order_by(was_approved.desc(), case((was_approved, approved)).desc(), approved)
        .limit(1)
    )
    row = (await session.execute(statement)).mappings().one_or_none()
    return None if row is None else record_of(BaselineState, row)


async def picture_of(session: AsyncSession, baseline: BaselineState) -> Picture:
    """What a baseline is a copy of."""
    tasks = await session.execute(
        select(*(column for column in TASKS.c if column.name not in {"baseline_id", "organization_id"}))
        .where(col(BaselineTask.baseline_id) == baseline.id)
        .order_by(TASKS.c.task_id)
    )
    lines = await session.execute(
        select(*(column for column in LINES.c if column.name not in {"baseline_id", "organization_id"}))
        .where(col(BaselineLine.baseline_id) == baseline.id)
        .order_by(LINES.c.line_id)
    )
    calendars = await _calendars_of(session, baseline.id)
    more = None
    if baseline.success_criteria is not None:
        more = await scope_of(
            session, baseline.success_criteria, SCOPE, lambda table: table.c.baseline_id == baseline.id
        )
    pictured = {row.task_id: PicturedTask(**row._asdict()) for row in tasks}
    start, finish = ends_of(pictured.values(), at_start(baseline.figures.start))
    return Picture(
        revision=baseline.of_revision,
        scope=baseline.scope,
        start=start,
        finish=finish,
        tasks=pictured,
        lines={row.line_id: PicturedLine(**row._asdict()) for row in lines},
        calendar=calendars.pop(NO_CALENDAR, None),
        calendars=calendars,
        more=more,
        project_start=baseline.figures.project_start,
    )


async def tasks_of(session: AsyncSession, baselines: Collection[UUID]) -> Sequence[Row[Any]]:
    """The tasks of several baselines as they were then: rows of `BaselineTask`."""
    found = await session.execute(select(TASKS).where(TASKS.c.baseline_id.in_(baselines)))
    return found.all()


async def _calendars_of(session: AsyncSession, baseline_id: UUID) -> dict[UUID, WorkCalendar]:
    """The calendars that were kept; none for a baseline that was taken before calendars were."""
    found = await session.execute(select(CALENDARS).where(CALENDARS.c.baseline_id == baseline_id))
    return {row.calendar_id: calendar_of(row.definition, row.minutes_per_day) for row in found}
