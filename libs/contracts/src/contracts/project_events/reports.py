"""Status reports: how a project or a program stands at the end of a period, as it was published."""

from enum import StrEnum

from contracts.project_events.baselines import ContentHash
from contracts.project_events.registered import Registered
from contracts.values import Day, Label, Name, Shape, Text


class Light(StrEnum):
    """How a dimension stands."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Lights(Shape):
    """A traffic light per dimension; null where nobody judged it."""

    schedule: Light | None = None
    cost: Light | None = None
    scope: Light | None = None
    resources: Light | None = None
    risk: Light | None = None
    benefits: Light | None = None


class StatusReportFields(Shape):
    """What people write of a status report."""

    title: Name
    starts_on: Day
    ends_on: Day
    achievements: Text = ""
    next_steps: Text = ""
    lights: Lights = Lights()


class StatusReportState(StatusReportFields, Registered):
    """A report as it was published. It never changes; its figures: `GET …/status-reports/{id}`."""

    data_date: Day
    """The date by which the figures stand."""
    content_hash: ContentHash
    published_by: Label
