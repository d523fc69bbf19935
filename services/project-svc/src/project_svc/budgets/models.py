"""A project's budget: planned amounts (lines) and incurred costs (actuals), their tables and shapes on the wire."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field as ShapeField
from pydantic import StrictBool
from sqlalchemy import ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlmodel import Field

from chassis.patch import unset
from chassis.problem import FieldError, InvalidRequest, invalid
from contracts.project_events import ActualState, ActualStateV2, BudgetLineState
from contracts.project_events.money import CostType
from contracts.values import Day, ExchangeRate, ExternalRef, Id, Label, Money, Name, Shape, Units
from project_svc.records import AMOUNT, INSTANT, ProjectRecord, words

SMALLEST = Decimal("0.0001")
LARGEST = Decimal(10) ** 18
"""What an amount is rounded to, and what it stays below."""


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
    type: CostType = Field(sa_type=words(CostType))
    quantity: Decimal | None = Field(default=None, sa_type=Numeric)
    rate: Decimal | None = Field(default=None, sa_type=AMOUNT)
    starts_on: date | None = None
    ends_on: date | None = None
    updated_at: datetime = Field(sa_type=INSTANT)

    def price(self, currency: str) -> None:
        """Let the amount of labour follow from its hours and its rate. Raises InvalidRequest where it is more than an amount holds."""
        if self.quantity is None or self.rate is None:
            return
        amount = self.quantity * self.rate
        if amount >= LARGEST:
            raise invalid("/quantity", "amount_out_of_range", "This is more than an amount holds.")
        self.amount, self.currency = amount.quantize(SMALLEST), currency

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
            type=self.type,
            quantity=self.quantity,
            rate=None if self.rate is None else Money.of(self.rate, self.currency),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
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
        UniqueConstraint("project_id", "id"),
        ForeignKeyConstraint(["project_id", "corrects_id"], ["actuals.project_id", "actuals.id"]),
        ForeignKeyConstraint(["project_id", "commitment_id"], ["commitments.project_id", "commitments.id"]),
        Index("ix_actuals_commitment_id", "commitment_id", postgresql_where=text("commitment_id IS NOT NULL")),
    )

    on: date
    amount: Decimal = Field(sa_type=AMOUNT)
    currency: str
    task_id: UUID | None = None
    source: str
    original_amount: Decimal | None = Field(default=None, sa_type=AMOUNT)
    original_currency: str | None = None
    exchange_rate: Decimal | None = Field(default=None, sa_type=Numeric)
    corrects_id: UUID | None = None
    commitment_id: UUID | None = None

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
            original=original_of(self.original_amount, self.original_currency),
            exchange_rate=self.exchange_rate,
            corrects_id=self.corrects_id,
            commitment_id=self.commitment_id,
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
            original=original_of(self.original_amount, self.original_currency),
            exchange_rate=self.exchange_rate,
            corrects_id=self.corrects_id,
            commitment_id=self.commitment_id,
            revision=self.revision,
            created_at=self.created_at,
        )


@dataclass(frozen=True, slots=True)
class Booked:
    """An amount in the project's currency, and what it was in another one; rate: by which it was converted."""

    amount: Decimal
    original_amount: Decimal | None = None
    original_currency: str | None = None
    rate: Decimal | None = None

    @classmethod
    def of(cls, amount: Money, rate: Decimal | None, currency: str) -> "Booked":
        """An amount, converted if it is in another currency. Raises InvalidRequest for a rate that is missing, or that is not needed."""
        if amount.currency == currency:
            if rate is not None:
                raise invalid("/exchange_rate", "rate_not_needed", f"This project counts in {currency}, as the amount.")
            return cls(amount.amount)
        if rate is None:
            message = (
                f"This project counts in {currency}: send the exchange_rate along, what 1 {amount.currency} is worth."
            )
            raise invalid("/exchange_rate", "missing", message)
        converted = amount.amount * rate
        if abs(converted) >= LARGEST:
            raise invalid("/amount/amount", "amount_out_of_range", f"In {currency} this is more than an amount holds.")
        return cls(converted.quantize(SMALLEST), amount.amount, amount.currency, rate)


def check_planned(currency: str, **amounts: Money | None) -> None:
    """Raise InvalidRequest for a planned amount (by its field) in another currency than the project's, or below zero."""
    errors = []
    for name, amount in amounts.items():
        if amount is not None and amount.currency != currency:
            message = f"This project counts in {currency}."
            errors.append(FieldError(location="body", pointer=f"/{name}/currency", rule="currency", message=message))
        if amount is not None and amount.amount < 0:
            message = "A planned amount is not negative."
            errors.append(
                FieldError(location="body", pointer=f"/{name}/amount", rule="amount_negative", message=message)
            )
    if errors:
        raise InvalidRequest(errors[0].message, errors=errors)


def original_of(amount: Decimal | None, currency: str | None) -> Money | None:
    """What was paid or promised in another currency; None for the project's own."""
    return None if amount is None or currency is None else Money.of(amount, currency)


class BudgetLineCreate(Shape):
    """What a new line is made of: an amount, or labour as hours and what an hour costs."""

    name: Name
    amount: Money | None = None
    type: Annotated[
        CostType | None, ShapeField(description="left out: `labour` where hours and a rate are sent, else `other`")
    ] = None
    quantity: Units | None = None
    rate: Money | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    task_id: Id | None = None
    contingency: StrictBool = False
    external_ref: ExternalRef | None = None


class BudgetLineUpdate(Shape):
    """What may change of a line: a JSON Merge Patch."""

    name: Name = unset()
    amount: Money = unset()
    """Of labour: it is a plain amount from then on."""
    type: CostType = unset()
    quantity: Units = unset()
    rate: Money = unset()
    starts_on: Day | None = unset()
    ends_on: Day | None = unset()
    task_id: Id | None = unset()
    contingency: StrictBool = unset()


class ActualCreate(Shape):
    """A cost: when, how much, for what, and the document behind it."""

    on: Day
    amount: Money
    exchange_rate: ExchangeRate | None = None
    """What a unit of the amount's currency is worth in the project's; for an amount in another currency, and for no other."""
    task_id: Id | None = None
    source: Label = ""
    corrects_id: Id | None = None
    commitment_id: Id | None = None
    external_ref: ExternalRef | None = None


class BudgetOfType(Shape):
    """What is planned of one type of cost."""

    type: CostType
    amount: Money
    lines: int


class BudgetRead(Shape):
    """A project's budget in sums."""

    project_id: Id
    revision: int
    bac: Money
    """Budget at completion: all lines, contingency included."""
    by_type: list[BudgetOfType]
    """The same by type of cost, in alphabetical order; types that no line has are left out."""
    contingency: Money
    management_reserve: Money
    """Outside the baseline."""
    total: Money
    """Budget at completion and management reserve."""
    committed: Money
    open_commitments: Money
    """What of it has not been paid yet, commitment by commitment."""
    actual_cost: Money
    remaining: Money
    """What the budget leaves after the costs so far; below zero, it is overspent."""
    lines: int
    actuals: int
    commitments: int
