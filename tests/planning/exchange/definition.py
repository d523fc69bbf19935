"""One task's dates by their definition alone, given its neighbours' dates: written apart from the engine, to say who is right about a task.

A link says: the end of the successor is not before the end of the predecessor plus the lag, worked off in the lag calendar.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from planning.calendar import ROUND_THE_CLOCK, WorkCalendar
from planning.plan import ConstraintType, LagCalendar, Link, LinkType, Plan, Task

Dates = Sequence[int]
"""Early start, early finish, late start, late finish: instants."""

FROM_START = (LinkType.SS, LinkType.SF)
TO_FINISH = (LinkType.FF, LinkType.SF)
LATEST = 1 << 60


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A plan of one project without progress, and the links around each of its tasks."""

    plan: Plan
    index: dict[UUID, int]
    into: list[list[Link]]
    out: list[list[Link]]

    @classmethod
    def of(cls, plan: Plan) -> "Neighbourhood":
        index = {task.id: place for place, task in enumerate(plan.tasks)}
        into: list[list[Link]] = [[] for _ in plan.tasks]
        out: list[list[Link]] = [[] for _ in plan.tasks]
        for link in plan.links:
            into[index[link.successor_id]].append(link)
            out[index[link.predecessor_id]].append(link)
        return cls(plan, index, into, out)

    def calendar(self, place: int) -> WorkCalendar:
        return self.plan.tasks[place].calendar or self.plan.projects[0].calendar

    def neighbours(self, place: int, *, late: bool) -> Iterator[int]:
        """Whose dates this task's depend on."""
        if late:
            yield from (self.index[link.successor_id] for link in self.out[place])
        else:
            yield from (self.index[link.predecessor_id] for link in self.into[place])

    def early_finish(self, place: int, dates: Sequence[Dates]) -> int:
        """The position at which the task finishes at the earliest."""
        task, calendar = self.plan.tasks[place], self.calendar(place)
        start = calendar.worked(self.plan.projects[0].start)
        at = _constraint(task)
        if at is not None and task.constraint.type in (ConstraintType.SNET, ConstraintType.MSO):
            start = max(start, calendar.worked(at))
        if at is None or task.constraint.type is not ConstraintType.MSO:
            for link in self.into[place]:
                before = dates[self.index[link.predecessor_id]]
                bound = calendar.worked(self._lagged(link, before[link.type not in FROM_START]))
                start = max(start, bound - (task.duration if link.type in TO_FINISH else 0))
        return start + task.duration

    def late_finish(self, place: int, dates: Sequence[Dates], finish: int) -> int:
        """The position at which the task finishes at the latest, in a plan that finishes at an instant."""
        task, calendar = self.plan.tasks[place], self.calendar(place)
        at = _constraint(task)
        if at is not None and task.constraint.type is ConstraintType.MSO:
            return calendar.worked(at) + task.duration
        latest = calendar.worked(finish)
        if at is not None and task.constraint.type is ConstraintType.FNLT:
            latest = min(latest, calendar.worked(at))
        for link in self.out[place]:
            while not self._keeps(link, place, latest, dates):
                latest -= 1
        return latest

    def _keeps(self, link: Link, place: int, finish: int, dates: Sequence[Dates]) -> bool:
        """Whether a task that finishes at a position leaves the link's successor its late dates."""
        task, calendar = self.plan.tasks[place], self.calendar(place)
        after = self.index[link.successor_id]
        if link.type in FROM_START:
            begin = finish - task.duration
            end = calendar.start_of(begin) if task.duration else calendar.finish_of(finish)
        else:
            end = calendar.finish_of(finish)
        own = self.calendar(after)
        return own.worked(self._lagged(link, end)) <= own.worked(dates[after][2 + (link.type in TO_FINISH)])

    def _lagged(self, link: Link, end: int) -> int:
        return self._lag_calendar(link).add(end, link.lag)

    def _lag_calendar(self, link: Link) -> WorkCalendar:
        match link.lag_calendar:
            case LagCalendar.PREDECESSOR:
                return self.calendar(self.index[link.predecessor_id])
            case LagCalendar.SUCCESSOR:
                return self.calendar(self.index[link.successor_id])
            case LagCalendar.ROUND_THE_CLOCK:
                return ROUND_THE_CLOCK
            case LagCalendar.PROJECT:
                return self.plan.projects[0].calendar


def _constraint(task: Task) -> int | None:
    return None if task.constraint is None else task.constraint.at
