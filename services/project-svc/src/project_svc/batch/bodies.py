"""The bodies of a batch's operations: their shapes are checked all together, before anything is carried out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from chassis.failures import from_validation
from contracts.project_events.operations import OperationOn, Verb, reference_of
from contracts.values import Shape
from project_svc.batch.kinds import KINDS

ANYBODY = UUID(int=0)
"""Stands for the id of a record that is yet to be created."""

Error = dict[str, Any]
_REFUSED = {
    "entry": ("append_only", "These entries stay as they are: a correction is a new one."),
    "project": ("update_only", "The project itself is changed, and neither made nor removed."),
}


def check_bodies(operations: Sequence[tuple[str, OperationOn]]) -> None:
    """Raise InvalidRequest with everything that is wrong with the shapes of (kind of record, operation)."""
    names: dict[str, UUID] = {}
    errors: list[Error] = []
    for index, (record, operation) in enumerate(operations):
        errors += _faults(index, record, operation, names)
        if operation.ref is not None:
            names[operation.ref] = ANYBODY
    if errors:
        raise from_validation(RequestValidationError(errors))


def shape_of(record: str, verb: Verb) -> type[Shape] | None:
    """The shape that an operation's body has (of a deletion: that a change has); None where nothing of the kind can be done."""
    kind = KINDS[record]
    if verb is Verb.CREATE:
        return kind.body
    if kind.change is None or (verb is Verb.DELETE and kind.change.delete is None):
        return None
    return kind.change.body


def body_of(record: str, operation: OperationOn, names: Mapping[str, UUID]) -> Any:
    """The body as its action takes it, with ids in the place of names. Raises ValidationError, KeyError for an unknown name."""
    shape = shape_of(record, operation.op)
    assert shape is not None, "check_bodies came first"
    return shape.model_validate(resolved(operation.body or {}, names))


def resolved(body: Mapping[str, Any], names: Mapping[str, UUID]) -> dict[str, Any]:
    """A body with ids in the place of names. Raises KeyError for a name that nothing has."""
    return {
        field: value if (name := reference_of(value)) is None else str(names[name]) for field, value in body.items()
    }


def _faults(index: int, record: str, operation: OperationOn, names: Mapping[str, UUID]) -> Iterator[Error]:
    place = ("body", "operations", index)
    if operation.ref is not None and operation.ref in names:
        yield _error((*place, "ref"), "ref_taken", "An earlier operation has already given this name.")
    named = {("id",): operation.id} | {("body", field): value for field, value in (operation.body or {}).items()}
    unknown = [where for where, value in named.items() if (name := reference_of(value)) and name not in names]
    for where in unknown:
        yield _error((*place, *where), "unknown_ref", "No earlier operation has given this name.")
    shape = shape_of(record, operation.op)
    if shape is None:
        yield _error((*place, "op"), *_REFUSED["project" if record == "project" else "entry"])
    elif operation.body is not None and not unknown:
        try:
            body_of(record, operation, names)
        except ValidationError as error:
            yield from ({**fault, "loc": (*place, "body", *fault["loc"])} for fault in error.errors())


def _error(place: tuple[str | int, ...], rule: str, message: str) -> Error:
    return {"type": rule, "loc": place, "msg": message}
