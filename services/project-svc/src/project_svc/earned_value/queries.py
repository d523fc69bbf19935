"""A project's earned value, from its budget lines, its costs and its plan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np
from sqlalchemy import func, select
from sqlmodel import col

from planning import PlanError, WorkCalendar
from planning.books import Books, Line, Pace, pace_of
from planning.earned_value import EarnedValue, earned_value
from planning.engine.objects import plan_of
from planning.written import frame_finish
from project_svc.baselines.picture import PicturedLine
from project_svc.baselines.queries import approved_baseline, baseline_at, picture_of
from project_svc.budgets.models import Actual, BudgetLine
from project_svc.projects.reading import ReadProject
from project_svc.records import day_written, table_of
from project_svc.schedule.columns import PlanColumns, plan_columns
from project_svc.schedule.problems import explained
from project_svc.tasks.reports import reports_of

LINES = table_of(BudgetLine)
CANCELLED_TASK_BUDGET = "cancelled_task_budget"


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures at a data date, measured by a baseline if one was approved. pace: the schedule earned; None without a budget."""

    data_date: date
    baseline_id: UUID | None
    figures: EarnedValue
    pace: Pace | None
    warnings: tuple[str, ...]


async def standing_of(project: ReadProject, data_date: date | None) -> Standing:
    """Where the project stands at `data_date`, else at its own data date, else today.

    Before its own data date (today, if it has none) it is measured by the baseline of that time, so that a new one does not change the past.
    """
    present = project.row.data_date or datetime.now(UTC).date()
    on = data_date or present
    day = day_written(on)
    kept = await kept_books(project, past=day if day < day_written(present) else None)
    at = frame_finish(on, kept.calendars)
    books = kept.books
    figures = earned_value(books.planned(at), books.earned(at), await _cost(project, on), books.budget)
    warnings = figures.warnings + ((CANCELLED_TASK_BUDGET,) if books.dropped or books.removed else ())
    return Standing(on, kept.baseline_id, figures, pace_of([books], at, figures.ev), warnings)


@dataclass(frozen=True, slots=True)
class KeptBooks:
    """A project's books, the calendars by which a day of them is over, and the baseline that they follow."""

    books: Books
    calendars: tuple[WorkCalendar, ...]
    baseline_id: UUID | None


async def kept_books(project: ReadProject, *, past: date | None = None) -> KeptBooks:
    """The books of a project, by its approved baseline, or by that of a `past` day, if there is one. Raises Cycle, OutsideTime, Unschedulable."""
    planned = await plan_columns(project)
    plan = plan_of(planned.columns)
    reports = await reports_of(project.session, project.id, planned.calendars)
    session = project.session
    baseline = await (
        approved_baseline(session, project.id) if past is None else baseline_at(session, project.id, past)
    )
    calendars = planned.calendars
    if baseline is None:
        agreed, lines = None, await _lines(project, planned)
    else:
        picture = await picture_of(project.session, baseline)
        agreed, lines = picture.agreed(), picture.booked(planned.calendars[-1])
        calendars += picture.kept_calendars  # a day of the baseline's is over when it was over then
    try:
        books = Books.of(plan, lines, agreed, reports)
    except PlanError as error:
        raise explained(error) from error
    return KeptBooks(books, tuple(calendars), None if baseline is None else baseline.id)


async def _lines(project: ReadProject, planned: PlanColumns) -> list[Line]:
    """The present budget lines, each with its own period on the calendar of its task, or of the project."""
    found = await project.session.execute(
        select(
            *(LINES.c.id.label("line_id"), LINES.c.name, LINES.c.amount, LINES.c.task_id),
            *(LINES.c.contingency, LINES.c.starts_on, LINES.c.ends_on),
        ).where(LINES.c.project_id == project.id)
    )
    lines = [PicturedLine(**row) for row in found.mappings()]
    if all(line.starts_on is None for line in lines):
        return [Line(line.task_id, line.amount) for line in lines]
    rows = np.arange(len(planned.tasks), dtype=np.int32)
    calendars: dict[UUID | None, WorkCalendar] = dict(zip(planned.tasks, planned.calendars_of(rows), strict=True))
    own = planned.calendars[-1]
    return [Line(line.task_id, line.amount, line.span(calendars.get(line.task_id, own))) for line in lines]


async def _cost(project: ReadProject, until: date) -> Decimal:
    spent = select(func.coalesce(func.sum(col(Actual.amount)), 0))
    spent = spent.where(col(Actual.project_id) == project.id, col(Actual.on) <= day_written(until))
    return Decimal((await project.session.scalars(spent)).one())
