"""A program: several projects run together, its own consistency boundary."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chassis.patch import unset
from chassis.problem import Conflict
from contracts.program_events import ProgramState, ProgramTolerances
from contracts.values import Currency, Day, Duration, ExternalRef, Id, Key, Label, Name, Shape, Text
from contracts.vocabulary import ProgramStatus
from program_svc.tables import MINUTES, Record, enumerated

S = ProgramStatus
STEPS: dict[ProgramStatus, tuple[ProgramStatus, ...]] = {
    S.IDENTIFIED: (S.DEFINITION, S.TERMINATED),
    S.DEFINITION: (S.DELIVERY, S.TERMINATED),
    S.DELIVERY: (S.ON_HOLD, S.CLOSURE, S.TERMINATED),
    S.ON_HOLD: (S.DELIVERY, S.TERMINATED),
    S.CLOSURE: (S.CLOSED, S.TERMINATED),
    S.CLOSED: (),
    S.TERMINATED: (),
}
"""From each state, the states that may follow."""


class IllegalStep(Conflict):
    """The state machine has no such step; ``legal`` lists those it has."""

    slug, title = "illegal-step", "There is no such step from here"


class ComponentOpen(Conflict):
    """A program closes when all its projects have; ``projects`` lists those that have not."""

    slug, title = "component-open", "A project of the program is still open"


class ProgramClosed(Conflict):
    """A closed or terminated program is a record of what was: nothing in it changes any more, but that its projects may leave it."""

    slug, title = "program-closed", "The program is closed"


class ProgramNotEmpty(Conflict):
    """Only a program without components can be deleted: remove them first, or terminate it."""

    slug, title = "program-not-empty", "The program still has projects"


class Program(Record, table=True):
    """One row a program; its lock orders everything that happens between the program's projects."""

    __tablename__ = "programs"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "key"),
        sa.UniqueConstraint("organization_id", "external_source", "external_id"),
    )

    latest_revision: int = Field(default=0, sa_type=sa.BigInteger)
    """The boundary's revision: of its latest change of any kind. ``revision`` is that of the program's own fields."""
    key: str
    name: str
    purpose: str = ""
    manager: str = ""
    sponsor: str = ""
    deadline: date | None = None
    margin_threshold: int = Field(default=0, sa_type=MINUTES)
    portfolio_id: UUID | None = Field(default=None, foreign_key="portfolios.id", index=True)
    currency: str | None = None
    tolerances: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    state: ProgramStatus = Field(default=S.IDENTIFIED, sa_type=enumerated(ProgramStatus))

    @property
    def is_open(self) -> bool:
        """Whether anything in it may still change."""
        return bool(STEPS[self.state])

    def step(self, to: ProgramStatus) -> None:
        """Go to another state; to the present one is no step. Raises IllegalStep."""
        legal = STEPS[self.state]
        if to is not self.state and to not in legal:
            names = ", ".join(legal) or "none"
            raise IllegalStep(
                f"A program that is {self.state} cannot become {to}; legal steps: {names}.", legal=list(legal)
            )
        self.state = to


class ProgramCreate(Shape):
    """A new program."""

    key: Key
    name: Name
    purpose: Text = ""
    manager: Label = ""
    sponsor: Label = ""
    deadline: Day | None = None
    margin_threshold: Duration = Duration(0)
    """Below this margin a committed dependency is at risk."""
    portfolio_id: Id | None = None
    currency: Currency | None = None
    """What its money is reported in, by the program's exchange rates."""
    tolerances: ProgramTolerances | None = None
    external_ref: ExternalRef | None = None


class ProgramUpdate(Shape):
    """A change of a program (JSON Merge Patch): what is absent stays."""

    key: Key = unset()
    name: Name = unset()
    purpose: Text = unset()
    manager: Label = unset()
    sponsor: Label = unset()
    deadline: Day | None = unset()
    margin_threshold: Duration = unset()
    portfolio_id: Id | None = unset()
    currency: Currency | None = unset()
    tolerances: ProgramTolerances | None = unset()
    state: ProgramStatus = unset()


def state_of(program: Program) -> ProgramState:
    """The program as it goes over the wire."""
    return ProgramState(
        id=program.id,
        organization_id=program.organization_id,
        key=program.key,
        name=program.name,
        purpose=program.purpose,
        manager=program.manager,
        sponsor=program.sponsor,
        deadline=program.deadline,
        margin_threshold=Duration(program.margin_threshold),
        portfolio_id=program.portfolio_id,
        currency=program.currency,
        tolerances=None if program.tolerances is None else ProgramTolerances.model_validate(program.tolerances),
        state=program.state,
        external_ref=program.external_ref,
        revision=program.revision,
        created_at=program.created_at,
        updated_at=program.updated_at,
    )
