"""What can happen to a resource. None of it moves dates."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlmodel import col, func, select

from chassis.patch import changes_of
from chassis.problem import FieldError, InvalidRequest
from contracts.project_events.resource_events import ResourceCreated, ResourceDeleted, ResourceUpdated
from contracts.project_events.resources import Rate, ResourceKind
from project_svc.assignments.models import Assignment
from project_svc.calendars.days import calendar_of
from project_svc.projects.locked import LockedProject
from project_svc.resources.models import Resource, ResourceCreate, ResourceInUse, ResourceUpdate


async def create_resource(project: LockedProject, body: ResourceCreate) -> Resource:
    """A new resource. Raises InvalidRequest, and NotFound for an unknown calendar."""
    _check_rates(body.rates, body.kind, project.row.currency)
    if body.calendar_id is not None:
        await calendar_of(project, body.calendar_id)
    resource = Resource(
        **project.heading(body.external_ref),
        name=body.name,
        kind=body.kind,
        description=body.description,
        email=body.email,
        group=body.group,
        calendar_id=body.calendar_id,
        units=body.units,
        unit=body.unit,
        rates=_kept(body.rates),
        updated_at=project.now,
    )
    project.session.add(resource)
    await project.session.flush()
    project.record(ResourceCreated.of(resource.wire()))
    return resource


async def update_resource(project: LockedProject, resource: Resource, body: ResourceUpdate) -> None:
    """Change a resource. Raises what creating one raises."""
    before, changes = resource.wire(), changes_of(body)
    if changes.get("calendar_id") is not None:
        await calendar_of(project, changes["calendar_id"])
    if "rates" in changes:
        _check_rates(changes["rates"], resource.kind, project.row.currency)
        changes["rates"] = _kept(changes["rates"])
    for name, value in changes.items():
        setattr(resource, name, value)
    project.changed(resource, before, ResourceUpdated)
    await project.session.flush()


async def delete_resource(project: LockedProject, resource: Resource) -> None:
    """Remove a resource. Raises ResourceInUse while work is assigned to it."""
    assigned = select(func.count()).select_from(Assignment).where(col(Assignment.resource_id) == resource.id)
    if uses := (await project.session.scalars(assigned)).one():
        raise ResourceInUse(uses={"assignments": uses})
    project.record(ResourceDeleted.of(resource.wire()))
    await project.session.delete(resource)
    await project.session.flush()


def _kept(rates: Sequence[Rate]) -> list[dict[str, Any]]:
    in_order = sorted(rates, key=lambda rate: rate.effective_on or date.min)
    return [rate.model_dump(mode="json") for rate in in_order]


def _check_rates(rates: Sequence[Rate], kind: ResourceKind, currency: str) -> None:
    """Raise InvalidRequest with everything that is wrong with the rates."""
    errors = list(_wrong_rates(rates, kind, currency))
    if errors:
        raise InvalidRequest(errors[0].message, errors=errors)


def _wrong_rates(rates: Sequence[Rate], kind: ResourceKind, currency: str) -> Iterator[FieldError]:
    def error(pointer: str, rule: str, message: str) -> FieldError:
        return FieldError(location="body", pointer=f"/rates{pointer}", rule=rule, message=message)

    if kind is ResourceKind.COST and rates:
        yield error("", "cost_has_no_rate", "A cost is an amount, said with each assignment: it has no rate.")
    since: set[date | None] = set()
    for index, rate in enumerate(rates):
        if rate.effective_on in since:
            yield error(f"/{index}/effective_on", "rate_twice", "Another rate begins on the same day.")
        since.add(rate.effective_on)
        for name in ("standard", "per_use"):
            money = getattr(rate, name)
            if money is not None and money.currency != currency:
                yield error(f"/{index}/{name}/currency", "currency", f"This project counts in {currency}.")
            if money is not None and money.amount < 0:
                yield error(f"/{index}/{name}/amount", "amount_negative", "A rate is not negative.")
