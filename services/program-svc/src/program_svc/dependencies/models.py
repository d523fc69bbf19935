"""A dependency: a contract between two projects of a program, with dates, float and an owner on both sides."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chassis.problem import Conflict
from contracts.values import MINUTES_PER_DAY
from contracts.vocabulary import DependencyPolicy, DependencyStatus, Granularity, LinkType, SlipDecision, TaskSide
from program_svc.tables import INSTANT, MINUTES, Record, enumerated

GIVES_FINISH = frozenset({LinkType.FS, LinkType.FF})
"""The types whose provider gives its finish; the others give their start."""
NEEDS_START = frozenset({LinkType.FS, LinkType.SS})
"""The types that hold the receiver's start; the others hold its finish."""

S = DependencyStatus

WATCHED = frozenset({S.COMMITTED, S.AT_RISK, S.BREACHED})
"""Agreed and not yet delivered: the forecast moves these between committed, at risk and breached."""
SHAPING = WATCHED | {S.DELIVERED, S.ACCEPTED, S.DISPUTED}
"""Agreed: these hold the program's dates."""
OPEN = frozenset({S.PROPOSED, S.RENEGOTIATING})
"""Waiting for a side to commit."""
LIVE = SHAPING | OPEN
"""Part of the network that must stay without a cycle."""

TERMS = frozenset({"needed_by", "promised_by", "acceptance_criterion"})
"""What the two sides agree on."""

STEPS: dict[str, frozenset[DependencyStatus]] = {
    "commit": OPEN,
    "reject": OPEN,
    "renegotiate": WATCHED | {S.PROPOSED},
    "withdraw": frozenset({S.RENEGOTIATING}),
    "deliver": WATCHED | {S.DISPUTED},
    "accept": frozenset({S.DELIVERED}),
    "dispute": frozenset({S.DELIVERED}),
    "cancel": LIVE,
    "accept-slip": WATCHED,
    "reject-slip": WATCHED,
}
"""From where each step is legal."""


class DependencyStep(Conflict):
    """The dependency's state does not allow this step; ``legal`` lists those it allows."""

    slug, title = "dependency-step", "The dependency cannot take this step"


class DependencyCycle(Conflict):
    """The dependency would close a cycle through the program's tasks; ``path`` is that cycle, first id = last id."""

    slug, title = "cycle", "This closes a cycle"


class SameProject(Conflict):
    """A dependency joins two projects; inside one project a link does it."""

    slug, title = "same-project", "Both ends are in the same project"


class NotAComponent(Conflict):
    """Both projects must be components of the program."""

    slug, title = "not-a-component", "The project is not part of this program"


class EndNotLinkable(Conflict):
    """A summary or a cancelled task cannot be an end of a dependency."""

    slug, title = "end-not-linkable", "This task cannot be an end of a dependency"


class NoSlip(Conflict):
    """There is no slip to decide on: the dependency is hard, or its forecast is within what was accepted."""

    slug, title = "no-slip", "There is no slip to decide on"


