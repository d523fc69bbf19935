"""The answer of a scheduling run, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from planning.plan import Id, Imposed, Link


class ScheduledTask(NamedTuple):
    """The computed dates of a task: instants; floats in working minutes of its own calendar.

    A named tuple and not a dataclass, because a write to a large project makes ten thousand of them.

    A complete task is its actual dates and has no float; a started one keeps its actual start as early start, and its late start is
    the latest at which the remaining work may go on. critical: work is left and total float is within the threshold.
    driving: the link or imposed date that holds the early start, None where the task's own limits do.
    scheduled_start, scheduled_finish: the early dates, but for an as-late-as-possible task those at the end of its free float.
    """

    task_id: Id
    early_start: int
    early_finish: int
    late_start: int
    late_finish: int
    total_float: int
    free_float: int
    critical: bool
    driving: Link | Imposed | None
    scheduled_start: int
    scheduled_finish: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """start, finish: first early start and last early finish (without tasks: the first project's start, twice).

    items: every task of the plan, summaries included, in the plan's order. longest_path: from the task that nothing drives to the one
    that sets the finish, along driving links. project_float: working minutes of total float against the own project's deadline or else finish,
    links between projects left out; None where it was not asked for.
    """

    start: int
    finish: int
    items: Mapping[Id, ScheduledTask]
    longest_path: list[Id]
    project_float: Mapping[Id, int] | None = None
