"""What a program is held to: baselines of all its projects at one moment, exceptions from its tolerances, status reports."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from contracts.program_events.registered import Registered
from contracts.project_events.baselines import BaselineStatus, ContentHash
from contracts.project_events.control import Count
from contracts.project_events.exceptions import ExceptionStatus
from contracts.project_events.reports import StatusReportFields
from contracts.schedules import is_none
from contracts.values import Day, DayOrMoment, Id, Instant, Label, Money, Name, Shape, Text

Positions = Annotated[dict[str, int], Field(max_length=10_000)]
"""Project id → the revision of it that was looked at."""


class BaselineFields(Shape):
    """What people write of a program's baseline; the rest is copied."""

    name: Name
    description: Text = ""


class ProjectBudget(Shape):
    """What a project was to cost."""

    project_id: Id
    budget: Money
    """The sum of its budget lines in one currency."""


class AgreedDependency(Shape):
    """What two projects had agreed on."""

    id: Id
    needed_by: DayOrMoment | None
    promised_by: DayOrMoment | None


class BaselineFigures(Shape):
    """The program in sums."""

    start: DayOrMoment | None
    finish: DayOrMoment | None
    tasks: Count
    dependencies: Count
    """Those that are agreed."""
    bac: list[Money]
    """Budget at completion, by currency."""
    budgets: list[ProjectBudget] = Field(default_factory=list, max_length=10_000)
    """Of each project."""
    agreed: Annotated[list[AgreedDependency] | None, Field(max_length=100_000, exclude_if=is_none)] = None
    """The dependencies that were agreed; left out of baselines from before these were kept."""


class BaselineState(BaselineFields, Registered):
    """The program's dates as all its projects stood at one moment. Its tasks: `GET …/baselines/{id}/comparison`."""

    state: BaselineStatus
    positions: Positions
    content_hash: ContentHash
    figures: BaselineFigures
    approved_by: Label
    approved_at: Instant | None
    approval_note: Text


class Dimension(StrEnum):
    """What a program is held to."""

    SCHEDULE = "schedule"
    COST = "cost"
    RISK = "risk"
    DEPENDENCIES = "dependencies"


class DetailRole(StrEnum):
    """What a detail of an exception is."""

    HOLDS_THE_END = "holds_the_end"
    """A task that the end, or a broken date, goes back to, from the last one back."""
    OPEN_WORK = "open_work"
    """A task of those with the most work left; `value` says how much."""
    PROVIDER = "provider"
    """The provider's end of a broken dependency; `value` is its margin."""
    RECEIVER = "receiver"
    """The receiver's end of one."""
    OVERRUN = "overrun"
    """A project that is forecast to cost more than its budget; `value` says how much."""
    THREAT = "threat"
    """An open threat; `value` is what it is expected to cost."""
    GOAL = "goal"
    """A goal that is threatened through the project; `value` is by how much it would be late, or cost."""


class ExceptionDetail(Shape):
    """One thing that an exception goes back to or brings. Who does not see its project does not get it."""

    role: DetailRole
    project_id: Id | None
    """Null for what belongs to the program itself."""
    name: Label
    value: Label = ""
    task_id: Id | None = None
    record_id: Id | None = None
    """The dependency, risk or goal."""


class ExceptionFields(Shape):
    """What people write of an exception; of one that the system drafted, the first four are its draft."""

    title: Name
    cause: Text = ""
    consequences: Text = ""
    options: Text = ""
    recommendation: Text = ""
    owner: Label = ""
    decision: Text = ""
    decided_by: Label = ""
    decided_on: Day | None = None


class ExceptionState(ExceptionFields, Registered):
    """An exception, with the figures as they stood when it was raised."""

    state: ExceptionStatus
    dimension: Dimension
    is_drafted: bool
    tolerance: Label
    """What was agreed on: a duration, an amount or a number."""
    forecast: Label
    """What was forecast, in the same form."""
    figures: dict[str, JsonValue]
    details: list[ExceptionDetail] = Field(default_factory=list, max_length=100)
    """Of one that the system drafted: what its texts speak of."""


class StatusReportState(StatusReportFields, Registered):
    """A report as it was published. It never changes; its figures: `GET …/status-reports/{id}/content`."""

    content_hash: ContentHash
    published_by: Label
