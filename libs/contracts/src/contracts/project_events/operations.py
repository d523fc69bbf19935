"""Changes of a plan as values: what one request, or one change request, does to several records at once."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from contracts.values import Id, Shape


class Verb(StrEnum):
    """What an operation does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$"), Field(examples=["foundations"])]
"""A name that one operation gives to what it creates, for the operations after it."""


class Reference(Shape):
    """A record that an earlier operation creates, in place of an id."""

    ref: Ref


class OperationOn(Shape):
    """One change of one record; a subclass says of which kinds of record."""

    op: Verb
    id: Id | Reference | None = None
    """Which record is updated or deleted: its id, or `{"ref": …}` of an earlier operation."""
    ref: Ref | None = None
    """A name for what is created. Later operations name it by `{"ref": …}` where an id belongs."""
    body: dict[str, JsonValue] | None = None
    """The body that the record's own POST or PATCH takes; `{"ref": …}` may stand wherever an id does."""

    @model_validator(mode="after")
    def _fits_its_verb(self) -> Self:
        if (self.id is None) == (self.op is not Verb.CREATE):
            raise PydanticCustomError("operation_id", "An update or a delete, and no create, names its record by `id`")
        if (self.body is None) == (self.op is not Verb.DELETE):
            raise PydanticCustomError("operation_body", "A create or an update, and no delete, has a body")
        if self.ref is not None and self.op is not Verb.CREATE:
            raise PydanticCustomError("operation_ref", "Only what is created is given a name")
        return self


class PlannedRecord(StrEnum):
    """What the first version of a change request's events could ask for."""

    TASK = "task"
    LINK = "link"
    BUDGET_LINE = "budget_line"


class RequestedRecord(StrEnum):
    """What a change request may ask for; of the project itself changes alone, of purpose, scope and success criteria, dates, calendar, tolerances and reserve."""

    TASK = "task"
    LINK = "link"
    BUDGET_LINE = "budget_line"
    DELIVERABLE = "deliverable"
    PHASE = "phase"
    CALENDAR = "calendar"
    RESOURCE = "resource"
    ASSIGNMENT = "assignment"
    PROJECT = "project"


class PlanOperation(OperationOn):
    """One change of tasks, links and budget lines."""

    record: PlannedRecord


class RequestedOperation(OperationOn):
    """One change of a plan."""

    record: RequestedRecord


def reference_of(value: Any) -> str | None:
    """The name in `{"ref": name}`; None for any other value."""
    if isinstance(value, Reference):
        return value.ref
    if isinstance(value, dict) and value.keys() == {"ref"} and isinstance(value["ref"], str):
        return value["ref"]
    return None
