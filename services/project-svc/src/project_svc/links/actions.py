"""What can happen to a link."""

from uuid import UUID

from chassis import rows
from chassis.patch import changes_of
from chassis.problem import AlreadyExists, Conflict, invalid
from chassis.statements import Record, fetch_row
from contracts.project_events import LinkCreated, LinkDeleted, LinkUpdated
from contracts.vocabulary import LinkType, TaskKind
from project_svc.calendars.days import bound, lag_day
from project_svc.calendars.queries import CALENDARS
from project_svc.links.models import Link, LinkCreate, LinkUpdate
from project_svc.projects.locked import LockedProject
from project_svc.schedule.slack import FACTS, is_slack
from project_svc.tasks.rules import check_named

ENDS = f"""
    SELECT before.project_id AS before_in, before.kind AS before_kind, before.minutes_per_day AS before_day,
           after.project_id AS after_in, after.kind AS after_kind, after.minutes_per_day AS after_day,
           ARRAY(SELECT lag FROM links WHERE predecessor_id = $2 AND successor_id = $3 AND type = $4 AND id IS DISTINCT FROM $5) AS lags,
           apart.*, of_calendars.*
    FROM ({CALENDARS}) AS of_calendars LEFT JOIN tasks AS before ON before.id = $2 LEFT JOIN tasks AS after ON after.id = $3
         LEFT JOIN {FACTS} ON true
"""  # noqa: S608  (constants)
"""What there is at the ends of a link, how far apart other links of its type hold them, and how far apart they are."""


async def create_link(project: LockedProject, body: LinkCreate) -> Link:
    """A new link. Raises InvalidRequest, NotFound, Conflict; a cycle is found when the schedule is computed."""
    if body.predecessor_id == body.successor_id:
        raise invalid("/successor_id", "link_to_itself", "A task cannot wait for itself.")
    ends = await _ends(project, body.predecessor_id, body.successor_id, body.type)
    _check_end(project, body.predecessor_id, ends["before_in"], ends["before_kind"], "/predecessor_id")
    _check_end(project, body.successor_id, ends["after_in"], ends["after_kind"], "/successor_id")
    day = lag_day(project, body.lag_calendar, ends["before_day"], ends["after_day"])
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
    _check_unique(link, ends)
    await project.insert(link)
    project.added_link = link if project.holds_back else None
    project.created(link, LinkCreated)
    if not is_slack(project.row, link, ends):
        project.disturb(link_id=link.id)
    return link


async def update_link(project: LockedProject, link: Link, body: LinkUpdate) -> None:
    """Change a link's type, its lag or its calendar. Raises AlreadyExists if that makes it the same as another."""
    before = link.wire()
    changes = changes_of(body)
    link.lag_calendar = changes.pop("lag_calendar", link.lag_calendar)
    link.type = changes.pop("type", link.type)
    ends = await _ends(project, link.predecessor_id, link.successor_id, link.type, link.id)
    link.minutes_per_day = lag_day(project, link.lag_calendar, ends["before_day"], ends["after_day"])
    if "lag" in changes:
        link.lag = bound(changes.pop("lag"), link.minutes_per_day, "/lag").minutes
    for name, value in changes.items():
        setattr(link, name, value)
    _check_unique(link, ends)
    if project.changed(link, before, LinkUpdated):
        project.disturb(link_id=link.id)
        await project.update(link)


async def delete_link(project: LockedProject, link: Link) -> None:
    """Remove a link."""
    project.record(LinkDeleted.of(link.wire()))
    project.disturb(link_id=link.id)
    await project.session.delete(link)
    await project.session.flush()


async def _ends(
    project: LockedProject, before: UUID, after: UUID, kind: LinkType, but_for: UUID | None = None
) -> Record:
    ends = await fetch_row(project.session, ENDS, project.id, before, after, kind, but_for)
    assert ends is not None, "it is asked of one row"
    return ends


def _check_end(project: LockedProject, task_id: UUID, project_id: UUID | None, kind: str, pointer: str) -> None:
    check_named(project, task_id, project_id, pointer)
    if kind == TaskKind.SUMMARY:
        raise Conflict("A summary takes no links: link the tasks below it.")


def _check_unique(link: Link, ends: Record) -> None:
    if link.lag in ends["lags"]:
        raise AlreadyExists("There is already a link between these tasks of this type and lag.")
