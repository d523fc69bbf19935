"""What a plan is: calendar, network, critical path, moves. Pure functions over plain values; no I/O, no database, no clock.

This is the vocabulary of scheduling. Figures that are no dates are in `planning.earned_value`, `planning.planned_value`,
`planning.risk` and `planning.goals`; the semantics are told by example in docs/scheduling.md.
"""

from planning.calendar import MON_TO_FRI, ROUND_THE_CLOCK, WorkCalendar
from planning.critical_path import schedule
from planning.cycle import find_cycle
from planning.errors import (
    DuplicateTask,
    HierarchyCycle,
    InvalidCalendar,
    InvalidTask,
    NetworkCycle,
    OutsideCalendar,
    PlanError,
    SummaryLinked,
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
    Project,
    SchedulingMode,
    Task,
    TaskKind,
)
from planning.scheduled import Schedule, ScheduledTask

__all__ = [
    "MON_TO_FRI",
    "ROUND_THE_CLOCK",
    "Constraint",
    "ConstraintType",
    "DuplicateTask",
    "HierarchyCycle",
    "Imposed",
    "InvalidCalendar",
    "InvalidTask",
    "LagCalendar",
    "Link",
    "LinkType",
    "Move",
    "NetworkCycle",
    "OutsideCalendar",
    "Plan",
    "PlanError",
    "Project",
    "Schedule",
    "ScheduledTask",
    "SchedulingMode",
    "SummaryLinked",
    "Task",
    "TaskKind",
    "TooManyOccurrences",
    "UnknownCountry",
    "UnknownProject",
    "UnknownTask",
    "UnreadableCalendarFile",
    "WorkCalendar",
    "driving_path",
    "find_cycle",
    "moves",
    "schedule",
    "to_date",
    "to_instant",
    "to_moment",
]
