"""Who needs how much of what, and whether that can be at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.calendar import WorkCalendar
from planning.errors import UnknownTask
from planning.levelling.errors import InvalidCapacity, InvalidDemand, UnknownResource
from planning.levelling.packing import LARGEST
from planning.plan import Id, Plan


@dataclass(frozen=True, slots=True)
class Resource:
    """capacity: whole units at any time, such as percent of a person: 250 are two and a half people.

    calendar: when they are there; None: whenever the work that demands them goes on.
    """

    id: Id
    capacity: int
    calendar: WorkCalendar | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """units: of the resource's capacity, for as long as the task's work lasts. Several of one task and resource add up."""

    task_id: Id
    resource_id: Id
    units: int


def demands_by_task(plan: Plan, resources: Sequence[Resource], demands: Sequence[Demand]) -> Mapping[Id, list[int]]:
    """Units per resource, in the order of `resources`, of each task that demands any. Raises a PlanError with the offending ids."""
    wrong = [resource.id for resource in resources if not 0 <= resource.capacity <= LARGEST]
    if wrong:
        raise InvalidCapacity(wrong)
    column = {resource.id: place for place, resource in enumerate(resources)}
    unknown = [demand.resource_id for demand in demands if demand.resource_id not in column]
    if unknown:
        raise UnknownResource(list(dict.fromkeys(unknown)))
    tasks = {task.id for task in plan.tasks}
    units: dict[Id, list[int]] = {}
    negative = {demand.task_id for demand in demands if demand.units < 0}
    for demand in demands:
        if demand.task_id not in tasks:
            raise UnknownTask(demand.task_id, demand.resource_id)
        row = units.setdefault(demand.task_id, [0] * len(resources))
        row[column[demand.resource_id]] += demand.units
    impossible = [
        task_id
        for task_id, row in units.items()
        if task_id in negative or any(count > resource.capacity for count, resource in zip(row, resources, strict=True))
    ]
    if impossible:
        raise InvalidDemand(impossible)
    return units
