"""Plans that cannot be scheduled, as the client is told."""

from typing import Any

from chassis.problem import Conflict
from planning import HierarchyCycle, NetworkCycle, OutsideCalendar, PlanError


class Cycle(Conflict):
    """The work would wait for itself; `path` lists the tasks round, the first one again as the last."""

    slug, title = "cycle", "This closes a cycle"


class OutsideTime(Conflict):
    """A task's dates would lie outside the years 1900 to 2200; `task_id` says whose, where it is one task's."""

    slug, title = "outside-calendar", "These dates are beyond the calendar"


class Unschedulable(Conflict):
    """The task's own dates and durations contradict each other; `task_id` says whose."""

    slug, title = "unschedulable", "This cannot be scheduled"


def explained(error: PlanError) -> Conflict:
    """The problem behind an error of the planning library."""
    match error:
        case NetworkCycle() | HierarchyCycle():
            return Cycle(str(error), path=[str(task_id) for task_id in error.path])
        case OutsideCalendar():
            return OutsideTime(str(error), **_named(error))
        case _:
            return Unschedulable(str(error), **_named(error))


def _named(error: PlanError) -> dict[str, Any]:
    """The task that the error is about, if it is about one."""
    task_id = getattr(error, "task_id", None)
    return {} if task_id is None else {"task_id": str(task_id)}
