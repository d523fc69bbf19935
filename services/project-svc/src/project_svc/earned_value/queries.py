"""A project's earned value, from its budget lines, its costs and its schedule.

There is no baseline yet, so planned value follows the plan as if nothing had happened: progress and the data date move what remains,
not what was planned. A line with a task is spread evenly over the task's working time. A line without one is spread over the whole
project and earns as planned, until the project is complete and it is earned whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from planning import MON_TO_FRI, Plan, Task, TaskKind
from planning.earned_value import NO_BUDGET, EarnedValue, earned_value
from planning.figure import Figure
from planning.planned_value import Spread, earned, earned_schedule, planned_value
from project_svc.budgets.models import Actual, BudgetLine
from project_svc.projects.reading import ReadProject
from project_svc.schedule.dates import at_finish
from project_svc.schedule.network import as_planned, computed, plan_of

WHOLE = Decimal(100)
MOST_PERIODS = 250
"""Points at which the plan's curve is looked at for the earned schedule: working days, or more of them at a time in a long project."""
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
    plan = await plan_of(project.session, project.row)
    books = _Books(plan, await _lines(project))
    at = at_finish(on)
    cost = await _cost(project, on)
    figures = earned_value(books.planned(at), books.earned(at), cost, books.budget)
    warnings = figures.warnings + ((CANCELLED_TASK_BUDGET,) if books.has_cancelled_budget else ())
    return Standing(on, figures, books.spi_t(at, figures.ev), warnings)


async def _lines(project: ReadProject) -> Sequence[tuple[UUID | None, Decimal]]:
    found = select(col(BudgetLine.task_id), col(BudgetLine.amount)).where(col(BudgetLine.project_id) == project.id)
    return [(task_id, amount) for task_id, amount in await project.session.execute(found)]


async def _cost(project: ReadProject, until: date) -> Decimal:
    day = until.date() if isinstance(until, datetime) else until
    spent = select(func.coalesce(func.sum(col(Actual.amount)), 0))
    spent = spent.where(col(Actual.project_id) == project.id, col(Actual.on) <= day)
    return Decimal((await project.session.scalars(spent)).one())


class _Books:
    """Budget lines beside the planned schedule that spreads them."""

    def __init__(self, plan: Plan, lines: Sequence[tuple[UUID | None, Decimal]]) -> None:
        self._plan = plan
        self._schedule = schedule = computed(as_planned(plan))
        self._progress = _progress(plan.tasks)
        self._of_tasks = [(task_id, amount) for task_id, amount in lines if task_id in schedule.items]
        self._of_project = sum((amount for task_id, amount in lines if task_id is None), Decimal(0))
        self.budget = sum((amount for _, amount in lines), Decimal(0))
        self.has_cancelled_budget = any(task_id is not None and task_id not in schedule.items for task_id, _ in lines)
        self._is_complete = bool(plan.tasks) and all(
            task.percent_complete >= WHOLE for task in plan.tasks if task.kind != TaskKind.SUMMARY
        )

    def planned(self, at: int) -> Decimal:
        return planned_value(self._spreads(), at)

    def earned(self, at: int) -> Decimal:
        own = sum(
            (earned(amount, self._progress[task_id]) for task_id, amount in self._of_tasks if task_id), Decimal(0)
        )
        general = self._of_project if self._is_complete else planned_value([self._general()], at)
        return own + general

    def spi_t(self, at: int, ev: Decimal) -> Figure:
        if self.budget <= 0:
            return Figure.undefined(NO_BUDGET)
        start, finish = self._schedule.start, self._schedule.finish
        day = MON_TO_FRI.minutes_per_day
        days = -(-MON_TO_FRI.between(start, finish) // day)
        period = max(1, -(-days // MOST_PERIODS)) * day
        ends = [MON_TO_FRI.add(start, end) for end in range(period, days * day + period, period)]
        until = min(at, computed(self._plan).finish) if self._is_complete else at
        elapsed = Decimal(max(0, MON_TO_FRI.between(start, until))) / period
        return earned_schedule([self.planned(end) for end in ends], ev, elapsed).spi_t

    def _general(self) -> Spread:
        return Spread(self._of_project, self._schedule.start, self._schedule.finish, MON_TO_FRI)

    def _spreads(self) -> Iterator[Spread]:
        yield self._general()
        for task_id, amount in self._of_tasks:
            if task_id is not None:
                item = self._schedule.items[task_id]
                yield Spread(amount, item.early_start, item.early_finish, MON_TO_FRI)


def _progress(tasks: Sequence[Task]) -> dict[UUID, Decimal]:
    """Percent complete of every task; a summary's is that of the work below it, weighed by duration."""
    percent = {task.id: Decimal(str(task.percent_complete)) for task in tasks}
    by_id = {task.id: task for task in tasks}
    below: dict[UUID, tuple[Decimal, int]] = {}
    for task in tasks:
        if task.kind == TaskKind.SUMMARY:
            continue
        above = task.parent_id
        while above is not None:
            done, whole = below.get(above, (Decimal(0), 0))
            below[above] = done + percent[task.id] * task.duration, whole + task.duration
            above = by_id[above].parent_id
    return percent | {summary: done / whole for summary, (done, whole) in below.items() if whole}