class Dependency(Record, table=True):
    """One row a dependency: what was agreed, and what the network last said about it."""

    __tablename__ = "dependencies"
    __table_args__ = (
        sa.Index(
            "uq_dependencies_live",
            "program_id",
            "provider_task_id",
            "receiver_task_id",
            "type",
            unique=True,
            postgresql_where=sa.text("state NOT IN ('rejected', 'withdrawn', 'cancelled', 'dissolved')"),
        ),
        sa.UniqueConstraint("organization_id", "external_source", "external_id"),
    )

    program_id: UUID = Field(foreign_key="programs.id", ondelete="CASCADE", index=True)
    provider_project_id: UUID
    provider_task_id: UUID = Field(index=True)
    provider_granularity: str = Granularity.DAY.value
    provider_owner: str = ""
    receiver_project_id: UUID
    receiver_task_id: UUID = Field(index=True)
    receiver_granularity: str = Granularity.DAY.value
    receiver_owner: str = ""
    type: LinkType = Field(default=LinkType.FS, sa_type=enumerated(LinkType))
    lag: int = Field(default=0, sa_type=MINUTES)
    lag_minutes_per_day: int = Field(default=MINUTES_PER_DAY, sa_type=MINUTES)
    receiver_minutes_per_day: int = Field(default=MINUTES_PER_DAY, sa_type=MINUTES)
    """What `P1D` stands for in the lag, and in the margin: days of the receiver's project, and of the receiving task."""
    policy: DependencyPolicy = Field(default=DependencyPolicy.HARD, sa_type=enumerated(DependencyPolicy))
    needed_by: date | None = None
    promised_by: date | None = None
    acceptance_criterion: str = ""
    margin_threshold: int | None = Field(default=None, sa_type=MINUTES)
    """Below this margin it is at risk; none where the program's own threshold counts."""

    state: DependencyStatus = Field(default=DependencyStatus.PROPOSED, sa_type=enumerated(DependencyStatus))
    provider_committed_by: str | None = None
    provider_committed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    receiver_committed_by: str | None = None
    receiver_committed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    committed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """When both had committed for the first time; from then on the dependency holds dates."""
    agreed: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    """What holds again if new terms are taken back or rejected: see `dependencies.agreement`; none where nothing is renegotiated."""
    accepted: int | None = Field(default=None, sa_type=MINUTES)
    """Soft only: the forecast (an instant) up to which the receiver lets dates flow."""
    slip_decision: SlipDecision | None = Field(default=None, sa_type=enumerated(SlipDecision))
    slip_forecast: int | None = Field(default=None, sa_type=MINUTES)
    slip_by: str | None = None
    slip_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """Soft only: what the receiver last said to a later forecast."""
    delivered_by: str | None = None
    delivered_at: datetime | None = Field(default=None, sa_type=INSTANT)
    delivery_evidence: str | None = None
    """What was handed over last, and what shows it."""

    forecast: int | None = Field(default=None, sa_type=MINUTES)
    limit: int | None = Field(default=None, sa_type=MINUTES)
    late: int | None = Field(default=None, sa_type=MINUTES)
    """When the receiver needs it: by the agreed date or else its late date; and its late date, whatever was agreed."""
    margin: int | None = Field(default=None, sa_type=MINUTES)
    driving: bool = False
    imposed: int | None = Field(default=None, sa_type=MINUTES)
    """The instant that the receiver's side is held to; none while the dependency holds nothing."""
    imposed_side: TaskSide | None = Field(default=None, sa_type=enumerated(TaskSide))
    """The side that is told to be held: a milestone's start is its finish."""
    imposed_by_minute: bool = False
    """Whether the instant is told to the minute, since its day does not say it."""
    suspended_path: list[str] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    history: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)

    def check_step(self, step: str) -> None:
        """Raises DependencyStep when the present state does not allow the step."""
        if self.state not in STEPS[step]:
            legal = sorted(name for name, states in STEPS.items() if self.state in states)
            raise DependencyStep(
                f"A dependency that is {self.state} allows: {', '.join(legal) or 'nothing'}.", legal=legal
            )

    def check_change(self, fields: Collection[str]) -> None:
        """Raises DependencyStep when these fields are not one side's to change: nothing of what is over, no terms that a side agreed to."""
        if self.state not in LIVE:
            raise DependencyStep(f"A dependency that is {self.state} is not changed any more.", legal=[])
        agreed = (self.committed_at, self.provider_committed_at, self.receiver_committed_at)
        terms = sorted(TERMS & set(fields))
        if terms and any(at is not None for at in agreed):
            legal = sorted(name for name, states in STEPS.items() if self.state in states)
            raise DependencyStep(f"A side has agreed to this: {', '.join(terms)}. Renegotiate it.", legal=legal)

    @property
    def provider_side(self) -> TaskSide:
        """The provider's date that is handed on."""
        return TaskSide.FINISH if self.type in GIVES_FINISH else TaskSide.START

    @property
    def receiver_side(self) -> TaskSide:
        """The receiver's date that is held."""
        return TaskSide.START if self.type in NEEDS_START else TaskSide.FINISH

    @property
    def shapes_dates(self) -> bool:
        """Whether the network is to hold this dependency (it may still be suspended by a cycle)."""
        return self.committed_at is not None and self.state in LIVE and self.state is not DependencyStatus.PROPOSED
