"""Goals: the organisation's strategic goals, program objectives, and what they are measured by.

All goals of an organisation are one tree and one consistency boundary, the *strategy*.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from chassis.patch import unset
from chassis.problem import Conflict
from contracts.program_events import GoalState
from contracts.values import Day, ExternalRef, Id, Label, Name, Ratio, Shape, Text, Weight
from contracts.vocabulary import GoalStatus
from program_svc.tables import NUMBER, ProgramTable, Record, enumerated


class GoalCycle(Conflict):
    """A goal cannot stand below itself; ``path`` is the cycle, first id = last id."""

    slug, title = "cycle", "This closes a cycle"


class PeriodReversed(Conflict):
    """A goal's period would end before it begins."""

    slug, title = "period-reversed", "The period ends before it begins"


class GoalNotEmpty(Conflict):
    """A goal with goals below it cannot be deleted; cancel it instead, or move them first."""

    slug, title = "goal-not-empty", "There are goals below this one"


class Strategy(ProgramTable, table=True):
    """One row an organisation: the lock and the revision of its goal tree. Its id is the organisation's."""

    __tablename__ = "strategies"

    organization_id: UUID = Field(primary_key=True)
    revision: int = Field(default=0, sa_type=sa.BigInteger)


class Goal(Record, table=True):
    """One node of the tree."""

    __tablename__ = "goals"
    __table_args__ = (sa.UniqueConstraint("organization_id", "external_source", "external_id"),)

    name: str
    description: str = ""
    owner: str = ""
    parent_id: UUID | None = Field(default=None, foreign_key="goals.id", index=True)
    weight: Decimal = Field(default=Decimal(1), sa_type=NUMBER)
    due: date | None = None
    program_id: UUID | None = Field(default=None, foreign_key="programs.id", ondelete="SET NULL", index=True)
    starts: date | None = None
    state: GoalStatus = Field(default=GoalStatus.ACTIVE, sa_type=enumerated(GoalStatus))


class GoalCreate(Shape):
    """A new goal, on its own or below another."""

    name: Name
    description: Text = ""
    owner: Label = ""
    parent_id: Id | None = None
    weight: Weight = Decimal(1)
    due: Day | None = None
    starts: Day | None = None
    """When its period begins, which ends when it is due."""
    program_id: Id | None = None
    """The program whose objective it is."""
    external_ref: ExternalRef | None = None


class GoalUpdate(Shape):
    """A change of a goal (JSON Merge Patch): what is absent stays."""

    name: Name = unset()
    description: Text = unset()
    owner: Label = unset()
    parent_id: Id | None = unset()
    weight: Weight = unset()
    due: Day | None = unset()
    starts: Day | None = unset()
    program_id: Id | None = unset()
    state: GoalStatus = unset()


class GoalRead(GoalState):
    """A goal and how far it is: the weighted mean of its key results and of the goals below it."""

    progress: Ratio
    confidence: Ratio
    """How sure those who measure are that it will be reached: the same mean over those key results whose last check-in says so."""
    elapsed: Ratio
    """How much of its period is over today, from 0 to 1: where an even pace would have its progress."""


def state_of(goal: Goal) -> GoalState:
    """The goal as it goes over the wire."""
    return GoalState(
        id=goal.id,
        organization_id=goal.organization_id,
        external_ref=goal.external_ref,
        parent_id=goal.parent_id,
        name=goal.name,
        description=goal.description,
        owner=goal.owner,
        weight=goal.weight,
        due=goal.due,
        state=goal.state,
        program_id=goal.program_id,
        starts=goal.starts,
        revision=goal.revision,
        created_at=goal.created_at,
        updated_at=goal.updated_at,
    )
