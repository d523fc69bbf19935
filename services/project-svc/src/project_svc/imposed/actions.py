"""Taking over what committed dependencies ask of this project's tasks. None of it goes back into the program's network."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.problem import Conflict, NotFound
from chassis.received import ReceivedEvent
from contracts.program_events import DependencyEvent, DependencyState, ProgramDeleted
from contracts.snapshots import ProgramSnapshot
from project_svc.imposed.history import keep_imposed
from project_svc.imposed.models import ImposedDate
from project_svc.outside_links.actions import join_dependency, links_behind
from project_svc.projects.locked import LockedProject, lock
from project_svc.projects.models import STEPS
from project_svc.schedule.conclusion import end_write
from project_svc.schedule.settlement import settle
from project_svc.tasks.models import Task

LOCKED = "project_svc.imposed.locked"

log = structlog.stdlib.get_logger(__name__)


async def follow_dependency(session: AsyncSession, event: ReceivedEvent) -> None:
    """Keep, change or drop the date that a dependency imposes, as its state now says; an outside link that it stands for hears of it."""
    await _follow(session, DependencyEvent.read(event.data).data.record)


async def _follow(session: AsyncSession, dependency: DependencyState) -> None:
    await _join(session, dependency)
    await _impose(session, dependency)


async def _join(session: AsyncSession, dependency: DependencyState) -> None:
    for link in await links_behind(session, dependency):
        project = await _locked(session, link.organization_id, link.project_id)
        if project is not None:
            await join_dependency(project, link, dependency)


async def _impose(session: AsyncSession, dependency: DependencyState) -> None:
    kept = await session.get(ImposedDate, dependency.id)
    wanted = _wanted(dependency)
    if wanted is None:
        if kept is not None:
            await _drop(session, kept)
        return
    if kept is not None and kept.same_as(wanted):
        return
    project = await _locked(session, wanted.organization_id, wanted.project_id)
    task = None if project is None else await session.get(Task, wanted.task_id)
    if project is None or task is None or task.project_id != project.id:
        log.info(
            "imposed date on a task that is gone or closed",
            dependency_id=str(dependency.id),
            task_id=str(wanted.task_id),
        )
        return
    await keep_imposed(project, dependency.id)
    await session.merge(wanted)
    project.disturb(dependency_id=dependency.id)


async def follow_program_deleted(session: AsyncSession, event: ReceivedEvent) -> None:
    """A program that is gone imposes nothing."""
    await _forget_program(session, ProgramDeleted.read(event.data).data.record.id)


async def restore_program(
    session: AsyncSession, _organization_id: UUID, program_id: UUID, document: dict[str, Any] | None
) -> None:
    """Keep exactly the dates that the program's snapshot imposes; none when the program is gone. Raises ValidationError."""
    if document is None:
        await _forget_program(session, program_id)
    else:
        snapshot = ProgramSnapshot.model_validate(document, extra="ignore")
        known = {dependency.id for dependency in snapshot.dependencies}
        imposed = select(ImposedDate).where(col(ImposedDate.program_id) == program_id)
        for kept in (await session.scalars(imposed)).all():
            if kept.dependency_id not in known:
                await _drop(session, kept)
        for dependency in snapshot.dependencies:
            await _follow(session, dependency)
    await settle_projects(session, ())


async def _forget_program(session: AsyncSession, program_id: UUID) -> None:
    for kept in await session.scalars(select(ImposedDate).where(col(ImposedDate.program_id) == program_id)):
        await _drop(session, kept)


async def settle_projects(session: AsyncSession, _applied: Sequence[ReceivedEvent]) -> None:
    """One recalculation for each project that the batch imposed dates on, or freed from them."""
    locked: dict[UUID, LockedProject | None] = session.info.pop(LOCKED, {})
    for project in locked.values():
        if project is not None:
            await _settle(project)


async def _settle(project: LockedProject) -> None:
    try:
        await settle(project)
    except Conflict as refused:
        # A project must stay schedulable for its own people, whatever another project asks of it.
        log.warning("imposed dates refused", project_id=str(project.id), reason=refused.detail)
        imposed = col(ImposedDate.dependency_id).in_(project.disturbances)
        await project.session.execute(delete(ImposedDate).where(imposed))
        await settle(project)
    await end_write(project)


def _wanted(dependency: DependencyState) -> ImposedDate | None:
    if dependency.imposed is None:
        return None
    return ImposedDate(
        dependency_id=dependency.id,
        organization_id=dependency.organization_id,
        program_id=dependency.program_id,
        project_id=dependency.receiver.project_id,
        task_id=dependency.receiver.task_id,
        side=dependency.imposed.side,
        at=dependency.imposed.at,
        moment=dependency.imposed.moment,
        provider_project_id=dependency.provider.project_id,
        provider_task_id=dependency.provider.task_id,
    )


async def _drop(session: AsyncSession, kept: ImposedDate) -> None:
    project = await _locked(session, kept.organization_id, kept.project_id)
    if project is not None:
        await keep_imposed(project, kept.dependency_id)
        await session.delete(kept)
        project.disturb(dependency_id=kept.dependency_id)


async def _locked(session: AsyncSession, organization_id: UUID, project_id: UUID) -> LockedProject | None:
    """The project, locked once a batch, at one revision for all that the batch does to it; None if it is gone, or closed.

    What a closed project was held by stays as it was, with the dates that came of it: nothing in it changes any more.
    """
    locked: dict[UUID, LockedProject | None] = session.info.setdefault(LOCKED, {})
    if project_id not in locked:
        locked[project_id] = await _open(session, organization_id, project_id)
    return locked[project_id]


async def _open(session: AsyncSession, organization_id: UUID, project_id: UUID) -> LockedProject | None:
    try:
        project = await lock(session, organization_id, project_id)
    except NotFound:
        return None
    if STEPS[project.row.state]:
        return project
    await project.give_back()
    return None
