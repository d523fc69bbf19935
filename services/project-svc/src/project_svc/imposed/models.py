"""What committed dependencies ask of this project's tasks, as the program service last said."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from contracts.values import DayOrMoment, Id, Shape
from contracts.vocabulary import TaskSide
from project_svc.records import WRITTEN_DATE, Row, words


class ImposedDate(Row, table=True):
    """The earliest date at which one side of a task may lie, because another project delivers to it."""

    __tablename__ = "imposed_dates"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "task_id"], ["tasks.project_id", "tasks.id"], ondelete="CASCADE"),
        Index("ix_imposed_dates_project_id", "project_id"),
    )

    dependency_id: UUID = Field(primary_key=True)
    organization_id: UUID
    program_id: UUID
    project_id: UUID
    task_id: UUID
    side: TaskSide = Field(sa_type=words(TaskSide))
    at: date = Field(sa_type=WRITTEN_DATE)
    moment: datetime | None = Field(default=None, sa_type=WRITTEN_DATE)
    """The very minute, where the day does not say it."""
    provider_project_id: UUID
    provider_task_id: UUID

    def same_as(self, other: "ImposedDate") -> bool:
        """Whether both ask the same of the same task."""
        return (self.task_id, self.side, self.at, self.moment) == (other.task_id, other.side, other.at, other.moment)


class ImposedDateRead(Shape):
    """The earliest date at which one side of a task may lie, and the other project's task that it waits for."""

    dependency_id: Id
    program_id: Id
    task_id: Id
    side: TaskSide
    at: DayOrMoment
    provider_project_id: Id
    provider_task_id: Id
