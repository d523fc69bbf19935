"""A project's earned value, from its budget lines, its costs and its plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from planning import PlanError
from planning.books import Books, spi_t
from planning.earned_value import EarnedValue, earned_value
from planning.engine.objects import plan_of
from planning.figure import Figure
from planning.written import frame_finish
from project_svc.budgets.models import Actual, BudgetLine
from project_svc.projects.reading import ReadProject
from project_svc.schedule.columns import plan_columns
from project_svc.schedule.problems import explained

CANCELLED_TASK_BUDGET = "cancelled_task_budget"


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures at a data date, and SPI(t)."""

    data_date: date
    figures: EarnedValue
    spi_t: Figure
    warnings: tuple[str, ...]


async def standing_of(project: ReadProject, data_date: date | None) -> Standing:
    """Where the project stands at `data_date`, else at its own data date, else today."""
    on = data_date or project.row.data_date or datetime.now(UTC).date()
    planned = await plan_columns(project)
    plan = plan_of(planned.columns)
    try:
        books = Books.of(plan, await _lines(project))
    except PlanError as error:
        raise explained(error) from error
    at = frame_finish(on, planned.calendars)
    cost = await _cost(project, on)
    figures = earned_value(books.planned(at), books.earned(at), cost, books.budget)
    warnings = figures.warnings + ((CANCELLED_TASK_BUDGET,) if books.dropped else ())
    return Standing(on, figures, spi_t([books], at, figures.ev), warnings)


async def _lines(project: ReadProject) -> Sequence[tuple[UUID | None, Decimal]]:
    found = select(col(BudgetLine.task_id), col(BudgetLine.amount)).where(col(BudgetLine.project_id) == project.id)
    return [(task_id, amount) for task_id, amount in await project.session.execute(found)]


async def _cost(project: ReadProject, until: date) -> Decimal:
    day = until.date() if isinstance(until, datetime) else until
    spent = select(func.coalesce(func.sum(col(Actual.amount)), 0))
    spent = spent.where(col(Actual.project_id) == project.id, col(Actual.on) <= day)
    return Decimal((await project.session.scalars(spent)).one())
