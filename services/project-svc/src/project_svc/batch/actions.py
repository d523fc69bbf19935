"""Carrying out several operations in one transaction, at one revision."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError

from chassis.failures import from_driver
from chassis.problem import FieldError, Problem
from contracts.project_events.operations import OperationOn, Verb, reference_of
from project_svc.batch.bodies import body_of, check_bodies
from project_svc.batch.kinds import KINDS
from project_svc.conflicts import CONFLICTS
from project_svc.projects.locked import LockedProject, Shown


@dataclass(frozen=True, slots=True)
class Done:
    """An operation that was carried out. shown: the record; None for one that was deleted."""

    operation: OperationOn
    record: str
    id: UUID
    shown: Shown[Any] | None


async def perform(project: LockedProject, operations: Sequence[tuple[str, OperationOn]]) -> list[Done]:
    """Carry out operations, each with the kind of record that it is on, in their order.

    What an action raises is raised with the operation's index, and with pointers into the batch. Nothing of it may stand then.
    """
    check_bodies(operations)
    names: dict[str, UUID] = {}
    done: list[Done] = []
    for index, (record, operation) in enumerate(operations):
        with located(index):
            each = await _perform(project, record, operation, names)
        if operation.ref is not None:
            names[operation.ref] = each.id
        done.append(each)
    return done


async def _perform(project: LockedProject, record: str, operation: OperationOn, names: dict[str, UUID]) -> Done:
    kind = KINDS[record]
    if operation.op is Verb.CREATE:
        assert kind.create is not None, "check_bodies came first"
        shown = await kind.create(project, body_of(record, operation, names))
        return Done(operation, record, shown.wire().id, shown)
    change = kind.change
    record_id = target_of(operation, names)
    assert change is not None, "check_bodies came first"
    assert record_id is not None, "an operation that creates nothing names its record"
    if operation.op is Verb.DELETE:
        assert change.delete is not None, "check_bodies came first"
        await change.delete(project, await kind.find(project, record_id))
        return Done(operation, record, record_id, None)
    found = await change.load(project, record_id)
    return Done(operation, record, record_id, await change.update(project, found, body_of(record, operation, names)))


def target_of(operation: OperationOn, names: dict[str, UUID]) -> UUID | None:
    """The id of the record that an operation is on. Raises KeyError for a name that nothing has."""
    name = reference_of(operation.id)
    if name is not None:
        return names[name]
    return operation.id if isinstance(operation.id, UUID) else None


@contextmanager
def located(index: int) -> Iterator[None]:
    """Say of whatever is raised inside to which operation it belongs."""
    try:
        yield
    except (DBAPIError, asyncpg.PostgresError) as error:
        problem = from_driver(
            error.orig and error.orig.__cause__ if isinstance(error, DBAPIError) else error, CONFLICTS
        )
        if problem is None or problem.status >= 500:
            raise
        raise _at(problem, index) from error
    except Problem as problem:
        raise _at(problem, index) from None


def _at(problem: Problem, index: int) -> Problem:
    place = f"/operations/{index}"
    whole = FieldError(location="body", pointer=place, rule=problem.slug, message=problem.detail)
    problem.errors = [_within(place, error) for error in problem.errors] or [whole]
    problem.detail = f"Operation {index}: {problem.detail}"
    problem.members["operation"] = index
    return problem


def _within(place: str, error: FieldError) -> FieldError:
    return error.model_copy(update={"location": "body", "pointer": f"{place}/body{error.pointer}"})
