"""A plan as plain values: what the services hand over and what every function here reads.

Instants are minutes since 1970-01-01T00:00 (planning.instant), durations and lags are working minutes, ids are hashed and
compared and nothing else. Sequences keep their order: where two links drive a task alike, the one that comes first is named,
so whoever wants the same answer from the same records hands them over in the same order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias
from uuid import UUID

from planning.calendar import WorkCalendar

Id: TypeAlias = UUID
Side: TypeAlias = Literal["start", "finish"]


class TaskKind(StrEnum):
    """A milestone has no duration, a summary no dates of its own, a level of effort those of the work that it is linked to."""

    TASK = "task"
    MILESTONE = "milestone"
    SUMMARY = "summary"
    LEVEL_OF_EFFORT = "level_of_effort"


class LinkType(StrEnum):
    """Predecessor's end first, successor's end second."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


class LagCalendar(StrEnum):
    """Whose working time a lag is worked off in: that of the successor's project, of one of the two tasks, or every minute there is."""

    PROJECT = "project"
    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"
    ROUND_THE_CLOCK = "24h"


class ConstraintType(StrEnum):
    """ASAP, ALAP; start/finish no earlier/later than; must start/finish on."""

    ASAP = "ASAP"
    ALAP = "ALAP"
    SNET = "SNET"
    SNLT = "SNLT"
    FNET = "FNET"
    FNLT = "FNLT"
    MSO = "MSO"
    MFO = "MFO"


class SchedulingMode(StrEnum):
    """As soon as possible, as late as free float allows, or held to the date of the constraint (without one: as soon as possible)."""

    AUTO_ASAP = "auto_asap"
    AUTO_ALAP = "auto_alap"
    MANUAL = "manual"


class Progress(StrEnum):
    """What holds the rest of a task that has started: the links into it, or (override) only those that bound its finish."""

    RETAINED_LOGIC = "retained"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Constraint:
    """`at`: an instant, start convention for SNET SNLT MSO, finish convention for FNET FNLT MFO; None for ASAP and ALAP."""

    type: ConstraintType
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Imposed:
    """A date from outside the plan before which this end of the task cannot be. `source_id`: the dependency it comes from."""

    source_id: Id
    at: int
    side: Side


@dataclass(frozen=True, slots=True)
class Task:
    """remaining: working minutes left once started (None: what percent_complete leaves of the duration). percent_complete: 0 to 100."""

    id: Id
    project_id: Id
    kind: TaskKind
    duration: int
    remaining: int | None = None
    parent_id: Id | None = None
    calendar: WorkCalendar | None = None
    mode: SchedulingMode = SchedulingMode.AUTO_ASAP
    constraint: Constraint | None = None
    deadline: int | None = None
    percent_complete: float = 0
    actual_start: int | None = None
    actual_finish: int | None = None
    imposed: tuple[Imposed, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """lag: signed working minutes on the lag calendar; negative is a lead. A dependency is a link like any other."""

    id: Id
    predecessor_id: Id
    successor_id: Id
    type: LinkType = LinkType.FS
    lag: int = 0
    is_dependency: bool = False
    lag_calendar: LagCalendar = LagCalendar.PROJECT


@dataclass(frozen=True, slots=True)
class Project:
    """start: before which no work is; data_date: before which no remaining work is; deadline: see Plan.

    progress: what holds its started tasks. critical_float: working minutes of total float up to which its tasks are critical, wherever
    they are scheduled: alone, or in a program beside projects that have chosen otherwise.
    """

    id: Id
    start: int
    deadline: int | None
    data_date: int | None
    calendar: WorkCalendar
    progress: Progress = Progress.RETAINED_LOGIC
    critical_float: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One project, or the projects of a program with the dependencies between them.

    deadline: what late dates are counted back from. Without it: the deadline of the project where the plan is one project,
    else the finish of the whole. Give a program's projects without deadlines of their own, or a program of one would differ.
    """

    projects: Sequence[Project]
    tasks: Sequence[Task]
    links: Sequence[Link]
    deadline: int | None = None
