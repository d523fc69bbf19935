"""What can happen to an outside link: the other project arrives, a program makes a dependency of it, it is let go."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from contracts.program_events import DependencyState
from contracts.project_events.outside_links import OtherEnd, OutsideLinkState, OutsideLinkStatus
from project_svc.outside_links.models import OUTSIDE_LINKS, TABLE, Found, Joined
from project_svc.projects.locked import LockedProject, lock
from project_svc.projects.models import STEPS, Project
from project_svc.register.actions import change, remove
from project_svc.register.tables import record_of
from project_svc.tasks.models import Task


async def find_other_end(project: LockedProject, link: OutsideLinkState, source: str) -> OutsideLinkState:
    """The link with its other end, if that is here: in the project that the same source calls so."""
    other = await _project_called(project.session, project.row.organization_id, source, link.other_project)
    if other is None or link.state is not OutsideLinkStatus.WAITING:
        return link
    task_id = await _task_called(project.session, other, link.other_task)
    if task_id is None:
        return link
    found = Found(state=OutsideLinkStatus.FOUND, other_project_id=other.id, other_task_id=task_id)
    return (await change(project, OUTSIDE_LINKS, link, found)).record


async def complete_waiting(project: LockedProject, source: str) -> int:
    """Complete the links of other projects that wait for this one, which has just been imported. Returns how many there were.

    The other projects are locked after this one, in the order of their ids. Where two imports wait for each other's locks, PostgreSQL
    ends one of them, and its job is done again.
    """
    waiting = await _waiting_for(project, source)
    completed = 0
    for project_id in sorted({link.project_id for link in waiting}):
        other = await lock(project.session, project.row.organization_id, project_id)
        if STEPS[other.row.state]:
            for link in waiting:
                if link.project_id == project_id:
                    after = await find_other_end(other, link, source)
                    completed += after.state is OutsideLinkStatus.FOUND
        if not other.is_changed:
            await other.give_back()
    return completed


async def join_dependency(project: LockedProject, link: OutsideLinkState, dependency: DependencyState) -> None:
    """A program has a dependency between the link's ends. project: open."""
    joined = Joined(state=OutsideLinkStatus.JOINED, dependency_id=dependency.id)
    await change(project, OUTSIDE_LINKS, link, joined)


async def links_behind(session: AsyncSession, dependency: DependencyState) -> Sequence[OutsideLinkState]:
    """The links that a dependency stands for and that have not heard of it: of the same ends and type, from either side."""
    provider, receiver = dependency.provider.task_id, dependency.receiver.task_id
    needed = (TABLE.c.task_id == receiver, TABLE.c.other_task_id == provider)
    given = (TABLE.c.task_id == provider, TABLE.c.other_task_id == receiver)
    found = await session.execute(
        select(TABLE)
        .where(
            TABLE.c.state == OutsideLinkStatus.FOUND,
            TABLE.c.type == dependency.type,
            or_(
                and_(TABLE.c.other_end == OtherEnd.PREDECESSOR, *needed),
                and_(TABLE.c.other_end == OtherEnd.SUCCESSOR, *given),
            ),
        )
        .order_by(TABLE.c.project_id, TABLE.c.id)
    )
    return [record_of(OutsideLinkState, row) for row in found.mappings()]


async def drop_outside_links(project: LockedProject, task_id: UUID) -> None:
    """Let the links of a task that goes go with it."""
    found = await project.session.execute(select(TABLE).where(TABLE.c.task_id == task_id).order_by(TABLE.c.id))
    for row in found.mappings().all():
        await remove(project, OUTSIDE_LINKS, record_of(OutsideLinkState, row))


async def _waiting_for(project: LockedProject, source: str) -> Sequence[OutsideLinkState]:
    row = project.row
    found = await project.session.execute(
        select(TABLE)
        .where(
            TABLE.c.organization_id == row.organization_id,
            TABLE.c.external_source == source,
            TABLE.c.other_project.in_([row.external_id, row.name]),
            TABLE.c.state == OutsideLinkStatus.WAITING,
            TABLE.c.project_id != project.id,
        )
        .order_by(TABLE.c.id)
    )
    return [record_of(OutsideLinkState, each) for each in found.mappings()]


async def _project_called(session: AsyncSession, organization_id: UUID, source: str, name: str) -> Project | None:
    """The one project of a source with this id there, or else this name; None where there are several."""
    called = or_(col(Project.external_id) == name, col(Project.name) == name)
    found = select(Project).where(
        col(Project.organization_id) == organization_id, col(Project.external_source) == source, called
    )
    rows = (await session.scalars(found.order_by(col(Project.id)))).all()
    exact = [row for row in rows if row.external_id == name] or list(rows)
    return exact[0] if len(exact) == 1 else None


async def _task_called(session: AsyncSession, project: Project, name: str) -> UUID | None:
    found = select(col(Task.id)).where(
        col(Task.project_id) == project.id,
        col(Task.external_source) == project.external_source,
        col(Task.external_id) == func.concat(project.external_id, "/", name),
    )
    task_id: UUID | None = (await session.scalars(found)).one_or_none()
    return task_id
