"""Projects join and leave a program."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.etag import check_if_match
from chassis.problem import NotFound
from contracts.program_events import ComponentAdded, ComponentRemoved
from program_svc.boundaries import LockedProgram, lock_program
from program_svc.components.models import AlreadyComponent, Component, state_of
from program_svc.network.settle import Changes, settle
from program_svc.portfolio_projects.actions import leave_portfolios
from program_svc.programs.actions import lock_open_program
from program_svc.replica.arrival import arrived
from program_svc.replica.models import PROJECTS
from program_svc.sums.keeping import keep_program_sums


async def add_component(session: AsyncSession, program_id: UUID, project_id: UUID) -> tuple[Component, Row[Any]]:
    """The project joins the program. Raises NotFound, ProgramClosed and AlreadyComponent.

    The project's row is locked before the program's, as the projection does, so that a deletion on its way is not missed.
    """
    await arrived(session, PROJECTS, [project_id])
    project = (
        await session.execute(select(PROJECTS).where(PROJECTS.c.id == project_id).with_for_update(read=True))
    ).first()
    locked = await lock_open_program(session, program_id)
    if project is None:
        raise NotFound(f"There is no project {project_id}.")
    other = await session.scalar(select(col(Component.program_id)).where(col(Component.project_id) == project_id))
    if other is not None:
        raise AlreadyComponent(f"The project is a component of the program {other}.", program_id=str(other))
    component = Component(
        organization_id=locked.organization_id, program_id=program_id, project_id=project_id, revision=locked.revision
    )
    session.add(component)
    await session.flush()
    locked.record(ComponentAdded.of(state_of(component)))
    await leave_portfolios(session, {project_id})
    await settle(locked, Changes(changed={project_id}))
    await keep_program_sums(session, {program_id}, {project_id})
    return component, project


async def remove_component(
    session: AsyncSession, program_id: UUID, project_id: UUID, if_match: str | None = None
) -> None:
    """The project leaves the program, be it over or not, and its dependencies dissolve. Raises NotFound and StaleRevision."""
    locked = await lock_program(session, program_id)
    found = select(Component).where(col(Component.program_id) == program_id, col(Component.project_id) == project_id)
    component = await session.scalar(found)
    if component is None:
        raise NotFound(f"The project {project_id} is not a component of this program.")
    check_if_match(if_match, component)
    await drop_component(locked, component)
    await settle(locked, Changes(changed={project_id}, lost={project_id}))
    await session.flush()
    await keep_program_sums(session, {program_id}, {project_id})


async def drop_component(locked: LockedProgram, component: Component) -> None:
    """End the membership and say so; what follows from it is for the caller to settle."""
    locked.touch(component)
    locked.record(ComponentRemoved.of(state_of(component)))
    await locked.session.delete(component)
    await locked.session.flush()
