"""A plan as other programs hand it over: everything that is kept of it, in this project's words, without ids of ours.

`source_id` is the id in the source and says where a record came from when the same file is imported again. Moments are floating
`datetime`s, days `date`s, durations and work are minutes of working time, money is Decimal in the project's currency.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from planning.calendar import Shift
from planning.plan import ConstraintType, LagCalendar, LinkType, Progress, SchedulingMode, TaskKind

SourceId: TypeAlias = str
Shifts: TypeAlias = tuple[Shift, ...]
Week: TypeAlias = tuple[Shifts | None, ...]
"""Seven days from Monday; None is what the base calendar (without one: the standard week) has on that day."""

INHERITED: Week = (None,) * 7
DEFAULT_PRIORITY = 500


class WorkMode(StrEnum):
    """Which one of duration, units and work stays when another one changes: work = duration x units."""

    FIXED_UNITS = "fixed_units"
    FIXED_DURATION = "fixed_duration"
    FIXED_WORK = "fixed_work"


class ResourceKind(StrEnum):
    """People and machines work, material is used up, a cost is a cost."""

    WORK = "work"
    MATERIAL = "material"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class CalendarException:
    """Days that differ, first to last, both included; without shifts they are free."""

    first: date
    last: date
    shifts: Shifts = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """A week that holds from the first day to the last; exceptions go before it."""

    first: date
    last: date
    week: Week
    name: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """base_id: the calendar that a day without shifts of its own is taken from."""

    source_id: SourceId
    name: str
    week: Week = INHERITED
    base_id: SourceId | None = None
    exceptions: tuple[CalendarException, ...] = ()
    work_weeks: tuple[WorkWeek, ...] = ()
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentProject:
    """start: before which no work is. data_date: the moment up to which progress is reported. minutes_per_day: what a day of duration is.

    progress_logic: what holds started work. critical_float: minutes of float up to which a task is critical. None: the source does not say.
    """

    name: str
    start: datetime | None = None
    data_date: datetime | None = None
    calendar_id: SourceId | None = None
    minutes_per_day: int = 480
    minutes_per_week: int = 2400
    days_per_month: int = 20
    currency: str | None = None
    manager: str | None = None
    guid: str | None = None
    progress_logic: Progress | None = None
    critical_float: int | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """number: 0 is the baseline, 1 to 10 the ones kept beside it."""

    number: int
    start: datetime | None = None
    finish: datetime | None = None
    duration: int | None = None
    work: int | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DocumentTask:
    """A task; its place among its siblings is its place in the document.

    duration, remaining, work: minutes (remaining None: nothing said). start, finish: the dates as the source computed them.
    planned_start, planned_finish: as somebody set them, which hold a manual task. percent_complete (also parts of one), physical_percent_complete: 0 to 100. is_active: False for one that was
    cancelled and only remembered. priority: 0 to 1000.
    """

    source_id: SourceId
    name: str
    kind: TaskKind = TaskKind.TASK
    parent_id: SourceId | None = None
    wbs: str = ""
    duration: int = 0
    remaining: int | None = None
    is_estimated: bool = False
    calendar_id: SourceId | None = None
    mode: SchedulingMode = SchedulingMode.AUTO_ASAP
    work_mode: WorkMode = WorkMode.FIXED_UNITS
    start: datetime | None = None
    finish: datetime | None = None
    planned_start: datetime | None = None
    planned_finish: datetime | None = None
    constraint: ConstraintType = ConstraintType.ASAP
    constraint_date: datetime | None = None
    deadline: datetime | None = None
    percent_complete: int | Decimal = 0
    physical_percent_complete: int = 0
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    priority: int = DEFAULT_PRIORITY
    work: int | None = None
    cost: Decimal | None = None
    actual_cost: Decimal | None = None
    fixed_cost: Decimal | None = None
    notes: str = ""
    is_active: bool = True
    baselines: tuple[Baseline, ...] = ()
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """lag: signed minutes, worked off on the lag calendar. Links on summaries are kept as they are: other programs allow them."""

    predecessor_id: SourceId
    successor_id: SourceId
    type: LinkType = LinkType.FS
    lag: int = 0
    lag_calendar: LagCalendar = LagCalendar.SUCCESSOR


class OtherEnd(StrEnum):
    """Which end of a link lies in another project."""

    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"


@dataclass(frozen=True, slots=True)
class OutsideLink:
    """A link between a task here and one of another project of the same source; project: what that is called there."""

    task_id: SourceId
    project: str
    other_task_id: SourceId
    other_end: OtherEnd
    type: LinkType = LinkType.FS
    lag: int = 0
    lag_calendar: LagCalendar = LagCalendar.SUCCESSOR


@dataclass(frozen=True, slots=True)
class Rate:
    """What an hour (of material: a unit) costs from a day on; the first one has no day."""

    effective_on: date | None
    standard: Decimal
    overtime: Decimal = Decimal(0)
    per_use: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Resource:
    """max_units: how many at a time, 1 is one person all day. unit: what a unit of material is (`t`)."""

    source_id: SourceId
    name: str
    kind: ResourceKind = ResourceKind.WORK
    max_units: Decimal = Decimal(1)
    unit: str = ""
    calendar_id: SourceId | None = None
    rates: tuple[Rate, ...] = ()
    initials: str = ""
    group: str = ""
    email: str = ""
    notes: str = ""
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """units: as in max_units, of material the quantity. work, actual_work, remaining_work: minutes."""

    source_id: SourceId
    task_id: SourceId
    resource_id: SourceId
    units: Decimal = Decimal(1)
    work: int | None = None
    actual_work: int | None = None
    remaining_work: int | None = None
    start: datetime | None = None
    finish: datetime | None = None
    cost: Decimal | None = None
    actual_cost: Decimal | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One project and all that belongs to it; tasks in the order of the outline, parents before their children."""

    project: DocumentProject
    tasks: tuple[DocumentTask, ...] = ()
    links: tuple[DocumentLink, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    resources: tuple[Resource, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    outside_links: tuple[OutsideLink, ...] = ()
