"""The full state of each record of a project's money, as project-svc's events carry it."""

from enum import StrEnum

from contracts.values import Day, ExchangeRate, ExternalRef, Id, Instant, Label, Money, Name, Shape, Units


class CostType(StrEnum):
    """What money is spent on."""

    LABOUR = "labour"
    MATERIAL = "material"
    EQUIPMENT = "equipment"
    SERVICES = "services"
    TRAVEL = "travel"
    OTHER = "other"


class BudgetLineState(Shape):
    """An amount planned for a task, or for the project where there is no task."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    name: Name
    amount: Money
    task_id: Id | None
    contingency: bool
    """Set aside for known risks: inside the baseline, part of the budget at completion."""
    type: CostType = CostType.OTHER
    quantity: Units | None = None
    """Of labour: hours. The amount is quantity x rate."""
    rate: Money | None = None
    """Of labour: what an hour costs. Null for a plain amount."""
    starts_on: Day | None = None
    """From the first to the last day of its own period it is planned evenly; null: from its task's start to its finish."""
    ends_on: Day | None = None
    revision: int
    created_at: Instant
    updated_at: Instant


class ActualState(Shape):
    """A cost that was incurred. Entries are never changed: a correction is a new one, with a negative amount."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    on: Day
    amount: Money
    task_id: Id | None
    source: Label
    """The document behind it, for example an invoice number."""
    original: Money | None = None
    """What was paid in another currency; `amount` is that in the project's. Null for the project's own currency."""
    exchange_rate: ExchangeRate | None = None
    """By which `amount` was made of `original`, as it was when it was entered."""
    corrects_id: Id | None = None
    """The entry that this one corrects."""
    commitment_id: Id | None = None
    """The commitment that it was paid against."""
    revision: int
    created_at: Instant


class ActualStateV2(Shape):
    """The same, the document behind it named as what it is; `source` is also what an external reference has, and means another thing there."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    on: Day
    amount: Money
    task_id: Id | None
    source_document: Label | None
    """For example an invoice number. Null: no document is known, for which version 1 has an empty text."""
    original: Money | None = None
    """What was paid in another currency; `amount` is that in the project's. Null for the project's own currency."""
    exchange_rate: ExchangeRate | None = None
    """By which `amount` was made of `original`, as it was when it was entered."""
    corrects_id: Id | None = None
    """The entry that this one corrects."""
    commitment_id: Id | None = None
    """The commitment that it was paid against."""
    revision: int
    created_at: Instant


class CommitmentState(Shape):
    """Money that is promised: an order, a contract. Entries are never changed: a correction is a new one, with a negative amount."""

    id: Id
    organization_id: Id
    project_id: Id
    external_ref: ExternalRef | None
    on: Day
    amount: Money
    original: Money | None
    """What was promised in another currency; `amount` is that in the project's. Null for the project's own currency."""
    exchange_rate: ExchangeRate | None
    task_id: Id | None
    supplier: Label
    source: Label
    """The document behind it, for example an order number."""
    due_on: Day | None
    """When it is expected to be paid."""
    corrects_id: Id | None
    """The entry that this one corrects."""
    revision: int
    created_at: Instant
