"""What a program is held to: baselines of all its projects at one moment, exceptions from its tolerances, status reports."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue

from contracts.program_events.registered import Registered
from contracts.project_events.baselines import BaselineStatus, ContentHash
from contracts.project_events.control import Count
from contracts.project_events.exceptions import ExceptionStatus
from contracts.project_events.reports import StatusReportFields
from contracts.values import Day, DayOrMoment, Instant, Label, Money, Name, Shape, Text

Positions = Annotated[dict[str, int], Field(max_length=10_000)]
"""Project id → the revision of it that was looked at."""


class BaselineFields(Shape):
    """What people write of a program's baseline; the rest is copied."""

    name: Name
    description: Text = ""


class BaselineFigures(Shape):
    """The program in sums."""

    start: DayOrMoment | None
    finish: DayOrMoment | None
    tasks: Count
    dependencies: Count
    """Those that are agreed."""
    bac: list[Money]
    """Budget at completion, by currency."""


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


class StatusReportState(StatusReportFields, Registered):
    """A report as it was published. It never changes; its figures: `GET …/status-reports/{id}/content`."""

    content_hash: ContentHash
    published_by: Label
