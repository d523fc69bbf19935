"""A work list: what waits for whom, of every kind of record that somebody answers for."""

from enum import StrEnum

from pydantic import Field

from chassis.paging import PageQuery
from contracts.values import Day, Id, Label, Name, Shape


class WorkKind(StrEnum):
    """What kind of record waits."""

    TASK = "task"
    ACTION = "action"
    ISSUE = "issue"
    DECISION = "decision"
    ASSUMPTION = "assumption"
    DELIVERABLE = "deliverable"
    PHASE = "phase"
    RISK = "risk"
    """Its review."""
    EXCEPTION = "exception"
    GATE = "gate"
    """Its decision."""
    CHANGE_REQUEST = "change_request"
    """It waits to be assessed, or for its decision."""
    COMMENT = "comment"
    """Somebody is mentioned."""
    STAKEHOLDER = "stakeholder"
    """They are to hear of the project, by their cadence."""


class When(StrEnum):
    """Past its day or forecast to miss it; due to be worked on; to begin later."""

    LATE = "late"
    NOW = "now"
    NEXT = "next"


class WorkItem(Shape):
    """Something that is not done. A task's days are its early dates; one without a deadline is due when it is forecast to end."""

    project_id: Id
    project_key: str
    kind: WorkKind
    id: Id
    title: Name
    state: str
    starts_on: Day | None
    forecast_on: Day | None
    """The day on which a task will be done, as computed."""
    due_on: Day | None
    when: When
    people: list[Label]
    """Whose it is: assignees and the resources at work on a task, the owner of anything else, whoever a comment mentions."""


class MemberWork(Shape):
    """How much waits for somebody in the project."""

    person: Label
    late: int
    now: int
    next: int


class TeamWorkQuery(PageQuery):
    """Whose work, and which."""

    person: list[Name] = Field(
        default_factory=list, max_length=20, description="any of these names; all of them if left out"
    )
    kind: WorkKind | None = None
    when: When | None = None
    due_before: Day | None = Field(default=None, description="due on an earlier day")
    as_of: Day | None = Field(default=None, description="the day on which it is looked at; today if left out")


class WorkQuery(TeamWorkQuery):
    """Whose work, and which, in all projects that the caller sees."""

    person: list[Name] = Field(
        default_factory=list,
        max_length=20,
        description="any of these names; the caller's own, `members/{id}`, if left out",
    )
    project_id: Id | None = None


class PeopleQuery(PageQuery):
    """As of when."""

    as_of: Day | None = Field(default=None, description="the day on which it is looked at; today if left out")
