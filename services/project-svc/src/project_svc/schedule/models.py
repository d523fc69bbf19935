"""What is kept of a schedule, and what is said about it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as ShapeField
from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from contracts.schedules import Cause, Driving
from contracts.values import DayOrMoment, Duration, Id, Shape
from project_svc.records import INSTANT, MINUTES, REVISION, Row


class ScheduledTask(Row, table=True):
    """A task's early dates as last computed, what drove them, and how they last moved.

    Dates are plan instants: minutes since 1970-01-01T00:00 on the plan's floating clock. Late dates and floats are not kept: one slip
    changes them on every task of the project, and computing them takes milliseconds.
    """

    __tablename__ = "scheduled_tasks"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "task_id"], ["tasks.project_id", "tasks.id"], ondelete="CASCADE"),
        Index("ix_scheduled_tasks_project_id", "project_id"),
    )

    task_id: UUID = Field(primary_key=True)
    organization_id: UUID
    project_id: UUID
    early_start: int = Field(sa_type=MINUTES)
    early_finish: int = Field(sa_type=MINUTES)
    driving_link_id: UUID | None = None
    driving_dependency_id: UUID | None = None
    previous_early_start: int | None = Field(default=None, sa_type=MINUTES)
    previous_early_finish: int | None = Field(default=None, sa_type=MINUTES)
    moved_revision: int = Field(sa_type=REVISION)
    moved_at: datetime = Field(sa_type=INSTANT)
    cause_kind: str
    cause_id: UUID


class ScheduledItem(Shape):
    """One task's dates. In a project planned by the day they are its first and last working days."""

    task_id: Id
    early_start: DayOrMoment
    early_finish: DayOrMoment
    late_start: DayOrMoment
    late_finish: DayOrMoment
    scheduled_start: DayOrMoment
    """The early start, or for a task that is to be as late as possible, the end of its free float."""
    scheduled_finish: DayOrMoment
    total_float: Duration
    free_float: Duration
    critical: bool
    driving: Driving | None


class ScheduleRead(Shape):
    """A project's own schedule."""

    project_id: Id
    revision: int
    """The project's revision that it was computed from."""
    start: DayOrMoment
    finish: DayOrMoment
    longest_path: list[Id]
    """Tasks, first to last, whose driving links lead to the finish."""
    items: list[ScheduledItem]


MovedField = Literal["early_start", "early_finish", "scheduled_start", "scheduled_finish", "late_start", "late_finish"]


class Moved(Shape):
    """One date that changes: which, from when to when, and through whose fault.

    Scheduled dates are told where they are not the early ones; late dates where the command is about a deadline, or a constraint that
    acts on them. Where it is not, they follow the finish.
    """

    task_id: Id
    field: MovedField
    from_: Annotated[DayOrMoment | None, ShapeField(alias="from")]
    """Null when the task had no dates before."""
    to: DayOrMoment
    shift: Duration | None
    """Working time from the one to the other."""
    cause: Cause
    driving_link_id: Id | None
    driving: Driving | None
    """What drives its early dates; null for the others."""


class Preview(Shape):
    """What a command would move; nothing was written."""

    moved: list[Moved]
