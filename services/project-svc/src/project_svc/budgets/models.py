"""A project's budget: planned amounts (lines) and incurred costs (actuals), their tables and shapes on the wire."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import StrictBool
from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from chassis.patch import unset
from chassis.problem import FieldError, InvalidRequest
from contracts.project_events import ActualState, ActualStateV2, BudgetLineState
from contracts.values import Day, ExternalRef, Id, Label, Money, Name, Shape
from project_svc.records import AMOUNT, INSTANT, ProjectRecord


class BudgetLine(ProjectRecord, table=True):
    """An amount planned for a task, or for the project as a whole."""

    __tablename__ = "budget_lines"
    __table_args__ = (
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_budget_lines_external_ref"),
        ForeignKeyConstraint(["project_id", "task_id"], ["tasks.project_id", "tasks.id"]),
        Index("ix_budget_lines_project_id", "project_id"),
        Index("ix_budget_lines_task_id", "task_id"),
    )

    name: str
    amount: Decimal = Field(sa_type=AMOUNT)
    currency: str
    task_id: UUID | None = None
    contingency: bool
    updated_at: datetime = Field(sa_type=INSTANT)

    def wire(self) -> BudgetLineState:
        """The line as events and answers show it."""
        return BudgetLineState(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            name=self.name,
            amount=Money.of(self.amount, self.currency),
            task_id=self.task_id,
            contingency=self.contingency,
            revision=self.revision,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


class Actual(ProjectRecord, table=True):
    """A cost that was incurred. Entries stay as they are: a correction is a new entry, with a negative amount."""

    __tablename__ = "actuals"
    __table_args__ = (
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_actuals_external_ref"),
        ForeignKeyConstraint(["project_id", "task_id"], ["tasks.project_id", "tasks.id"]),
        Index("ix_actuals_project_id_on", "project_id", "on"),
        Index("ix_actuals_task_id", "task_id"),
    )

    on: date
    amount: Decimal = Field(sa_type=AMOUNT)
    currency: str
    task_id: UUID | None = None
    source: str

    def wire(self) -> ActualState:
        """The entry as events and answers show it."""
        return ActualState(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            on=self.on,
            amount=Money.of(self.amount, self.currency),
            task_id=self.task_id,
            source=self.source,
            revision=self.revision,
            created_at=self.created_at,
        )

    def wire_v2(self) -> ActualStateV2:
        """The entry as the second version of its event shows it."""
        return ActualStateV2(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            on=self.on,
            amount=Money.of(self.amount, self.currency),
            task_id=self.task_id,
            source_document=self.source or None,
            revision=self.revision,
            created_at=self.created_at,
        )


def check_amount(amount: Money, currency: str, *, may_be_negative: bool) -> None:
    """Raise InvalidRequest for an amount in another currency than the project's, or one below zero that may not be."""
    errors = []
    if amount.currency != currency:
        message = f"This project counts in {currency}."
        errors.append(FieldError(location="body", pointer="/amount/currency", rule="currency", message=message))
    if amount.amount < 0 and not may_be_negative:
        message = "A planned amount is not negative."
        errors.append(FieldError(location="body", pointer="/amount/amount", rule="amount_negative", message=message))
    if errors:
        raise InvalidRequest(errors[0].message, errors=errors)


class BudgetLineCreate(Shape):
    """What a new line is made of."""

    name: Name
    amount: Money
    task_id: Id | None = None
    contingency: StrictBool = False
    external_ref: ExternalRef | None = None


class BudgetLineUpdate(Shape):
    """What may change of a line: a JSON Merge Patch."""

    name: Name = unset()
    amount: Money = unset()
    task_id: Id | None = unset()
    contingency: StrictBool = unset()


class ActualCreate(Shape):
    """A cost: when, how much, for what, and the document behind it."""

    on: Day
    amount: Money
    task_id: Id | None = None
    source: Label = ""
    external_ref: ExternalRef | None = None


class BudgetRead(Shape):
    """A project's budget in sums."""

    project_id: Id
    revision: int
    bac: Money
    """Budget at completion: all lines, contingency included."""
    contingency: Money
    actual_cost: Money
    remaining: Money
    """What the budget leaves after the costs so far; below zero, it is overspent."""
    lines: int
    actuals: int
