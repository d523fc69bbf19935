"""Who has a stake in the project, and what it hands over to them."""

from enum import StrEnum

from contracts.project_events.registered import Registered
from contracts.values import Day, Id, Label, Name, Shape, Text


class Level(StrEnum):
    """How much of it there is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Engagement(StrEnum):
    """How a stakeholder stands to the project."""

    UNAWARE = "unaware"
    RESISTANT = "resistant"
    NEUTRAL = "neutral"
    SUPPORTIVE = "supportive"
    LEADING = "leading"


class Cadence(StrEnum):
    """How often a stakeholder hears of the project."""

    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ON_EVENT = "on_event"


class StakeholderFields(Shape):
    """A person or a group that the project touches or that can touch it."""

    name: Name
    role: Label = ""
    party: Label = ""
    """The company, department or group that they belong to."""
    contact: Label = ""
    power: Level = Level.MEDIUM
    interest: Level = Level.MEDIUM
    engagement: Engagement = Engagement.NEUTRAL
    engagement_wanted: Engagement = Engagement.SUPPORTIVE
    needs: Text = ""
    cadence: Cadence = Cadence.MONTHLY
    owner: Label = ""
    """Who looks after them."""


class ProjectStakeholderFields(StakeholderFields):
    """One of a project."""

    last_contact_on: Day | None = None
    """When they were told how the project stands; their cadence says when they are to hear of it again."""


class StakeholderState(ProjectStakeholderFields, Registered):
    """A stakeholder."""


class DeliverableStatus(StrEnum):
    """`planned → delivered → accepted | rejected`; what was rejected is delivered again."""

    PLANNED = "planned"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class DeliverableFields(Shape):
    """Something that the project hands over, and what it takes to be accepted."""

    name: Name
    description: Text = ""
    acceptance_criteria: Text = ""
    owner: Label = ""
    due_on: Day | None = None
    task_id: Id | None = None
    """The task or milestone with which it is done."""
    evidence: Text = ""
    accepted_by: Label = ""
    """Who accepted it; a deliverable that is accepted says so."""
    accepted_on: Day | None = None


class DeliverableState(DeliverableFields, Registered):
    """A deliverable."""

    state: DeliverableStatus
