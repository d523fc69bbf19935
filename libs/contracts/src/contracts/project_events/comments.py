"""Comments: what people say about a record, and whom they mean by it."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from contracts.project_events.registered import Registered
from contracts.values import Id, Label, Name, Shape, Text

MOST_MENTIONS = 50


class CommentedRecord(StrEnum):
    """What can be commented on: every record that people keep of a project, and the project itself.

    Not what imports and jobs note of their own work, nor the shared calendars, which are the organisation's.
    """

    PROJECT = "project"
    TASK = "task"
    LINK = "link"
    CALENDAR = "calendar"
    RESOURCE = "resource"
    ASSIGNMENT = "assignment"
    BUDGET_LINE = "budget_line"
    COMMITMENT = "commitment"
    ACTUAL = "actual"
    RISK = "risk"
    ISSUE = "issue"
    DECISION = "decision"
    ACTION = "action"
    ASSUMPTION = "assumption"
    STAKEHOLDER = "stakeholder"
    DELIVERABLE = "deliverable"
    PHASE = "phase"
    GATE = "gate"
    BASELINE = "baseline"
    CHANGE_REQUEST = "change_request"
    EXCEPTION = "exception"
    STATUS_REPORT = "status_report"


class CommentStatus(StrEnum):
    """`open ⇄ resolved`: whoever is mentioned has it on the work list until it is resolved."""

    OPEN = "open"
    RESOLVED = "resolved"


def _once(mentions: list[str]) -> list[str]:
    if len(set(mentions)) < len(mentions):
        raise PydanticCustomError("mentioned_twice", "Each person is mentioned once")
    return mentions


Mentions = Annotated[list[Name], Field(max_length=MOST_MENTIONS), AfterValidator(_once)]
"""Who is meant: `members/{id}`, or a person by the name that owners and assignees have."""


class CommentFields(Shape):
    """What somebody says."""

    body: Annotated[Text, Field(min_length=1)]
    mentions: Mentions = Field(default_factory=list)


class CommentState(CommentFields, Registered):
    """A comment. It stays when what it is about is removed."""

    record: CommentedRecord
    record_id: Id
    author: Label
    state: CommentStatus
