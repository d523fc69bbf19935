"""A project's budget beside the plan that spreads it: planned and earned value at any instant, and SPI(t).

Planned value follows the approved baseline. Without one it follows the plan as if nothing had happened: progress and the data date move
what remains, not what was planned. A line with a task is spread evenly over the task's working time, on its own calendar. A line without one is
spread over the whole project, on the project's, and earns as planned, until the project is complete and it is earned whole. A line with a
period of its own is spread over that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from planning.calendar import ROUND_THE_CLOCK, WorkCalendar
from planning.critical_path import schedule
from planning.earned_value import NO_BUDGET
from planning.figure import Figure
from planning.plan import Id, Plan, Task, TaskKind
from planning.planned_value import Spread, earned, earned_schedule, periods_of, planned_value
from planning.progress import NOTHING, WHOLE, Progress, Report, Rollup

UNTOUCHED = Progress((), NOTHING)


Span: TypeAlias = tuple[int, int]
"""From an instant to another."""


class Line(NamedTuple):
    """A budget line. span: the period over which it is spread, else its task's dates, without a task the project's."""

    task_id: Id | None
    amount: Decimal
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """The dates that budget lines are spread over. dates: start and finish (instants) of each task that has any.

    calendars, calendar: what tasks and the project worked by then; what is not there works by the plan's own.
    """

    dates: Mapping[Id, Span]
    start: int
    finish: int
    calendars: Mapping[Id, WorkCalendar] = field(default_factory=dict)
    calendar: WorkCalendar | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """One project's budget lines on the dates that they were planned for. Amounts are of one currency."""

    own: tuple[tuple[Spread, Progress | Rollup], ...]
    """Lines with a task, and how the task went on."""
    general: tuple[Spread, ...]
    """Lines without a task: first those that are spread over the whole project, together."""
    dropped: Decimal
    """What was budgeted for tasks that were not planned: part of the budget, but never planned nor earned."""
    removed: Decimal
    """What a baseline planned for tasks that are no longer in the plan: it is not earned any more."""
    completed_at: int | None
    """When the last work was finished, if all of it is."""
    curve: tuple[Spread, ...] = ()
    """Where not the lines of a baseline are known but its planned value over time: what is planned when."""
    agreed_budget: Decimal | None = None
    """The budget of that baseline."""

    @classmethod
    def of(
        cls,
        plan: Plan,
        lines: Iterable[Line],
        baseline: Agreed | None = None,
        reports: Mapping[Id, Sequence[Report]] | None = None,
    ) -> "Books":
        """The books of a plan of one project and its budget lines, the baseline's where there is one. Raises PlanError.

        reports: percent complete of tasks as of instants, in their order.
        """
        lines = list(lines)
        agreed = baseline or _agreed(plan)
        project = agreed.calendar or plan.projects[0].calendar
        calendars = {task.id: task.calendar or plan.projects[0].calendar for task in plan.tasks}
        calendars |= agreed.calendars
        progress = _progress(plan.tasks, agreed.dates, reports or {})
        work = [task for task in plan.tasks if task.kind in {TaskKind.TASK, TaskKind.MILESTONE}]
        is_complete = bool(work) and all(task.percent_complete >= WHOLE for task in work)
        spread = [
            (task_id, Spread(amount, *(span or agreed.dates[task_id]), calendars.get(task_id, project)))
            for task_id, amount, span in lines
            if task_id is not None and task_id in agreed.dates
        ]
        overall = sum((line.amount for line in lines if line.task_id is None and line.span is None), NOTHING)
        phased = [(line.amount, line.span) for line in lines if line.task_id is None and line.span is not None]
        general = (
            Spread(overall, agreed.start, agreed.finish, project),
            *(Spread(amount, *span, project) for amount, span in phased),
        )
        whole = sum((line.amount for line in lines), NOTHING)
        return cls(
            own=tuple((each, progress.get(task_id, UNTOUCHED)) for task_id, each in spread),
            general=general,
            dropped=whole - _sum(general) - _sum(each for _, each in spread),
            removed=_sum(each for task_id, each in spread if task_id not in progress),
            completed_at=schedule(plan).finish if is_complete else None,
        )

    @property
    def budget(self) -> Decimal:
        """Budget at completion."""
        if self.agreed_budget is not None:
            return self.agreed_budget
        return _sum(self.spreads()) + self.dropped

    def measured_by(self, budget: Decimal, curve: Iterable[Spread]) -> "Books":
        """The same work, measured by a baseline of which the budget and the planned value over time are known. It earns by the present lines."""
        return replace(self, agreed_budget=budget, curve=tuple(curve))

    def times(self, rate: Decimal) -> "Books":
        """The same in another currency, of which one unit of the present one is ``rate``."""
        return replace(
            self,
            own=tuple((_times(spread, rate), progress) for spread, progress in self.own),
            general=tuple(_times(spread, rate) for spread in self.general),
            dropped=self.dropped * rate,
            removed=self.removed * rate,
            curve=tuple(_times(spread, rate) for spread in self.curve),
            agreed_budget=None if self.agreed_budget is None else self.agreed_budget * rate,
        )

    def planned(self, at: int) -> Decimal:
        """Planned value at an instant."""
        return planned_value(self.spreads(), at)

    def earned(self, at: int) -> Decimal:
        """Earned value at an instant, of the past as of now."""
        is_complete = self.completed_at is not None and self.general[0].calendar.between(self.completed_at, at) >= 0
        general = _sum(self.general) if is_complete else planned_value(self.general, at)
        return sum((earned(spread.amount, progress.at(at, spread.calendar)) for spread, progress in self.own), general)

    def spreads(self) -> Iterator[Spread]:
        """Every line, where it was planned."""
        if self.agreed_budget is not None:
            yield from self.curve
            return
        yield from self.general
        yield from (spread for spread, _ in self.own)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a schedule is earned, in working minutes of a calendar. earned: ES; elapsed: AT; spi_t: the one over the other."""

    calendar: WorkCalendar
    earned: int
    elapsed: int
    spi_t: Figure


def pace_of(books: Sequence[Books], at: int, ev: Decimal) -> Pace | None:
    """The schedule that projects together have earned on the sum of their curves, beside the time elapsed since the first began; None without a budget.

    Time is working time where all of them work by one calendar, else time on the clock.
    """
    budgeted = [each for each in books if each.budget > 0]
    spreads = [spread for each in budgeted for spread in each.spreads() if spread.amount]
    if not spreads:
        return None
    start = min(spread.start for spread in spreads)
    calendar = _shared(spread.calendar for spread in spreads)
    period, ends = periods_of(spreads, calendar)
    completed = [each.completed_at for each in budgeted]
    until = min(at, max(each or 0 for each in completed)) if None not in completed else at
    elapsed = max(0, calendar.between(start, until))
    told = earned_schedule([planned_value(spreads, end) for end in ends], ev, Decimal(elapsed) / period)
    return Pace(calendar, round(told.earned * period), elapsed, told.spi_t)


def spi_t(books: Sequence[Books], at: int, ev: Decimal) -> Figure:
    """SPI(t) of projects together."""
    pace = pace_of(books, at, ev)
    return Figure.undefined(NO_BUDGET) if pace is None else pace.spi_t


def _sum(spreads: Iterable[Spread]) -> Decimal:
    return sum((spread.amount for spread in spreads), NOTHING)


def _times(spread: Spread, rate: Decimal) -> Spread:
    return replace(spread, amount=spread.amount * rate)


def _shared(calendars: Iterable[WorkCalendar]) -> WorkCalendar:
    different = set(calendars)
    return different.pop() if len(different) == 1 else ROUND_THE_CLOCK


def percent_done(plan: Plan) -> dict[Id, Decimal]:
    """How much of each task of a plan of one project is done, 0 to 100: of a summary what is of the work below it, of a level of effort what was
    planned to be by the data date.
    """
    home = plan.projects[0]
    told = (at for task in plan.tasks for at in (task.actual_start, task.actual_finish) if at is not None)
    now = max([home.start, *told])
    dates: Mapping[Id, Span] = {}
    if home.data_date is not None:
        dates, now = _agreed(plan).dates, max(now, home.data_date)
    progress = _progress(plan.tasks, dates, {})
    return {task.id: progress[task.id].at(now, task.calendar or home.calendar) for task in plan.tasks}


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


def _agreed(plan: Plan) -> Agreed:
    """The dates of a plan without a baseline."""
    planned = schedule(as_planned(plan))
    dates = {task_id: (item.early_start, item.early_finish) for task_id, item in planned.items.items()}
    return Agreed(dates, planned.start, planned.finish)


def _progress(
    tasks: Sequence[Task], dates: Mapping[Id, tuple[int, int]], reports: Mapping[Id, Sequence[Report]]
) -> dict[Id, Progress | Rollup]:
    """The progress of every task; a summary's is that of the work below it."""
    own = {task.id: Progress.of(task, dates.get(task.id), reports.get(task.id, ())) for task in tasks}
    by_id = {task.id: task for task in tasks}
    below: dict[Id, list[tuple[int, Progress]]] = {}
    for task in tasks:
        if task.kind is TaskKind.SUMMARY:
            continue
        above = task.parent_id
        while above is not None:
            below.setdefault(above, []).append((task.duration, own[task.id]))
            above = by_id[above].parent_id
    return own | {summary: Rollup(tuple(parts)) for summary, parts in below.items()}
