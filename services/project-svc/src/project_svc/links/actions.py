"""What can happen to a link."""

from uuid import UUID

from chassis import rows
from chassis.patch import changes_of
from chassis.problem import AlreadyExists, Conflict, invalid
from chassis.statements import fetch_row
from contracts.project_events import LinkCreated, LinkDeleted, LinkUpdated
from contracts.vocabulary import TaskKind
from project_svc.calendars.days import bound, lag_day
from project_svc.links.models import Link, LinkCreate, LinkUpdate
from project_svc.projects.locked import LockedProject
from project_svc.tasks.models import Task
from project_svc.tasks.rules import task_of

SAME = """
    SELECT FROM links WHERE predecessor_id = $1 AND successor_id = $2 AND type = $3 AND lag = $4 AND id <> $5
"""


async def create_link(project: LockedProject, body: LinkCreate) -> Link:
    """A new link. Raises InvalidRequest, NotFound, Conflict; a cycle is found when the schedule is computed."""
    if body.predecessor_id == body.successor_id:
        raise invalid("/successor_id", "link_to_itself", "A task cannot wait for itself.")
    before = await _end(project, body.predecessor_id, "/predecessor_id")
    after = await _end(project, body.successor_id, "/successor_id")
    day = lag_day(project, body.lag_calendar, before.minutes_per_day, after.minutes_per_day)
    link = rows.new(
        Link,
        **project.heading(body.external_ref),
        predecessor_id=body.predecessor_id,
        successor_id=body.successor_id,
        type=body.type,
        lag=bound(body.lag, day, "/lag").minutes,
        minutes_per_day=day,
        lag_calendar=body.lag_calendar,
        updated_at=project.now,
    )
    await _check_unique(project, link)
    await rows.insert(project.session, link)
    project.record(LinkCreated.of(link.wire()))
    project.disturb(link_id=link.id)
    return link


async def update_link(project: LockedProject, link: Link, body: LinkUpdate) -> None:
    """Change a link's type, its lag or its calendar. Raises AlreadyExists if that makes it the same as another."""
    before = link.wire()
    changes = changes_of(body)
    link.lag_calendar = changes.pop("lag_calendar", link.lag_calendar)
    link.minutes_per_day = await _lag_day(project, link)
    if "lag" in changes:
        link.lag = bound(changes.pop("lag"), link.minutes_per_day, "/lag").minutes
    for name, value in changes.items():
        setattr(link, name, value)
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


async def _end(project: LockedProject, task_id: UUID, pointer: str) -> Task:
    task = await task_of(project, task_id, pointer)
    if task.kind is TaskKind.SUMMARY:
        raise Conflict("A summary takes no links: link the tasks below it.")
    return task


async def _lag_day(project: LockedProject, link: Link) -> int:
    before = await project.find(Task, link.predecessor_id)
    after = await project.find(Task, link.successor_id)
    return lag_day(project, link.lag_calendar, before.minutes_per_day, after.minutes_per_day)


async def _check_unique(project: LockedProject, link: Link) -> None:
    same = await fetch_row(project.session, SAME, link.predecessor_id, link.successor_id, link.type, link.lag, link.id)
    if same is not None:
        raise AlreadyExists("There is already a link between these tasks of this type and lag.")
