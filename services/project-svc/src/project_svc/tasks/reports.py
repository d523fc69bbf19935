"""Progress as it was reported, data date by data date: what was earned at a past date is told from it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from planning import WorkCalendar
from planning.progress import Report
from planning.written import frame_finish
from project_svc.projects.locked import LockedProject
from project_svc.records import WRITTEN_DATE, Row, table_of
from project_svc.tasks.models import Task


class ProgressReport(Row, table=True):
    """Percent complete of a task as of a data date."""

    __tablename__ = "progress_reports"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "task_id"], ["tasks.project_id", "tasks.id"], ondelete="CASCADE"),
        Index("ix_progress_reports_project_id", "project_id"),
    )

    task_id: UUID = Field(primary_key=True)
    as_of: date = Field(primary_key=True, sa_type=WRITTEN_DATE)
    organization_id: UUID
    project_id: UUID
    percent_complete: Decimal = Field(sa_type=Numeric)


TABLE = table_of(ProgressReport)


async def report_progress(project: LockedProject, task: Task) -> None:
    """Keep a task's progress as of the project's data date, if it has one; a report takes back those as of later dates."""
    as_of = project.row.data_date
    if as_of is None:
        return
    later = delete(TABLE).where(col(ProgressReport.task_id) == task.id, col(ProgressReport.as_of) >= as_of)
    await project.session.execute(later)
    report = {
        "task_id": task.id,
        "as_of": as_of,
        "organization_id": task.organization_id,
        "project_id": task.project_id,
        "percent_complete": task.percent_complete,
    }
    await project.session.execute(insert(TABLE), report)


async def reports_of(
    session: AsyncSession, project_id: UUID, calendars: Sequence[WorkCalendar]
) -> dict[UUID, list[Report]]:
    """The reports of each task of a project that works by these calendars, in the order of their dates."""
    found = await session.execute(
        select(TABLE.c.task_id, TABLE.c.as_of, TABLE.c.percent_complete)
        .where(TABLE.c.project_id == project_id)
        .order_by(TABLE.c.task_id, TABLE.c.as_of)
    )
    reports: dict[UUID, list[Report]] = {}
    for task_id, as_of, percent in found:
        reports.setdefault(task_id, []).append((frame_finish(as_of, calendars), percent))
    return reports
