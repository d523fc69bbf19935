"""What can happen to a budget. None of it moves dates."""

from decimal import Decimal

from sqlmodel import col, func, select

from chassis.patch import changes_of
from chassis.problem import Conflict
from contracts.project_events import (
    ActualRecorded,
    ActualRecordedV2,
    BudgetLineCreated,
    BudgetLineDeleted,
    BudgetLineUpdated,
)
from contracts.values import Money
from project_svc.budgets.models import (
    Actual,
    ActualCreate,
    BudgetLine,
    BudgetLineCreate,
    BudgetLineUpdate,
    check_amount,
)
from project_svc.projects.locked import LockedProject
from project_svc.tasks.rules import task_of

MOST = Decimal(10) ** 17
"""What the lines of a project, and the sizes of its actuals, stay below in sum: then every figure made of them can be written."""


class BudgetTooLarge(Conflict):
    """The project's amounts would add up to more than a figure can hold."""

    slug, title = "budget-too-large", "The sum is too large"


async def create_budget_line(project: LockedProject, body: BudgetLineCreate) -> BudgetLine:
    """A new planned amount. Raises InvalidRequest for a wrong currency, NotFound for an unknown task."""
    check_amount(body.amount, project.row.currency, may_be_negative=False)
    if body.task_id is not None:
        await task_of(project, body.task_id, "/task_id")
    await _check_sum(project, BudgetLine, body.amount.amount)
    line = BudgetLine(
        **project.heading(body.external_ref),
        name=body.name,
        amount=body.amount.amount,
        currency=body.amount.currency,
        task_id=body.task_id,
        contingency=body.contingency,
        updated_at=project.now,
    )
    project.session.add(line)
    await project.session.flush()
    project.record(BudgetLineCreated.of(line.wire()))
    return line


async def update_budget_line(project: LockedProject, line: BudgetLine, body: BudgetLineUpdate) -> None:
    """Change a planned amount. Raises what creating one raises."""
    # Every check comes before the first change: a query of a check would otherwise write the half-changed line.
    before, changes = line.wire(), changes_of(body)
    if body.task_id is not None and body.task_id != line.task_id:
        await task_of(project, body.task_id, "/task_id")
    amount: Money | None = changes.pop("amount", None)
    if amount is not None:
        check_amount(amount, project.row.currency, may_be_negative=False)
        await _check_sum(project, BudgetLine, amount.amount, in_place_of=line.amount)
        line.amount = amount.amount
    for name, value in changes.items():
        setattr(line, name, value)
    project.changed(line, before, BudgetLineUpdated)
    await project.session.flush()


async def delete_budget_line(project: LockedProject, line: BudgetLine) -> None:
    """Remove a planned amount."""
    project.record(BudgetLineDeleted.of(line.wire()))
    await project.session.delete(line)
    await project.session.flush()


async def record_actual(project: LockedProject, body: ActualCreate) -> Actual:
    """A new cost entry. Raises InvalidRequest for a wrong currency, NotFound for an unknown task."""
    check_amount(body.amount, project.row.currency, may_be_negative=True)
    if body.task_id is not None:
        await task_of(project, body.task_id, "/task_id")
    await _check_sum(project, Actual, body.amount.amount)
    actual = Actual(
        **project.heading(body.external_ref),
        on=body.on,
        amount=body.amount.amount,
        currency=body.amount.currency,
        task_id=body.task_id,
        source=body.source,
    )
    project.session.add(actual)
    await project.session.flush()
    project.record(ActualRecorded.of(actual.wire()))
    project.record(ActualRecordedV2.of(actual.wire_v2()))
    return actual


async def _check_sum(
    project: LockedProject, kind: type[BudgetLine | Actual], more: Decimal, *, in_place_of: Decimal = Decimal(0)
) -> None:
    """Raise BudgetTooLarge if the sizes of all amounts would add up to too much."""
    sizes = select(func.coalesce(func.sum(func.abs(col(kind.amount))), 0)).where(col(kind.project_id) == project.id)
    if (await project.session.scalars(sizes)).one() - in_place_of + abs(more) >= MOST:
        raise BudgetTooLarge(f"The amounts of a project add up to less than {MOST:f}.")
