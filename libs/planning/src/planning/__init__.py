"""What a plan is: calendar, network, critical path, moves. Pure functions over plain values; no I/O, no database, no clock.

This is the vocabulary of scheduling. Figures that are no dates are in `planning.earned_value`, `planning.planned_value`,
`planning.risk` and `planning.goals`; the semantics are told by example in docs/scheduling.md.
"""

from typing import TYPE_CHECKING, Any

from planning.calendar import MON_TO_FRI, ROUND_THE_CLOCK, WorkCalendar
from planning.critical_path import compute, preload, schedule
from planning.cycle import find_cycle
from planning.errors import (
    DuplicateLink,
    DuplicateProject,
    DuplicateTask,
    HierarchyCycle,
    InvalidCalendar,
    InvalidTask,
    InvalidValue,
    NetworkCycle,
    OutsideCalendar,
    PlanError,
    SummaryLinked,
    TooLarge,
    TooManyOccurrences,
    UnknownCountry,
    UnknownProject,
    UnknownTask,
    UnreadableCalendarFile,
)
from planning.instant import to_date, to_instant, to_moment
from planning.moves import Move, driving_path, moves
from planning.plan import (
    Constraint,
    ConstraintType,
    Imposed,
    LagCalendar,
    Link,
    LinkType,
    Plan,
    Progress,
    Project,
    SchedulingMode,
    Task,
    TaskKind,
)
from planning.scheduled import Schedule, ScheduledTask

if TYPE_CHECKING:
    from planning.engine import ABSENT, NEVER, Columns, Dates, ImposedColumns, LinkColumns, TaskColumns, columns_of

__all__ = [
    "ABSENT",
    "MON_TO_FRI",
    "NEVER",
    "ROUND_THE_CLOCK",
    "Columns",
    "Constraint",
    "ConstraintType",
    "Dates",
    "DuplicateLink",
    "DuplicateProject",
    "DuplicateTask",
    "HierarchyCycle",
    "Imposed",
    "ImposedColumns",
    "InvalidCalendar",
    "InvalidTask",
    "InvalidValue",
    "LagCalendar",
    "Link",
    "LinkColumns",
    "LinkType",
    "Move",
    "NetworkCycle",
    "OutsideCalendar",
    "Plan",
    "PlanError",
    "Progress",
    "Project",
    "Schedule",
    "ScheduledTask",
    "SchedulingMode",
    "SummaryLinked",
    "Task",
    "TaskColumns",
    "TaskKind",
    "TooLarge",
    "TooManyOccurrences",
    "UnknownCountry",
    "UnknownProject",
    "UnknownTask",
    "UnreadableCalendarFile",
    "WorkCalendar",
    "columns_of",
    "compute",
    "driving_path",
    "find_cycle",
    "moves",
    "preload",
    "schedule",
    "to_date",
    "to_instant",
    "to_moment",
]

_OF_THE_ENGINE = ("ABSENT", "NEVER", "Columns", "Dates", "ImposedColumns", "LinkColumns", "TaskColumns", "columns_of")


def __getattr__(name: str) -> Any:
    """Columns come with numpy, which takes longer than all the rest: not before somebody asks for them."""
    if name not in _OF_THE_ENGINE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from planning import engine

    return getattr(engine, name)
