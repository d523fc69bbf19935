"""Changes that can be thought through: of tasks, dependencies and whole projects. On the wire, of `what-if` and of scenarios alike."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from chassis.patch import unset
from contracts.program_events import DependencyTask
from contracts.program_events.scenarios import MOST_CHANGES
from contracts.project_events import Constraint
from contracts.values import Id, NonNegativeWrittenDuration, Shape, WrittenDuration
from contracts.vocabulary import LinkType

Units = Annotated[int, Field(ge=1, le=10_000, strict=True)]


class Staffing(Shape):
    """How many units work on it, and how many would: the work stays the same, so what is left takes from/to of the time."""

    from_: Units = Field(alias="from")
    to: Units


class TaskChange(Shape):
    """One task as it might be; what is absent stays."""

    kind: Literal["task"] = "task"
    project_id: Id
    task_id: Id
    duration: NonNegativeWrittenDuration = unset()
    remaining_duration: NonNegativeWrittenDuration | None = unset()
    constraint: Constraint | None = unset()
    staffing: Staffing = unset()
    """Added or withdrawn resources; not together with a duration."""


class NewDependency(Shape):
    """A dependency as if both its ends had committed to it."""

    kind: Literal["new_dependency"]
    provider: DependencyTask
    receiver: DependencyTask
    type: LinkType = LinkType.FS
    lag: WrittenDuration = WrittenDuration()


class DroppedDependency(Shape):
    """A dependency that holds nothing any more."""

    kind: Literal["dropped_dependency"]
    dependency_id: Id


class CancelledProject(Shape):
    """A project that is called off, with all its tasks and dependencies."""

    kind: Literal["cancelled_project"]
    project_id: Id


KINDS: dict[str, type[TaskChange | NewDependency | DroppedDependency | CancelledProject]] = {
    "task": TaskChange,
    "new_dependency": NewDependency,
    "dropped_dependency": DroppedDependency,
    "cancelled_project": CancelledProject,
}


def _of_its_kind(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """By its kind and not by trial, so that what is wrong is told of the kind that was meant. One that says no kind is of a task."""
    if not isinstance(value, dict):
        return handler(value)
    kind = value.get("kind", "task")
    if not isinstance(kind, str) or kind not in KINDS:
        raise PydanticCustomError(
            "unknown_kind", "The kind of a change is one of: {kinds}", {"kinds": ", ".join(KINDS)}
        )
    return KINDS[kind].model_validate(value)


NetworkChange: TypeAlias = Annotated[
    TaskChange | NewDependency | DroppedDependency | CancelledProject, WrapValidator(_of_its_kind)
]


class WhatIf(Shape):
    """The changes to think through, all of them together."""

    changes: list[NetworkChange] = Field(min_length=1, max_length=MOST_CHANGES)
