"""The program's early dates as they were last computed: what a move is measured against.

Late dates and float are not kept: a slip would rewrite every row. They are computed when they are read.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from program_svc.tables import MINUTES, ProgramTable


class ProgramScheduleRow(ProgramTable, table=True):
    """One task in the program's network. Instants are minutes since 1970-01-01T00:00, floating."""

    __tablename__ = "program_schedule"
    __table_args__ = (Index("ix_program_schedule_program_id_project_id", "program_id", "project_id", "early_finish"),)

    program_id: UUID = Field(primary_key=True, foreign_key="programs.id", ondelete="CASCADE")
    task_id: UUID = Field(primary_key=True)
    organization_id: UUID
    project_id: UUID
    early_start: int = Field(sa_type=MINUTES)
    early_finish: int = Field(sa_type=MINUTES)
    driving_link_id: UUID | None = None
    driving_dependency_id: UUID | None = None
    moved_revision: int | None = Field(default=None, sa_type=BigInteger)
    """The program's revision at which it last moved; none if it never did since it is known."""
    previous_early_start: int | None = Field(default=None, sa_type=MINUTES)
    previous_early_finish: int | None = Field(default=None, sa_type=MINUTES)
    cause: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
