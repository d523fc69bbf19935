"""Alignments: which project serves which goal."""

from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from chassis.patch import unset
from contracts.program_events import AlignmentState
from contracts.values import ExternalRef, Id, Shape, Text, Weight
from program_svc.tables import NUMBER, Record


class Alignment(Record, table=True):
    """A project serves a goal; with a milestone, through that task's finish."""

    __tablename__ = "alignments"
    __table_args__ = (
        sa.UniqueConstraint(
            "goal_id", "project_id", "milestone_task_id", "risk_id", postgresql_nulls_not_distinct=True
        ),
        sa.UniqueConstraint("organization_id", "external_source", "external_id"),
    )

    goal_id: UUID = Field(foreign_key="goals.id", ondelete="CASCADE", index=True)
    project_id: UUID = Field(index=True)
    milestone_task_id: UUID | None = None
    risk_id: UUID | None = None
    weight: Decimal = Field(default=Decimal(1), sa_type=NUMBER)
    contribution: str = ""


class AlignmentCreate(Shape):
    """A project is to serve a goal."""

    goal_id: Id
    project_id: Id
    weight: Weight = Decimal(1)
    """How much the project does for the goal, beside others. With 0 it does nothing: it is no cover and no help against being an orphan."""
    contribution: Text = ""
    """The kind of contribution, in words."""
    milestone_task_id: Id | None = None
    """The task of that project whose finish the goal waits for."""
    risk_id: Id | None = None
    """The risk of that project, or of the program that it is in, that threatens the goal; then the project itself does not serve it by this alignment."""
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
        revision=alignment.revision,
        created_at=alignment.created_at,
        updated_at=alignment.updated_at,
    )
