"""What can happen to a link."""

from uuid import UUID

from chassis import rows
from chassis.patch import changes_of
from chassis.problem import AlreadyExists, Conflict, invalid
from chassis.statements import fetch_row
from contracts.project_events import LinkCreated, LinkDeleted, LinkUpdated
from contracts.values import Duration
from contracts.vocabulary import TaskKind
from project_svc.links.models import Link, LinkCreate, LinkUpdate
from project_svc.projects.locked import LockedProject
from project_svc.tasks.rules import task_of

SAME = """
    SELECT FROM links WHERE predecessor_id = $1 AND successor_id = $2 AND type = $3 AND lag = $4 AND id <> $5
"""


async def create_link(project: LockedProject, body: LinkCreate) -> Link:
    """A new link. Raises InvalidRequest, NotFound, Conflict; a cycle is found when the schedule is computed."""
    if body.predecessor_id == body.successor_id:
        raise invalid("/successor_id", "link_to_itself", "A task cannot wait for itself.")
    await _check_end(project, body.predecessor_id, "/predecessor_id")
    await _check_end(project, body.successor_id, "/successor_id")
    link = Link(
        **project.heading(body.external_ref),
        predecessor_id=body.predecessor_id,
        successor_id=body.successor_id,
        type=body.type,
        lag=body.lag.minutes,
        lag_calendar=body.lag_calendar,
        updated_at=project.now,
    )
    await _check_unique(project, link)
    await rows.insert(project.session, link)
    project.record(LinkCreated.of(link.wire()))
    project.disturb(link_id=link.id)
    return link


async def update_link(project: LockedProject, link: Link, body: LinkUpdate) -> None:
    """Change a link's type or lag. Raises AlreadyExists if that makes it the same as another."""
    before = link.wire()
    for name, value in changes_of(body).items():
        setattr(link, name, value.minutes if isinstance(value, Duration) else value)
    await _check_unique(project, link)
    if project.changed(link, before, LinkUpdated):
        project.disturb(link_id=link.id)
        await rows.update(project.session, link)


async def delete_link(project: LockedProject, link: Link) -> None:
    """Remove a link."""
    project.record(LinkDeleted.of(link.wire()))
    project.disturb(link_id=link.id)
    await project.session.delete(link)
    await project.session.flush()


async def _check_end(project: LockedProject, task_id: UUID, pointer: str) -> None:
    task = await task_of(project, task_id, pointer)
    if task.kind is TaskKind.SUMMARY:
        raise Conflict("A summary takes no links: link the tasks below it.")


async def _check_unique(project: LockedProject, link: Link) -> None:
    same = await fetch_row(project.session, SAME, link.predecessor_id, link.successor_id, link.type, link.lag, link.id)
    if same is not None:
        raise AlreadyExists("There is already a link between these tasks of this type and lag.")
