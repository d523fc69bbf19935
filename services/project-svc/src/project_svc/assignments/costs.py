"""What assignments cost: work and material by the rates of the days on which they fall, costs as they were said.

Work falls on the days on which its task goes on and its resource is there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from contracts.project_events.resources import Rate, ResourceKind
from contracts.values import Id, Shape
from planning.figure import Figure
from planning.instant import to_instant
from planning.labour import HourlyRate, cost_of_material, cost_of_work
from project_svc.assignments.models import Assignment
from project_svc.assignments.presence import Presence
from project_svc.earned_value.models import MoneyFigure
from project_svc.projects.reading import ReadProject
from project_svc.records import table_of
from project_svc.resources.models import Resource
from project_svc.schedule.queries import Planned, schedule_of
from project_svc.tasks.models import Task

ASSIGNMENTS, RESOURCES, TASKS = table_of(Assignment), table_of(Resource), table_of(Task)
NOTHING = Decimal(0)


class AssignmentCost(Shape):
    """What one assignment costs."""

    assignment_id: Id
    task_id: Id
    resource_id: Id
    cost: MoneyFigure
    actual: MoneyFigure
    """For the work that is done; of material and costs all of it, once the task has begun."""
    remaining: MoneyFigure


class ResourceCostRead(Shape):
    """What the work of a project costs by the rates of its resources, cancelled tasks left out."""

    project_id: Id
    revision: int
    cost: MoneyFigure
    """Of all assignments, on all pages."""
    actual: MoneyFigure
    remaining: MoneyFigure
    items: list[AssignmentCost]
    """In the order of the assignments' ids."""
    next: Id | None
    """Send it as `cursor` for the next page."""


class ResourceCostQuery(BaseModel):
    """Of which assignments. Sums are of all that are asked for."""

    model_config = ConfigDict(extra="forbid")

    task_id: Id | None = None
    resource_id: Id | None = None
    limit: int = Field(default=100, ge=1, le=1000, description="items a page")
    cursor: Id | None = Field(default=None, description="`next` of the page before")


@dataclass(frozen=True, slots=True)
class _Cost:
    assignment_id: UUID
    task_id: UUID
    resource_id: UUID
    cost: Decimal
    actual: Decimal

    def shown(self, currency: str) -> AssignmentCost:
        return AssignmentCost(
            assignment_id=self.assignment_id,
            task_id=self.task_id,
            resource_id=self.resource_id,
            **_money(self.cost, self.actual, currency),
        )


async def resource_costs(project: ReadProject, query: ResourceCostQuery) -> ResourceCostRead:
    """The costs of the assignments that are asked for. Raises Cycle, OutsideTime, Unschedulable (409)."""
    planned = await schedule_of(project)
    presence = await Presence.of(project, planned)
    rows = await _rows(project, query)
    costs = [_cost(row, planned, presence) for row in rows if row.task_id in planned.schedule.items]
    currency = project.row.currency
    wanted: Iterator[_Cost] = (each for each in costs if query.cursor is None or each.assignment_id > query.cursor)
    items = list(islice(wanted, query.limit + 1))
    whole = (sum((each.cost for each in costs), NOTHING), sum((each.actual for each in costs), NOTHING))
    return ResourceCostRead(
        project_id=project.id,
        revision=project.row.revision,
        **_money(*whole, currency),
        items=[each.shown(currency) for each in items[: query.limit]],
        next=items[query.limit - 1].assignment_id if len(items) > query.limit else None,
    )


async def assigned_cost(project: ReadProject, planned: Planned) -> Decimal:
    """What all assignments of a plan cost, in the project's currency. planned: its dates."""
    presence = await Presence.of(project, planned)
    rows = await _rows(project, ResourceCostQuery())
    return sum((_cost(row, planned, presence).cost for row in rows if row.task_id in planned.schedule.items), NOTHING)


async def _rows(project: ReadProject, query: ResourceCostQuery) -> Any:
    asked = [
        ASSIGNMENTS.c[name] == wanted
        for name in ("task_id", "resource_id")
        if (wanted := getattr(query, name)) is not None
    ]
    has_begun = (TASKS.c.actual_start.is_not(None) | (TASKS.c.percent_complete > 0)).label("has_begun")
    return await project.session.execute(
        select(ASSIGNMENTS, RESOURCES.c.rates, RESOURCES.c.calendar_id, has_begun)
        .join(RESOURCES, RESOURCES.c.id == ASSIGNMENTS.c.resource_id)
        .join(TASKS, TASKS.c.id == ASSIGNMENTS.c.task_id)
        .where(ASSIGNMENTS.c.project_id == project.id, *asked)
        .order_by(ASSIGNMENTS.c.id)
    )


def _cost(row: Any, planned: Planned, presence: Presence) -> _Cost:
    item = planned.schedule.items[row.task_id]
    rates = [_rate(Rate.model_validate(each)) for each in row.rates]
    if row.kind is ResourceKind.WORK:
        span = item.scheduled_start, item.scheduled_finish
        shared = presence.shared(row.task_id, row.calendar_id)
        # Who is never there while the task lasts has no time of their own that the work could be spread over.
        time = planned.calendar_of(row.task_id) if shared is None or not shared.between(*span) else shared
        cost, actual = cost_of_work(row.work, row.actual_work, span, time, rates)
    else:
        is_material = row.kind is ResourceKind.MATERIAL
        cost = cost_of_material(row.units, item.scheduled_start, rates) if is_material else row.amount
        actual = cost if row.has_begun else NOTHING
    return _Cost(row.id, row.task_id, row.resource_id, cost, actual)


def _rate(rate: Rate) -> HourlyRate:
    since: date | None = rate.effective_on
    return HourlyRate(
        None if since is None else to_instant(since),
        rate.standard.amount,
        NOTHING if rate.per_use is None else rate.per_use.amount,
    )


def _money(cost: Decimal, actual: Decimal, currency: str) -> dict[str, MoneyFigure]:
    named = {"cost": cost, "actual": actual, "remaining": cost - actual}
    return {name: MoneyFigure.of(Figure.of(amount), currency) for name, amount in named.items()}
