"""A project's resources and assignments as a document has them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from contracts.project_events.resources import Rate as WrittenRate
from planning.exchange import Assignment as FileAssignment
from planning.exchange import Rate, ResourceKind
from planning.exchange import Resource as FileResource
from project_svc.assignments.models import Assignment
from project_svc.exchange.outline import Outline, ids_of
from project_svc.projects.reading import ReadProject
from project_svc.resources.models import Resource

BEGINNING = date(1984, 1, 1)
"""The first day that Microsoft Project knows: what holds on it has always held there."""


@dataclass(frozen=True, slots=True)
class Staff:
    """work: minutes in all assignments of a task, by its id."""

    resources: tuple[FileResource, ...]
    assignments: tuple[FileAssignment, ...]
    work: Mapping[UUID, int]


async def staff_of(project: ReadProject, outline: Outline, calendars: Mapping[UUID, str]) -> Staff:
    """The project's resources and assignments, oldest first. calendars: what ours are called in the document."""
    resources = await _all(project, Resource)
    assignments = await _all(project, Assignment)
    named, own = ids_of(resources), ids_of(assignments)
    work: Counter[UUID] = Counter()
    for row in assignments:
        work[row.task_id] += row.work
    return Staff(
        tuple(_resource(row, named[row.id], calendars) for row in resources),
        tuple(_assignment(row, own[row.id], outline.ids[row.task_id], named[row.resource_id]) for row in assignments),
        work,
    )


async def _all(project: ReadProject, kind: Any) -> list[Any]:
    found = select(kind).where(col(kind.project_id) == project.id).order_by(col(kind.id))
    return list(await project.session.scalars(found))


def _resource(row: Resource, source_id: str, calendars: Mapping[UUID, str]) -> FileResource:
    return FileResource(
        source_id=source_id,
        name=row.name,
        kind=ResourceKind(row.kind.value),
        max_units=row.units,
        unit=row.unit,
        calendar_id=None if row.calendar_id is None else calendars[row.calendar_id],
        rates=tuple(_rates(row)),
        group=row.group,
        email=row.email,
        notes=row.description,
        guid=str(row.id),
    )


def _rates(row: Resource) -> Iterator[Rate]:
    """In the order of their days; the one that holds on the first day of all has none."""
    known = [WrittenRate.model_validate(each) for each in row.rates]
    always = [each for each in known if (each.effective_on or BEGINNING) <= BEGINNING]
    for each in (*always[-1:], *known[len(always) :]):
        effective_on = None if each in always else each.effective_on
        per_use = Decimal(0) if each.per_use is None else each.per_use.amount
        yield Rate(effective_on, each.standard.amount, per_use=per_use)


def _assignment(row: Assignment, source_id: str, task_id: str, resource_id: str) -> FileAssignment:
    is_work = row.kind.value == ResourceKind.WORK
    return FileAssignment(
        source_id=source_id,
        task_id=task_id,
        resource_id=resource_id,
        units=row.units,
        work=row.work if is_work else None,
        actual_work=row.actual_work if is_work else None,
        remaining_work=row.work - row.actual_work if is_work else None,
        cost=row.amount,
        guid=str(row.id),
    )
