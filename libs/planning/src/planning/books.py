"""A project's budget beside the plan that spreads it: planned and earned value at any instant, and SPI(t).

Without a baseline, planned value follows the plan as if nothing had happened: progress and the data date move what remains, not what was
planned. A line with a task is spread evenly over the task's working time, on its own calendar. A line without one is spread over the whole
project, on the project's, and earns as planned, until the project is complete and it is earned whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from planning.calendar import ROUND_THE_CLOCK, WorkCalendar
from planning.critical_path import schedule
from planning.earned_value import NO_BUDGET
from planning.figure import Figure
from planning.plan import Id, Plan, Task, TaskKind
from planning.planned_value import Spread, earned, earned_schedule, planned_value

WHOLE = Decimal(100)
MOST_PERIODS = 250
"""Points at which a plan's curve is looked at for the earned schedule: working days, or more of them at a time in a long plan."""


@dataclass(frozen=True, slots=True)
class Books:
    """One project's budget lines on the dates that they were planned for. Amounts are of one currency."""

    own: tuple[tuple[Spread, Decimal], ...]
    """Lines with a task, and how much of the task is done (0 to 100)."""
    general: Spread
    """Lines without a task."""
    dropped: Decimal
    """What was budgeted for tasks that are no longer in the plan: part of the budget, but never planned nor earned."""
    completed_at: int | None
    """When the last work was finished, if all of it is."""

    @classmethod
    def of(cls, plan: Plan, lines: Sequence[tuple[Id | None, Decimal]]) -> "Books":
        """The books of a plan of one project and its budget lines as (task, amount). Raises PlanError."""
        planned = schedule(as_planned(plan))
        progress = _progress(plan.tasks)
        work = [task for task in plan.tasks if task.kind is not TaskKind.SUMMARY]
        project = plan.projects[0].calendar
        calendars = {task.id: task.calendar or project for task in plan.tasks}
        is_complete = bool(work) and all(task.percent_complete >= WHOLE for task in work)

        def spread(task_id: Id, amount: Decimal) -> Spread:
            item = planned.items[task_id]
            return Spread(amount, item.early_start, item.early_finish, calendars[task_id])

        whole = sum((amount for task_id, amount in lines if task_id is None), Decimal(0))
        return cls(
            own=tuple((spread(task_id, amount), progress[task_id]) for task_id, amount in lines if task_id in progress),
            general=Spread(whole, planned.start, planned.finish, project),
            dropped=sum(
                (amount for task_id, amount in lines if task_id is not None and task_id not in progress), Decimal(0)
            ),
            completed_at=schedule(plan).finish if is_complete else None,
        )

    @property
    def budget(self) -> Decimal:
        """Budget at completion."""
        return sum((spread.amount for spread, _ in self.own), self.general.amount + self.dropped)

    def planned(self, at: int) -> Decimal:
        """Planned value at an instant."""
        return planned_value(self.spreads(), at)

    def earned(self, at: int) -> Decimal:
        """Earned value at an instant, from the progress as it now stands."""
        general = planned_value([self.general], at) if self.completed_at is None else self.general.amount
        return sum((earned(spread.amount, percent) for spread, percent in self.own), general)

    def spreads(self) -> Iterator[Spread]:
        """Every line, where it was planned."""
        yield self.general
        yield from (spread for spread, _ in self.own)


def spi_t(books: Sequence[Books], at: int, ev: Decimal) -> Figure:
    """SPI(t) of projects together: the schedule earned on the sum of their curves, over the time elapsed since the first began.

    Time is working time where all of them work by one calendar, else time on the clock.
    """
    budgeted = [each for each in books if each.budget > 0]
    spreads = [spread for each in budgeted for spread in each.spreads() if spread.amount]
    if not spreads:
        return Figure.undefined(NO_BUDGET)
    start, finish = min(spread.start for spread in spreads), max(spread.finish for spread in spreads)
    calendar = _shared(spread.calendar for spread in spreads)
    day = calendar.minutes_per_day
    days = -(-calendar.between(start, finish) // day)
    period = max(1, -(-days // MOST_PERIODS)) * day
    ends = [calendar.add(start, end) for end in range(period, days * day + period, period)]
    completed = [each.completed_at for each in budgeted]
    until = min(at, max(each or 0 for each in completed)) if None not in completed else at
    elapsed = Decimal(max(0, calendar.between(start, until))) / period
    return earned_schedule([planned_value(spreads, end) for end in ends], ev, elapsed).spi_t


def _shared(calendars: Iterable[WorkCalendar]) -> WorkCalendar:
    different = set(calendars)
    return different.pop() if len(different) == 1 else ROUND_THE_CLOCK


def as_planned(plan: Plan) -> Plan:
    """The plan as if nothing had happened yet: without progress, data date, and what other projects' progress imposes."""
    return Plan(
        projects=[replace(project, data_date=None) for project in plan.projects],
        tasks=[
            replace(task, remaining=None, percent_complete=0, actual_start=None, actual_finish=None, imposed=())
            for task in plan.tasks
        ],
        links=plan.links,
    )


def _progress(tasks: Sequence[Task]) -> dict[Id, Decimal]:
    """Percent complete of every task; a summary's is that of the work below it, weighed by duration."""
    percent = {task.id: Decimal(str(task.percent_complete)) for task in tasks}
    by_id = {task.id: task for task in tasks}
    below: dict[Id, tuple[Decimal, int]] = {}
    for task in tasks:
        if task.kind is TaskKind.SUMMARY:
            continue
        above = task.parent_id
        while above is not None:
            done, whole = below.get(above, (Decimal(0), 0))
            below[above] = done + percent[task.id] * task.duration, whole + task.duration
            above = by_id[above].parent_id
    return percent | {summary: done / whole for summary, (done, whole) in below.items() if whole}
