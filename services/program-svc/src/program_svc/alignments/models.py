"""Alignments: which project or benefit serves which goal, which risk threatens it."""

from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from chassis.patch import unset
from contracts.program_events import AlignmentState
from contracts.values import ExternalRef, Id, Shape, Text, Weight
from program_svc.tables import NUMBER, Record


class Alignment(Record, table=True):
    """A project serves a goal, with a milestone through that task's finish; or one of its risks threatens it, or a benefit through it serves it."""

    __tablename__ = "alignments"
    __table_args__ = (
        sa.UniqueConstraint(
            "goal_id",
            "project_id",
            "milestone_task_id",
            "risk_id",
            "benefit_id",
            name="uq_alignments_target",
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("organization_id", "external_source", "external_id"),
    )

    goal_id: UUID = Field(foreign_key="goals.id", ondelete="CASCADE", index=True)
    project_id: UUID = Field(index=True)
    milestone_task_id: UUID | None = None
    risk_id: UUID | None = None
    benefit_id: UUID | None = Field(default=None, foreign_key="benefits.id", index=True)
    weight: Decimal = Field(default=Decimal(1), sa_type=NUMBER)
    contribution: str = ""


class AlignmentCreate(Shape):
    """A project or a benefit is to serve a goal, or a risk threatens it."""

    goal_id: Id
    project_id: Id | None = None
    """The project that serves the goal. With a risk or a benefit it may be left out: it is the one on which the risk lies, or through which the benefit comes."""
    weight: Weight = Decimal(1)
    """How much the project or the benefit does for the goal, beside others. With 0 it does nothing: it is no cover and no help against being an orphan."""
    contribution: Text = ""
    """The kind of contribution, in words."""
    milestone_task_id: Id | None = None
    """The task of that project whose finish the goal waits for."""
    risk_id: Id | None = None
    """The risk of that project, or of the program that it is in, that threatens the goal; then the project itself does not serve it by this alignment."""
    benefit_id: Id | None = None
    """The benefit that serves the goal, beside the goal that it names itself; its milestone or one of its contributors is of that project."""
    external_ref: ExternalRef | None = None


class AlignmentUpdate(Shape):
    """A change of an alignment (JSON Merge Patch): what is absent stays."""

    weight: Weight = unset()
    contribution: Text = unset()
    milestone_task_id: Id | None = unset()


def state_of(alignment: Alignment) -> AlignmentState:
    """The alignment as it goes over the wire."""
    return AlignmentState(
        id=alignment.id,
        organization_id=alignment.organization_id,
        external_ref=alignment.external_ref,
        goal_id=alignment.goal_id,
        project_id=alignment.project_id,
        weight=alignment.weight,
        contribution=alignment.contribution,
        milestone_task_id=alignment.milestone_task_id,
        risk_id=alignment.risk_id,
        benefit_id=alignment.benefit_id,
        revision=alignment.revision,
        created_at=alignment.created_at,
        updated_at=alignment.updated_at,
    )
