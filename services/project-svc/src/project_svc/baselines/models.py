"""A baseline: its declaration, its rows, and its shapes on the wire."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlmodel import Field

from contracts.project_events.baselines import (
    BaselineFields,
    BaselineFigures,
    BaselineState,
    BaselineStatus,
    ContentHash,
    PlannedValuePoint,
    Unrequested,
)
from contracts.project_events.registers import BASELINE
from contracts.values import Day, DayOrMoment, Duration, ExternalRef, Id, Instant, Label, Money, Name, Shape, Text
from contracts.vocabulary import LagCalendar, LinkType, TaskKind
from project_svc.records import AMOUNT, MINUTES, Row, words
from project_svc.register.declared import Declared

BASELINES = Declared(
    name="baseline",
    collection="baselines",
    about="an immutable copy of scope, schedule and cost at one revision.",
    fields=BaselineFields,
    state=BaselineState,
    life=BASELINE,
    filters=("state", "change_request_id"),
    sorts=("name", "of_revision"),
    begins=BaselineStatus.DRAFT,
    steps={
        BaselineStatus.DRAFT: (BaselineStatus.APPROVED,),
        BaselineStatus.APPROVED: (BaselineStatus.SUPERSEDED,),
        BaselineStatus.SUPERSEDED: (),
    },
)
TABLE = BASELINES.table
NO_CALENDAR = UUID(int=0)


class BaselineTask(Row, table=True):
    """A task as it was planned; it stays here when it is deleted. Dates are instants, the duration working minutes."""

    __tablename__ = "baseline_tasks"

    baseline_id: UUID = Field(primary_key=True, foreign_key="baselines.id", ondelete="CASCADE")
    task_id: UUID = Field(primary_key=True)
    organization_id: UUID
    calendar_id: UUID | None = None
    """What it worked by, if it was not the project's calendar."""
    parent_id: UUID | None = None
    wbs_code: str
    name: str
    kind: TaskKind = Field(sa_type=words(TaskKind))
    duration: int = Field(sa_type=MINUTES)
    minutes_per_day: int = Field(sa_type=MINUTES)
    early_start: int = Field(sa_type=MINUTES)
    early_finish: int = Field(sa_type=MINUTES)
    scheduled_start: int = Field(sa_type=MINUTES)
    scheduled_finish: int = Field(sa_type=MINUTES)
    cost: Decimal = Field(sa_type=AMOUNT)
    held: str | None = None
    """See `project_svc.baselines.picture.PicturedTask`."""


class BaselineLine(Row, table=True):
    """A budget line as it was planned."""

    __tablename__ = "baseline_lines"

    baseline_id: UUID = Field(primary_key=True, foreign_key="baselines.id", ondelete="CASCADE")
    line_id: UUID = Field(primary_key=True)
    organization_id: UUID
    name: str
    amount: Decimal = Field(sa_type=AMOUNT)
    task_id: UUID | None = None
    contingency: bool
    starts_on: date | None = None
    ends_on: date | None = None


class BaselineDeliverable(Row, table=True):
    """A deliverable as it was agreed on."""

    __tablename__ = "baseline_deliverables"

    baseline_id: UUID = Field(primary_key=True, foreign_key="baselines.id", ondelete="CASCADE")
    deliverable_id: UUID = Field(primary_key=True)
    organization_id: UUID
    name: str
    description: str
    acceptance_criteria: str


class BaselineLink(Row, table=True):
    """A link as it was planned. lag: working minutes."""

    __tablename__ = "baseline_links"

    baseline_id: UUID = Field(primary_key=True, foreign_key="baselines.id", ondelete="CASCADE")
    link_id: UUID = Field(primary_key=True)
    organization_id: UUID
    predecessor_id: UUID
    successor_id: UUID
    type: LinkType = Field(sa_type=words(LinkType))
    lag: int = Field(sa_type=MINUTES)
    minutes_per_day: int = Field(sa_type=MINUTES)
    lag_calendar: LagCalendar = Field(sa_type=words(LagCalendar))


class BaselineCalendar(Row, table=True):
    """A calendar that the plan was made by, as it was: what is planned by a day does not change when the calendar does."""

    __tablename__ = "baseline_calendars"

    baseline_id: UUID = Field(primary_key=True, foreign_key="baselines.id", ondelete="CASCADE")
    calendar_id: UUID = Field(primary_key=True)
    """NO_CALENDAR for the one that the project worked by."""
    organization_id: UUID
    definition: str
    """See `planning.defined`."""
    minutes_per_day: int = Field(sa_type=MINUTES)


class BaselineCreate(BaselineFields):
    """What a new baseline is given; all else is copied from the plan."""

    external_ref: ExternalRef | None = None


class BaselineTaken(BaselineCreate):
    """A new baseline with what was copied."""

    of_revision: int
    content_hash: ContentHash
    scope: Text
    success_criteria: Text | None
    figures: BaselineFigures
    planned_value: list[PlannedValuePoint]
    approved_by: Label = ""
    approved_at: Instant | None = None
    approval_note: Text = ""
    unrequested: list[Unrequested] | None = None


class Approval(Shape):
    """Who approves a baseline; left out, the caller."""

    approved_by: Label | None = None
    note: Text = ""


class BaselineStep(Shape):
    """The step to another state."""

    state: BaselineStatus


class BaselineApproved(BaselineStep):
    """What is written down with an approval."""

    approved_by: Label
    approved_at: Instant
    approval_note: Text
    unrequested: list[Unrequested] | None


class BaselineTaskRead(Shape):
    """A task as it was planned."""

    task_id: Id
    parent_id: Id | None
    wbs_code: Label
    name: Name
    kind: TaskKind
    duration: Duration
    early_start: DayOrMoment
    early_finish: DayOrMoment
    scheduled_start: DayOrMoment
    """The dates that the task is measured by: those of its early dates, but of an as-late-as-possible task the end of its free float."""
    scheduled_finish: DayOrMoment
    cost: Money
    """The sum of its budget lines."""


class BaselineLineRead(Shape):
    """A budget line as it was planned."""

    line_id: Id
    name: Name
    amount: Money
    task_id: Id | None
    contingency: bool
    starts_on: Day | None
    ends_on: Day | None
