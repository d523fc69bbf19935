"""How much float is left, and how it went down from report to report."""

from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from contracts.values import Duration
from contracts.vocabulary import TaskKind, TaskStatus
from planning import ScheduledTask
from planning.written import at_finish
from project_svc.baselines.queries import approved_baseline
from project_svc.projects.reading import ReadProject
from project_svc.schedule.queries import Planned
from project_svc.status_reports.models import TABLE, StatusReportContent
from project_svc.tasks.models import Task

MOST_POINTS = 100


async def float_of(project: ReadProject, planned: Planned, data_date: date) -> dict[str, Any]:
    """The float at a data date, in working days of the project.

    `margin`: from the finish to the deadline, or without one to the approved baseline's finish; null without either. `least` and `median`: total
    float of the tasks with work left; null without any.
    """
    calendar, finish = planned.calendar, planned.schedule.finish
    due = project.row.deadline
    if due is None and (baseline := await approved_baseline(project.session, project.id)) is not None:
        due = baseline.figures.finish
    open_tasks = await project.session.scalars(
        select(col(Task.id)).where(
            col(Task.project_id) == project.id,
            col(Task.kind) != TaskKind.SUMMARY,
            col(Task.state).not_in((TaskStatus.COMPLETE, TaskStatus.CANCELLED)),
        )
    )
    items = planned.schedule.items
    floats = [_total(items[task_id]) for task_id in open_tasks if task_id in items]

    def days(minutes: float | None) -> str | None:
        return None if minutes is None else str(Duration(round(minutes), calendar.minutes_per_day))

    return {
        "on": data_date.isoformat(),
        "margin": days(None if due is None or not items else calendar.between(finish, at_finish(due, calendar))),
        "least": days(min(floats, default=None)),
        "median": days(median(floats) if floats else None),
    }


def _total(item: ScheduledTask) -> int:
    return item.total_float


async def float_burn_of(project: ReadProject) -> list[dict[str, Any]]:
    """The float as the project's earlier reports have it, the latest hundred of them, in the order of their data dates."""
    found = await project.session.scalars(
        select(StatusReportContent.content["float"])
        .join(TABLE, TABLE.c.id == col(StatusReportContent.report_id))
        .where(TABLE.c.project_id == project.id)
        .order_by(TABLE.c.data_date.desc(), TABLE.c.id.desc())
        .limit(MOST_POINTS)
    )
    return list(reversed(found.all()))
