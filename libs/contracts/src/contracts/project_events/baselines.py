"""What a project is measured by: the plan as it was agreed on."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.project_events.control import Count
from contracts.project_events.registered import Registered
from contracts.values import Day, DayOrMoment, Id, Instant, Label, Money, Name, Shape, Text

ContentHash = Annotated[str, Field(pattern=r"^sha-256:[0-9a-f]{64}$", examples=["sha-256:" + "0f" * 32])]
"""The SHA-256 of a baseline's content in canonical JSON."""


class BaselineStatus(StrEnum):
    """`draft → approved → superseded`."""

    DRAFT = "draft"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


class BaselineFields(Shape):
    """What people write of a baseline; the rest is copied from the plan."""

    name: Name
    description: Text = ""
    change_request_id: Id | None = None
    """The implemented change request that leads to it."""


class BaselineFigures(Shape):
    """The plan in sums."""

    start: DayOrMoment
    finish: DayOrMoment
    bac: Money
    """Budget at completion, contingency included."""
    contingency: Money
    tasks: Count
    budget_lines: Count
    project_start: DayOrMoment | None = None
    """Before which no task could start; null where nobody kept it."""


class PlannedValuePoint(Shape):
    """What is planned to be done by the end of a day."""

    on: Day
    amount: Money


MOST_UNREQUESTED = 500


class ScopeRecord(StrEnum):
    """What a baseline is compared by."""

    TASK = "task"
    LINK = "link"
    BUDGET_LINE = "budget_line"
    DELIVERABLE = "deliverable"
    PROJECT = "project"


class Unrequested(Shape):
    """A record that differs from the baseline before, though no change request has changed it."""

    record: ScopeRecord
    id: Id


class BaselineState(BaselineFields, Registered):
    """A copy of scope, schedule and cost at one revision. Its tasks and budget lines: `GET …/baselines/{id}/tasks`, `…/budget-lines`."""

    state: BaselineStatus
    of_revision: int
    """The project's revision that it is a copy of."""
    content_hash: ContentHash
    scope: Text
    """The project's scope in words, as it was then."""
    success_criteria: Text | None = None
    """The same of its success criteria; null for a baseline that kept neither them nor deliverables and links."""
    figures: BaselineFigures
    planned_value: list[PlannedValuePoint]
    """Cumulative, at the end of equal periods: working days, or in a long plan several of them, at most 250 points."""
    approved_by: Label
    approved_at: Instant | None
    approval_note: Text
    unrequested: list[Unrequested] | None = Field(default=None, max_length=MOST_UNREQUESTED)
    """What it takes over that no implemented change request explains: empty, for such a baseline is not approved; it was, and at most 500 records were
    listed, until that was asked for. Null until it is approved, and where no change request is needed.
    """
