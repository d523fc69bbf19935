"""A batch: several operations on a project's records, all or nothing."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from contracts.project_events import (
    ActualState,
    BudgetLineState,
    CalendarState,
    CommitmentState,
    LinkState,
    RiskState,
    TaskState,
)
from contracts.project_events.operations import OperationOn, Ref, Verb
from contracts.project_events.resources import AssignmentState, ResourceState
from contracts.values import Id, Shape
from project_svc.registers import ALL

MOST_OPERATIONS = 1_000

PLAN = ("task", "link", "calendar", "resource", "assignment", "budget_line", "actual", "commitment", "risk")

BatchRecord = StrEnum(  # type: ignore[misc]  # its words are those of the declared records, too
    "BatchRecord",
    [(name.upper(), name) for name in (*PLAN, *(each.name for each in ALL))],
)

PLANNED = (
    *(TaskState, LinkState, CalendarState, ResourceState, AssignmentState),
    *(BudgetLineState, ActualState, CommitmentState, RiskState),
)

if TYPE_CHECKING:
    RecordState = Shape
else:
    RecordState = Union[(*PLANNED, *(each.state for each in ALL))]


class Operation(OperationOn):
    """One change of one record of the project."""

    record: BatchRecord


class Batch(Shape):
    """Operations in the order in which they are carried out."""

    operations: Annotated[list[Operation], Field(min_length=1, max_length=MOST_OPERATIONS)]


class Outcome(Shape):
    """What came of one operation."""

    op: Verb
    record: str
    ref: Ref | None
    id: Id
    state: RecordState | None
    """The record as it is after the whole batch; null for one that is gone."""


class BatchRead(Shape):
    """A batch that was carried out."""

    revision: int
    """The project's revision, one for the whole batch."""
    results: list[Outcome]
    """In the order of the operations."""
