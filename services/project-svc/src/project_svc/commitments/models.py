"""A commitment, money that is promised: its table, and its shapes on the wire."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, UniqueConstraint
from sqlmodel import Field

from contracts.project_events import CommitmentState
from contracts.values import Day, ExchangeRate, ExternalRef, Id, Label, Money, Shape
from project_svc.budgets.models import original_of
from project_svc.records import AMOUNT, ProjectRecord


class Commitment(ProjectRecord, table=True):
    """An order or a contract. Entries stay as they are: a correction is a new entry, with a negative amount."""

    __tablename__ = "commitments"
    __table_args__ = (
        UniqueConstraint("project_id", "id"),
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_commitments_external_ref"),
        ForeignKeyConstraint(["project_id", "task_id"], ["tasks.project_id", "tasks.id"]),
        ForeignKeyConstraint(["project_id", "corrects_id"], ["commitments.project_id", "commitments.id"]),
        Index("ix_commitments_project_id_on", "project_id", "on"),
        Index("ix_commitments_task_id", "task_id"),
    )

    on: date
    amount: Decimal = Field(sa_type=AMOUNT)
    currency: str
    original_amount: Decimal | None = Field(default=None, sa_type=AMOUNT)
    original_currency: str | None = None
    exchange_rate: Decimal | None = Field(default=None, sa_type=Numeric)
    task_id: UUID | None = None
    supplier: str
    source: str
    due_on: date | None = None
    corrects_id: UUID | None = None

    def wire(self) -> CommitmentState:
        """The entry as events and answers show it."""
        return CommitmentState(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            on=self.on,
            amount=Money.of(self.amount, self.currency),
            original=original_of(self.original_amount, self.original_currency),
            exchange_rate=self.exchange_rate,
            task_id=self.task_id,
            supplier=self.supplier,
            source=self.source,
            due_on=self.due_on,
            corrects_id=self.corrects_id,
            revision=self.revision,
            created_at=self.created_at,
        )


class CommitmentCreate(Shape):
    """A promise to pay: when it was made, how much, for what, to whom, and the document behind it."""

    on: Day
    amount: Money
    exchange_rate: ExchangeRate | None = None
    """What a unit of the amount's currency is worth in the project's; for an amount in another currency, and for no other."""
    task_id: Id | None = None
    supplier: Label = ""
    source: Label = ""
    due_on: Day | None = None
    corrects_id: Id | None = None
    external_ref: ExternalRef | None = None
