"""What was imposed on tasks before: no event of the project tells it, and whoever asks why a date moved goes back through it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from chassis.statements import execute
from project_svc.projects.locked import LockedProject
from project_svc.records import DOCUMENT, INSTANT, REVISION, Row, new_id

_KEEP = """
    INSERT INTO imposed_changes (id, organization_id, project_id, dependency_id, previous, revision, changed_at)
    SELECT $1, $2, $3, $4, (
        SELECT jsonb_build_object('dependency_id', dependency_id, 'task_id', task_id, 'side', side, 'at', coalesce(moment, at))
        FROM imposed_dates WHERE dependency_id = $4), $5, $6
"""
_KEEP_OF_TASK = """
    INSERT INTO imposed_changes (id, organization_id, project_id, dependency_id, previous, revision, changed_at)
    SELECT gen_random_uuid(), organization_id, project_id, dependency_id,
           jsonb_build_object('dependency_id', dependency_id, 'task_id', task_id, 'side', side, 'at', coalesce(moment, at)), $2, $3
    FROM imposed_dates WHERE task_id = $1
"""


class ImposedChange(Row, table=True):
    """An imposed date that came, changed or went at a revision, and what it was before."""

    __tablename__ = "imposed_changes"
    __table_args__ = (Index("ix_imposed_changes_project_id_revision", "project_id", "revision"),)

    id: UUID = Field(primary_key=True)
    organization_id: UUID
    project_id: UUID = Field(foreign_key="projects.id", ondelete="CASCADE")
    dependency_id: UUID
    previous: dict[str, Any] | None = Field(default=None, sa_type=DOCUMENT, nullable=True)
    """`dependency_id`, `task_id`, `side` and `at` (a day or a moment); None when it was new."""
    revision: int = Field(sa_type=REVISION)
    changed_at: datetime = Field(sa_type=INSTANT)


async def keep_imposed(project: LockedProject, dependency_id: UUID) -> None:
    """Write down what a dependency imposes, right before it imposes something else, or nothing any more."""
    at = (project.revision, project.now)
    await execute(project.session, _KEEP, new_id(), project.row.organization_id, project.id, dependency_id, *at)


async def keep_imposed_on(project: LockedProject, task_id: UUID) -> None:
    """Write down what is imposed on a task, right before it is deleted with all that."""
    await execute(project.session, _KEEP_OF_TASK, task_id, project.revision, project.now)
