"""Comments: their declaration, what they may be about, and their shapes on the wire."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field as ShapeField
from sqlalchemy import Index

from chassis.patch import unset
from chassis.problem import Forbidden
from contracts.project_events.comments import (
    CommentedRecord,
    CommentFields,
    CommentState,
    CommentStatus,
    Mentions,
)
from contracts.project_events.registers import COMMENT
from contracts.values import ExternalRef, Id, Label, Shape, Text
from project_svc.register.declared import Declared

COMMENTS = Declared(
    name="comment",
    collection="comments",
    about="what somebody says about a record.",
    fields=CommentFields,
    state=CommentState,
    life=COMMENT,
    filters=("record", "record_id", "author", "state"),
    sorts=(),
    begins=CommentStatus.OPEN,
    steps={
        CommentStatus.OPEN: (CommentStatus.RESOLVED,),
        CommentStatus.RESOLVED: (CommentStatus.OPEN,),
    },
)

Index("ix_comments_record_id", COMMENTS.table.c.record_id)
C = CommentedRecord
TABLES: Mapping[CommentedRecord, str] = {
    C.PROJECT: "projects",
    C.TASK: "tasks",
    C.LINK: "links",
    C.CALENDAR: "calendars",
    C.RESOURCE: "resources",
    C.ASSIGNMENT: "assignments",
    C.BUDGET_LINE: "budget_lines",
    C.COMMITMENT: "commitments",
    C.ACTUAL: "actuals",
    C.RISK: "risks",
    C.ISSUE: "issues",
    C.DECISION: "decisions",
    C.ACTION: "actions",
    C.ASSUMPTION: "assumptions",
    C.STAKEHOLDER: "stakeholders",
    C.DELIVERABLE: "deliverables",
    C.PHASE: "phases",
    C.GATE: "gates",
    C.BASELINE: "baselines",
    C.CHANGE_REQUEST: "change_requests",
    C.EXCEPTION: "exceptions",
    C.STATUS_REPORT: "status_reports",
}
"""Where each kind of record is."""


class NotTheAuthor(Forbidden):
    """What somebody said is changed by them alone, and removed by them or by the project's manager."""

    slug, title = "not-the-author", "Somebody else said this"


class CommentCreate(CommentFields):
    """What a new comment is made of."""

    record: CommentedRecord
    record_id: Id
    external_ref: ExternalRef | None = None


class CommentWritten(CommentCreate):
    """A new comment with who said it."""

    author: Label


class CommentUpdate(Shape):
    """What may change of a comment: a JSON Merge Patch. Anybody who may write in the project resolves it and opens it again."""

    body: Annotated[Text, ShapeField(min_length=1)] = unset()
    mentions: Mentions = unset()
    state: CommentStatus = unset()
