"""What can happen to a budget. None of it moves dates."""

from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import col, func, select

from chassis import rows
from chassis.patch import changes_of
from chassis.problem import Conflict, FieldError, NotFound, invalid
from contracts.project_events import (
    ActualRecorded,
    ActualRecordedV2,
    BudgetLineCreated,
    BudgetLineDeleted,
    BudgetLineUpdated,
)
from contracts.project_events.money import CostType
from contracts.values import Money, Shape
from project_svc.budgets.models import (
    Actual,
    ActualCreate,
    Booked,
    BudgetLine,
    BudgetLineCreate,
    BudgetLineUpdate,
    check_planned,
)
from project_svc.commitments.models import Commitment
from project_svc.projects.locked import LockedProject
from project_svc.tasks.rules import task_of

EntryT = TypeVar("EntryT", Actual, Commitment)
NOTHING = Decimal(0)
MOST = Decimal(10) ** 17
"""What the lines of a project, and the sizes of its actuals, stay below in sum: then every figure made of them can be written."""


class BudgetTooLarge(Conflict):
    """The project's amounts would add up to more than a figure can hold."""

    slug, title = "budget-too-large", "The sum is too large"


async def create_budget_line(project: LockedProject, body: BudgetLineCreate) -> BudgetLine:
    """A new planned amount. Raises InvalidRequest, NotFound for an unknown task."""
    currency = project.row.currency
    check_planned(currency, amount=body.amount, rate=body.rate)
    is_labour = body.quantity is not None or body.rate is not None
    if is_labour == (body.amount is not None):
        raise invalid("/amount", "amount_or_labour", "Send an amount, or the quantity and the rate of labour.")
    if body.task_id is not None:
        await task_of(project, body.task_id, "/task_id")
    line = BudgetLine(
        **project.heading(body.external_ref),
        name=body.name,
        amount=NOTHING if body.amount is None else body.amount.amount,
        currency=currency,
        task_id=body.task_id,
        contingency=body.contingency,
        type=body.type or (CostType.LABOUR if is_labour else CostType.OTHER),
        quantity=body.quantity,
        rate=None if body.rate is None else body.rate.amount,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        updated_at=project.now,
    )
    _check_line(line)
    line.price(currency)
    await check_sum(project, BudgetLine, line.amount)
    await rows.insert(project.session, line)
    project.record(BudgetLineCreated.of(line.wire()))
    return line


async def update_budget_line(project: LockedProject, line: BudgetLine, body: BudgetLineUpdate) -> None:
    """Change a planned amount. Raises what creating one raises."""
    before, changes, currency = line.wire(), changes_of(body), project.row.currency
    check_planned(currency, amount=changes.get("amount"), rate=changes.get("rate"))
    if "amount" in changes and changes.keys() & {"quantity", "rate"}:
        raise invalid("/amount", "amount_or_labour", "Send an amount, or the quantity and the rate of labour.")
    with project.session.no_autoflush:  # a query of a check would otherwise write the half-changed line
        if changes.get("task_id") is not None and changes["task_id"] != line.task_id:
            await task_of(project, changes["task_id"], "/task_id")
        amount: Money | None = changes.pop("amount", None)
        if amount is not None:
            line.amount, line.quantity, line.rate = amount.amount, None, None
        if "rate" in changes:
            changes["rate"] = changes["rate"].amount
        for name, value in changes.items():
            setattr(line, name, value)
        _check_line(line)
        line.price(currency)
        if line.amount != before.amount.amount:
            await check_sum(project, BudgetLine, line.amount, in_place_of=before.amount.amount)
    project.changed(line, before, BudgetLineUpdated)
    await project.session.flush()


async def delete_budget_line(project: LockedProject, line: BudgetLine) -> None:
    """Remove a planned amount."""
    project.record(BudgetLineDeleted.of(line.wire()))
    project.sums.pop(BudgetLine, None)
    await project.session.delete(line)
    await project.session.flush()


async def record_actual(project: LockedProject, body: ActualCreate) -> Actual:
    """A new cost entry. Raises InvalidRequest for a currency without its rate, NotFound for an unknown task, entry or commitment."""
    booked = Booked.of(body.amount, body.exchange_rate, project.row.currency)
    if body.task_id is not None:
        await task_of(project, body.task_id, "/task_id")
    corrected = await entry_of(project, Actual, body.corrects_id, "/corrects_id")
    await entry_of(project, Commitment, body.commitment_id, "/commitment_id")
    await check_sum(project, Actual, booked.amount)
    actual = Actual(
        **project.heading(body.external_ref),
        on=body.on,
        amount=booked.amount,
        currency=project.row.currency,
        task_id=said(body, "task_id", corrected),
        source=body.source,
        original_amount=booked.original_amount,
        original_currency=booked.original_currency,
        exchange_rate=booked.rate,
        corrects_id=first_of(corrected),
        commitment_id=said(body, "commitment_id", corrected),
    )
    project.session.add(actual)
    await project.session.flush()
    project.record(ActualRecorded.of(actual.wire()))
    project.record(ActualRecordedV2.of(actual.wire_v2()))
    return actual


async def entry_of(project: LockedProject, kind: type[EntryT], entry_id: UUID | None, pointer: str) -> EntryT | None:
    """The entry that a field names; None where it names none. Raises NotFound for one that is not of this project."""
    if entry_id is None:
        return None
    entry = await project.session.get(kind, entry_id)
    if entry is None or entry.project_id != project.id:
        message = f"There is no such entry in this project: {entry_id}."
        error = FieldError(location="body", pointer=pointer, rule="unknown_entry", message=message)
        raise NotFound(message, errors=[error])
    return entry


def said(body: Shape, name: str, corrected: Actual | Commitment | None) -> Any:
    """A field of an entry: what was sent, and of a correction for which nothing was sent what the corrected entry says."""
    return getattr(body if corrected is None or name in body.model_fields_set else corrected, name)


def first_of(corrected: Actual | Commitment | None) -> UUID | None:
    """The entry that a correction is about: a correction of a correction is about what that one corrects."""
    return None if corrected is None else corrected.corrects_id or corrected.id


def _check_line(line: BudgetLine) -> None:
    """Raise InvalidRequest for labour without hours or rate, and for half a period or one turned round."""
    if (line.quantity is None) != (line.rate is None):
        name = "quantity" if line.quantity is None else "rate"
        raise invalid(f"/{name}", "missing", "Labour has a quantity (hours) and a rate.")
    if (line.starts_on is None) != (line.ends_on is None):
        name = "starts_on" if line.starts_on is None else "ends_on"
        raise invalid(f"/{name}", "missing", "A period has a first and a last day.")
    if line.starts_on is not None and line.ends_on is not None and line.ends_on < line.starts_on:
        raise invalid("/ends_on", "ends_before_it_begins", "The period would end before it begins.")


async def check_sum(
    project: LockedProject,
    kind: type[BudgetLine | Actual | Commitment],
    more: Decimal,
    *,
    in_place_of: Decimal = Decimal(0),
) -> None:
    """Raise BudgetTooLarge if the sizes of all amounts would add up to too much."""
    if kind not in project.sums:
        sizes = select(func.coalesce(func.sum(func.abs(col(kind.amount))), 0)).where(col(kind.project_id) == project.id)
        project.sums[kind] = (await project.session.scalars(sizes)).one()
    project.sums[kind] += abs(more) - in_place_of
    if project.sums[kind] >= MOST:
        raise BudgetTooLarge(f"The amounts of a project add up to less than {MOST:f}.")
