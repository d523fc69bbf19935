"""Plans that cannot be scheduled, as the client is told."""

from chassis.problem import Conflict
from planning import HierarchyCycle, NetworkCycle, OutsideCalendar, PlanError


class Cycle(Conflict):
    """The work would wait for itself; `path` lists the tasks round, the first one again as the last."""

    slug, title = "cycle", "This closes a cycle"


class OutsideTime(Conflict):
    """A task's dates would lie outside the years 1900 to 2200; `task_id` says whose, where it is one task's."""

    slug, title = "outside-calendar", "These dates are beyond the calendar"


class Unschedulable(Conflict):
    """Dates, durations or links contradict each other; `task_id` and the like say whose."""

    slug, title = "unschedulable", "This cannot be scheduled"


def explained(error: PlanError) -> Conflict:
    """The problem behind an error of the planning library, with the ids that the error names."""
    match error:
        case NetworkCycle() | HierarchyCycle():
            return Cycle(str(error), **error.named)
        case OutsideCalendar():
            return OutsideTime(str(error), **error.named)
        case _:
            return Unschedulable(str(error), **error.named)
