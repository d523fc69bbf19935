"""How much of a task was done when: by its actual dates and by the reports of its progress.

Between two points that are known, a start, reports, a finish, work is taken to have gone on evenly over the working time. After the last
one the task's percent complete holds. One that nobody dated holds from the actual start on, else at all times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import TypeAlias

from planning.calendar import WorkCalendar
from planning.figure import ARITHMETIC
from planning.plan import Task, TaskKind

Report: TypeAlias = tuple[int, Decimal]
"""Percent complete (0 to 100) as of an instant."""

NOTHING = Decimal(0)
WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Progress:
    """Percent complete over time. points: in the order of their instants; before the first, nothing was done. now: after the last."""

    points: tuple[Report, ...]
    now: Decimal

    @classmethod
    def of(cls, task: Task, planned: tuple[int, int] | None, reports: Sequence[Report] = ()) -> "Progress":
        """The progress of a task. planned: its planned start and finish, where it has any; reports: in the order of their instants.

        A level of effort earns with the time that passes: it is done as it was planned to be.
        """
        now = Decimal(str(task.percent_complete))
        if task.kind is TaskKind.LEVEL_OF_EFFORT and planned is not None:
            return cls(((planned[0], NOTHING), (planned[1], WHOLE)), WHOLE)
        begun = task.actual_start
        if begun is None and reports and planned is not None:
            begun = planned[0]
        finished = task.actual_finish
        told = [
            report
            for report in reports
            if (begun is None or report[0] > begun) and (finished is None or report[0] < finished)
        ]
        end = [] if finished is None else [(finished, WHOLE)]
        if begun is None:
            return cls((*told, *end), now)
        return cls(((begun, NOTHING if told or end else now), *told, *end), now)

    def at(self, instant: int, calendar: WorkCalendar) -> Decimal:
        """Percent complete at an instant."""
        if not self.points:
            return self.now
        position = calendar.worked(instant)
        if position >= calendar.worked(self.points[-1][0]) and instant >= self.points[0][0]:
            return self.now
        for (since, done), (until, more) in pairwise(self.points):
            begin, end = calendar.worked(since), calendar.worked(until)
            if instant >= since and position < end:
                with localcontext(ARITHMETIC):
                    return done + (more - done) * (position - begin) / (end - begin)
        return NOTHING


@dataclass(frozen=True, slots=True)
class Rollup:
    """The progress of several tasks together, each weighed by its duration; without durations, alike."""

    parts: tuple[tuple[int, Progress], ...]

    def at(self, instant: int, calendar: WorkCalendar) -> Decimal:
        """Percent complete at an instant."""
        even = 0 if any(weight for weight, _ in self.parts) else 1
        with localcontext(ARITHMETIC):
            whole = sum(weight or even for weight, _ in self.parts)
            done = sum(((weight or even) * part.at(instant, calendar) for weight, part in self.parts), NOTHING)
            return done / whole if whole else NOTHING
