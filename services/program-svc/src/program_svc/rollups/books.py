"""Budgets beside the schedule that spreads them: planned and earned value of a project, as far as the program knows it.

There is no baseline yet, so planned value follows the present schedule: a line with a task is spread evenly over the task's working
time. A line without one is spread over the whole project and earns as planned, until the project is complete and it is earned whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import planning
from planning import MON_TO_FRI
from planning.earned_value import NO_BUDGET
from planning.figure import Figure
from planning.planned_value import Spread, earned, earned_schedule, planned_value

WHOLE = Decimal(100)
MOST_PERIODS = 250
"""Points at which a plan's curve is looked at for the earned schedule: working days, or more of them at a time in a long plan."""


@dataclass(frozen=True, slots=True)
class Books:
    """One project's budget on its dates in the program's network. Amounts are of one currency.

    ``spreads`` and ``own`` belong to lines with a task, ``general`` to those without; ``cancelled`` is what was planned for tasks that
    are no longer part of the network: budget, but never planned nor earned.
    """

    own: Sequence[tuple[Spread, Decimal]]
    general: Spread
    cancelled: Decimal
    is_complete: bool

    @classmethod
    def of(
        cls,
        tasks: Sequence[planning.Task],
        items: Mapping[UUID, planning.ScheduledTask],
        lines: Sequence[tuple[UUID | None, Decimal]],
    ) -> "Books":
        """The books of a project: its tasks, their dates, its budget lines as (task, amount)."""
        progress = progress_of(tasks)
        start = min((items[task.id].early_start for task in tasks), default=0)
        finish = max((items[task.id].early_finish for task in tasks), default=0)
        general = sum((amount for task_id, amount in lines if task_id is None), Decimal(0))
        work = [task for task in tasks if task.kind is not planning.TaskKind.SUMMARY]
        return cls(
            own=[
                (Spread(amount, items[task_id].early_start, items[task_id].early_finish, MON_TO_FRI), progress[task_id])
                for task_id, amount in lines
                if task_id in progress
            ],
            general=Spread(general, start, finish, MON_TO_FRI),
            cancelled=sum(
                (amount for task_id, amount in lines if task_id is not None and task_id not in progress), Decimal(0)
            ),
            is_complete=bool(work) and all(task.percent_complete >= WHOLE for task in work),
        )

    @property
    def budget(self) -> Decimal:
        """Budget at completion."""
        return sum((spread.amount for spread, _ in self.own), self.general.amount + self.cancelled)

    def planned(self, at: int) -> Decimal:
        """Planned value at an instant."""
        return planned_value([self.general, *(spread for spread, _ in self.own)], at)

    def earned(self, at: int) -> Decimal:
        """Earned value at an instant."""
        general = self.general.amount if self.is_complete else planned_value([self.general], at)
        return sum((earned(spread.amount, percent) for spread, percent in self.own), general)


def spi_t(books: Sequence[Books], at: int, ev: Decimal) -> Figure:
    """SPI(t) of projects together: the earned schedule on the sum of their curves, over the time elapsed since the first began."""
    budgeted = [each for each in books if each.budget > 0]
    if not budgeted:
        return Figure.undefined(NO_BUDGET)
    spreads = [
        spread for each in budgeted for spread in (each.general, *(spread for spread, _ in each.own)) if spread.amount
    ]
    start = min((spread.start for spread in spreads), default=at)
    finish = max((spread.finish for spread in spreads), default=at)
    day = MON_TO_FRI.minutes_per_day
    days = -(-MON_TO_FRI.between(start, finish) // day)
    period = max(1, -(-days // MOST_PERIODS)) * day
    ends = [MON_TO_FRI.add(start, end) for end in range(period, days * day + period, period)]
    until = min(at, finish) if all(each.is_complete for each in budgeted) else at
    elapsed = Decimal(max(0, MON_TO_FRI.between(start, until))) / period
    return earned_schedule([planned_value(spreads, end) for end in ends], ev, elapsed).spi_t


def progress_of(tasks: Sequence[planning.Task]) -> dict[UUID, Decimal]:
    """Percent complete of every task; a summary's is that of the work below it, weighed by duration."""
    percent = {task.id: Decimal(str(task.percent_complete)) for task in tasks}
    by_id = {task.id: task for task in tasks}
    below: dict[UUID, tuple[Decimal, int]] = {}
    for task in tasks:
        if task.kind is planning.TaskKind.SUMMARY:
            continue
        above = task.parent_id
        while above is not None:
            done, whole = below.get(above, (Decimal(0), 0))
            below[above] = done + percent[task.id] * task.duration, whole + task.duration
            above = by_id[above].parent_id
    return percent | {summary: done / whole for summary, (done, whole) in below.items() if whole}
