"""An assignment: its table, how its work divides, and its shapes on the wire."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Numeric, UniqueConstraint
from sqlmodel import Field

from chassis.patch import unset
from contracts.project_events.resources import AssignmentState, ResourceKind
from contracts.values import (
    MINUTES_PER_DAY,
    Duration,
    ExternalRef,
    Id,
    Money,
    NonNegativeWrittenDuration,
    Shape,
    Units,
)
from project_svc.calendars.models import hours_of
from project_svc.records import AMOUNT, INSTANT, MINUTES, ProjectRecord, words


class Assignment(ProjectRecord, table=True):
    """A resource at work on a task. Work is in minutes, all of it = what is done + what is left."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("task_id", "resource_id", name="uq_assignments_same"),
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_assignments_external_ref"),
        ForeignKeyConstraint(["project_id", "task_id"], ["tasks.project_id", "tasks.id"]),
        ForeignKeyConstraint(["project_id", "resource_id"], ["resources.project_id", "resources.id"]),
        Index("ix_assignments_project_id_id", "project_id", "id"),
        Index("ix_assignments_resource_id", "resource_id"),
    )

    task_id: UUID
    resource_id: UUID
    kind: ResourceKind = Field(sa_type=words(ResourceKind))
    """The resource's, which stays."""
    units: Decimal = Field(sa_type=Numeric)
    work: int = Field(sa_type=MINUTES)
    actual_work: int = Field(sa_type=MINUTES)
    minutes_per_day: int = Field(default=MINUTES_PER_DAY, sa_type=MINUTES)
    """What `P1D` stands for in its work: the day of its task (`project_svc.calendars.days`)."""
    amount: Decimal | None = Field(default=None, sa_type=AMOUNT)
    currency: str
    updated_at: datetime = Field(sa_type=INSTANT)

    def reckon(self, work: int) -> None:
        """Let it take so many minutes of work in all; what is done is done, so it never takes less than that."""
        self.work = max(work, self.actual_work)

    def wire(self) -> AssignmentState:
        """The assignment as events and answers show it."""
        return AssignmentState(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            task_id=self.task_id,
            resource_id=self.resource_id,
            units=self.units,
            hours_per_day=hours_of(self.minutes_per_day),
            work=Duration(self.work, self.minutes_per_day),
            actual_work=Duration(self.actual_work, self.minutes_per_day),
            remaining_work=Duration(self.work - self.actual_work, self.minutes_per_day),
            amount=None if self.amount is None else Money.of(self.amount, self.currency),
            revision=self.revision,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


class AssignmentCreate(Shape):
    """Put a resource to work on a task. What is left out of units and work follows from the other and the task's duration."""

    task_id: Id
    resource_id: Id
    units: Units | None = None
    work: NonNegativeWrittenDuration | None = None
    actual_work: NonNegativeWrittenDuration | None = None
    amount: Money | None = None
    """Of a cost, which has no units and no work."""
    external_ref: ExternalRef | None = None


class AssignmentUpdate(Shape):
    """What may change of an assignment: a JSON Merge Patch. Its task and its resource stay."""

    units: Units = unset()
    work: NonNegativeWrittenDuration = unset()
    actual_work: NonNegativeWrittenDuration = unset()
    remaining_work: NonNegativeWrittenDuration = unset()
    """Together with the actual work, this is the work."""
    amount: Money = unset()
