"""A risk: its table, its states and rules, and its shapes on the wire."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import StrictBool
from sqlalchemy import ForeignKeyConstraint, Index, Numeric, UniqueConstraint
from sqlmodel import Field

from chassis.patch import unset
from chassis.problem import FieldError
from contracts.project_events import RiskState
from contracts.values import (
    MINUTES_PER_DAY,
    Day,
    Duration,
    ExternalRef,
    Id,
    Label,
    Money,
    Name,
    NonNegativeWrittenDuration,
    Probability,
    Shape,
    Share,
    Text,
    WrittenDuration,
)
from contracts.vocabulary import RiskKind, RiskProximity, RiskResponse, RiskStatus
from planning.risk import RiskKind as Sign
from planning.risk import emv
from project_svc.calendars.models import hours_of
from project_svc.projects.models import check_step
from project_svc.records import AMOUNT, INSTANT, MINUTES, ProjectRecord, words

S = RiskStatus
OVER = frozenset({S.CLOSED, S.OCCURRED})
STEPS: dict[RiskStatus, tuple[RiskStatus, ...]] = {
    S.IDENTIFIED: (S.ASSESSED, S.CLOSED, S.OCCURRED),
    S.ASSESSED: (S.RESPONSE_PLANNED, S.CLOSED, S.OCCURRED),
    S.RESPONSE_PLANNED: (S.MONITORING, S.CLOSED, S.OCCURRED),
    S.MONITORING: (S.CLOSED, S.OCCURRED),
    S.CLOSED: (),
    S.OCCURRED: (),
}
"""From each state, the states that may follow."""
ANSWERED = frozenset({S.RESPONSE_PLANNED, S.MONITORING})
"""States in which somebody has said what is done about the risk, and who answers for it."""
R = RiskResponse
WITHOUT_ACTIONS = frozenset({R.ACCEPT, R.ESCALATE})
"""Responses with nothing to do: to wait, and to leave it to somebody else."""
RESPONSES: dict[RiskKind, tuple[RiskResponse, ...]] = {
    RiskKind.THREAT: (R.AVOID, R.TRANSFER, R.MITIGATE, R.ACCEPT, R.ESCALATE),
    RiskKind.OPPORTUNITY: (R.EXPLOIT, R.SHARE, R.ENHANCE, R.ACCEPT, R.ESCALATE),
}


class Risk(ProjectRecord, table=True):
    """Something that may happen. `cost_impact` is a size; the kind gives it its sign. `days_impact`: working minutes."""

    __tablename__ = "risks"
    __table_args__ = (
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_risks_external_ref"),
        ForeignKeyConstraint(["project_id", "task_id"], ["tasks.project_id", "tasks.id"]),
        Index("ix_risks_project_id", "project_id"),
        Index("ix_risks_task_id", "task_id"),
    )

    title: str
    description: str
    kind: RiskKind = Field(sa_type=words(RiskKind))
    category: str
    state: RiskStatus = Field(sa_type=words(RiskStatus))
    probability: Decimal = Field(sa_type=Numeric)
    cost_impact: Decimal = Field(sa_type=AMOUNT)
    currency: str
    days_impact: int = Field(sa_type=MINUTES)
    minutes_per_day: int = Field(default=MINUTES_PER_DAY, sa_type=MINUTES)
    """What `P1D` stands for in the impact: the day of the project's calendar (`project_svc.calendars.days`)."""
    response: RiskResponse | None = Field(default=None, sa_type=words(RiskResponse))
    owner: str
    trigger: str
    contingency_plan: str
    escalated: bool
    task_id: UUID | None = None
    review_on: date | None = None
    proximity: RiskProximity | None = Field(default=None, sa_type=words(RiskProximity))
    residual_probability: Decimal | None = Field(default=None, sa_type=Numeric)
    residual_cost_impact: Decimal | None = Field(default=None, sa_type=AMOUNT)
    residual_days_impact: int | None = Field(default=None, sa_type=MINUTES)
    updated_at: datetime = Field(sa_type=INSTANT)

    @property
    def emv(self) -> Decimal:
        """Expected monetary value: probability times impact, a threat negative; nothing once it is closed or has occurred."""
        return Decimal(0) if self.state in OVER else emv(Sign(self.kind), self.probability, self.cost_impact)

    def step(self, to: RiskStatus) -> None:
        """Go to another state. Raises IllegalStep."""
        check_step("a risk", self.state, to, STEPS)
        self.state = to

    def broken_rules(self, currency: str) -> list[FieldError]:
        """What does not go together, in a project of this currency."""
        broken: list[tuple[str, str, str]] = []
        if self.state not in OVER and not 0 < self.probability < 1:
            message = "The probability of an open risk lies between 0 and 1: at 1 it is an issue, at 0 it is closed."
            broken.append(("/probability", "open_probability", message))
        for pointer, amount in (("cost_impact", self.cost_impact), ("residual_cost_impact", self.residual_cost_impact)):
            if amount is not None and amount < 0:
                message = "An impact has no sign: the kind gives it one."
                broken.append((f"/{pointer}/amount", "amount_negative", message))
        if self.currency != currency:
            broken.append(("/cost_impact/currency", "currency", f"This project counts in {currency}."))
        if self.state in ANSWERED:
            if self.response is None:
                broken.append(("/response", "response_missing", "Say how the risk is answered."))
            if not self.owner:
                broken.append(("/owner", "owner_missing", "Say who answers for the risk."))
        if self.response is not None and self.response not in RESPONSES[self.kind]:
            offered = ", ".join(RESPONSES[self.kind])
            broken.append(("/response", "response_for_kind", f"The responses to this kind of risk: {offered}."))
        return [FieldError(location="body", pointer=pointer, rule=rule, message=text) for pointer, rule, text in broken]

    def wire(self) -> RiskState:
        """The risk as events and answers show it."""
        return RiskState(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            title=self.title,
            description=self.description,
            kind=self.kind,
            category=self.category,
            state=self.state,
            probability=self.probability,
            cost_impact=Money.of(self.cost_impact, self.currency),
            hours_per_day=hours_of(self.minutes_per_day),
            days_impact=Duration(self.days_impact, self.minutes_per_day),
            response=self.response,
            owner=self.owner,
            trigger=self.trigger,
            contingency_plan=self.contingency_plan,
            escalated=self.escalated,
            task_id=self.task_id,
            review_on=self.review_on,
            emv=Money.of(self.emv, self.currency),
            proximity=self.proximity,
            residual_probability=self.residual_probability,
            residual_cost_impact=None
            if self.residual_cost_impact is None
            else Money.of(self.residual_cost_impact, self.currency),
            residual_days_impact=None
            if self.residual_days_impact is None
            else Duration(self.residual_days_impact, self.minutes_per_day),
            revision=self.revision,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


class RiskCreate(Shape):
    """What a new risk is made of; it is `identified`."""

    title: Name
    description: Text = ""
    kind: RiskKind
    category: Label = ""
    probability: Probability
    cost_impact: Money
    days_impact: NonNegativeWrittenDuration = WrittenDuration()
    response: RiskResponse | None = None
    owner: Label = ""
    trigger: Text = ""
    contingency_plan: Text = ""
    escalated: StrictBool = False
    task_id: Id | None = None
    review_on: Day | None = None
    proximity: RiskProximity | None = None
    residual_probability: Share | None = None
    residual_cost_impact: Money | None = None
    residual_days_impact: NonNegativeWrittenDuration | None = None
    external_ref: ExternalRef | None = None


class RiskUpdate(Shape):
    """What may change of a risk: a JSON Merge Patch."""

    title: Name = unset()
    description: Text = unset()
    kind: RiskKind = unset()
    category: Label = unset()
    state: RiskStatus = unset()
    probability: Share = unset()
    cost_impact: Money = unset()
    days_impact: NonNegativeWrittenDuration = unset()
    response: RiskResponse | None = unset()
    owner: Label = unset()
    trigger: Text = unset()
    contingency_plan: Text = unset()
    escalated: StrictBool = unset()
    task_id: Id | None = unset()
    review_on: Day | None = unset()
    proximity: RiskProximity | None = unset()
    residual_probability: Share | None = unset()
    residual_cost_impact: Money | None = unset()
    residual_days_impact: NonNegativeWrittenDuration | None = unset()
