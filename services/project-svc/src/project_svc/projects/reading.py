"""A project as a reader finds it, with the records inside it."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.problem import NotFound
from chassis.unit_of_work import Unit, UnitOfWork
from contracts.values import Id
from project_svc.projects.models import Project
from project_svc.records import RecordT


@dataclass(frozen=True, slots=True)
class ReadProject:
    """A project that the caller may see."""

    session: AsyncSession
    row: Project

    @property
    def id(self) -> UUID:
        """The project's id."""
        return self.row.id

    async def find(self, kind: type[RecordT], record_id: UUID) -> RecordT:
        """A record of this project. Raises NotFound, also for one of another project."""
        return await find(self.session, kind, record_id, self.id)


async def find(session: AsyncSession, kind: type[RecordT], record_id: UUID, project_id: UUID) -> RecordT:
    """A record of the project. Raises NotFound, also for one of another project."""
    record = await session.get(kind, record_id)
    if record is None or record.project_id != project_id:
        raise NotFound
    return record


async def check_readable(project_id: UUID, unit: UnitOfWork) -> None:
    """Raise NotFound for a project that the caller may not see."""
    await _read(project_id, unit)


async def _read(project_id: Id, unit: Unit) -> ReadProject:
    row = await unit.session.get(Project, project_id)
    if row is None or row.organization_id != unit.identity.organization_id:
        raise NotFound
    return ReadProject(unit.session, row)


async def read_whole(session: AsyncSession, organization_id: UUID, project_id: UUID) -> ReadProject:
    """A project of which several statements are to tell the same revision: no writer comes between them. Raises NotFound."""
    statement = (
        select(Project)
        .where(col(Project.id) == project_id, col(Project.organization_id) == organization_id)
        .with_for_update(read=True)
    )
    row = (await session.scalars(statement)).one_or_none()
    if row is None:
        raise NotFound
    return ReadProject(session, row)


async def _read_whole(project_id: Id, unit: Unit) -> ReadProject:
    return await read_whole(unit.session, unit.identity.organization_id, project_id)


Reading = Annotated[ReadProject, Depends(_read)]
"""For routes that read one record, or one page. Raises NotFound."""
ReadingWhole = Annotated[ReadProject, Depends(_read_whole)]
"""For routes whose answer needs several statements: no writer comes between them, so that it is true of one revision."""
