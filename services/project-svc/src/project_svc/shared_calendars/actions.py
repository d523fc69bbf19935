"""What can happen to a shared calendar. A change is carried out in every project that follows it, in one transaction."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.etag import check_if_match
from chassis.identity import Identity
from chassis.patch import changes_of
from contracts.project_events.shared_calendars import (
    SharedCalendarCreated,
    SharedCalendarDeleted,
    SharedCalendarUpdated,
)
from project_svc.calendars.actions import FIRST_VERSION, take_over
from project_svc.calendars.content import change_content, content_of
from project_svc.calendars.models import CalendarContentCreate, CalendarContentUpdate, CalendarInUse
from project_svc.calendars.rules import check_calendar, years_around
from project_svc.jobs.telling import tell
from project_svc.projects.locked import LockedProject, lock
from project_svc.projects.models import STEPS
from project_svc.records import external_columns, new_id, now
from project_svc.shared_calendars.models import SharedCalendar
from project_svc.shared_calendars.queries import followers_of, locked_shared, projects_following
from project_svc.shared_calendars.versions import version_of

FIRST_REVISION = 1


async def create_shared_calendar(
    session: AsyncSession, identity: Identity, body: CalendarContentCreate
) -> SharedCalendar:
    """A new calendar of the organisation; no project follows it yet. Raises InvalidRequest."""
    at = now()
    shared = SharedCalendar(
        id=new_id(),
        organization_id=identity.organization_id,
        **external_columns(body.external_ref),
        name=body.name,
        **content_of(body, years_around(at.year)),
        version=FIRST_VERSION,
        revision=FIRST_REVISION,
        created_at=at,
        updated_at=at,
    )
    check_calendar(shared)
    session.add(shared)
    await session.flush()
    session.add(version_of(shared))
    await tell(session, shared.organization_id, SharedCalendarCreated.of(shared.wire()))
    return shared


async def lock_followers(
    session: AsyncSession, organization_id: UUID, shared_id: UUID, *, is_preview: bool
) -> dict[UUID, LockedProject]:
    """Lock the projects that follow a shared calendar, in the order of their ids, before the calendar itself: as a project's own writes do."""
    return {
        project_id: await lock(session, organization_id, project_id, is_preview=is_preview)
        for project_id in await projects_following(session, shared_id)
    }


async def update_shared_calendar(
    session: AsyncSession,
    projects: dict[UUID, LockedProject],
    organization_id: UUID,
    shared_id: UUID,
    body: CalendarContentUpdate,
    if_match: str | None,
) -> SharedCalendar:
    """Change a shared calendar, and what follows it in the projects, which are locked already; closed ones stay as they were.

    One that began to follow it in the meantime is locked and added to them. Raises NotFound, StaleRevision, InvalidRequest.
    """
    shared = await locked_shared(session, organization_id, shared_id)
    check_if_match(if_match, shared)
    before, changes, at = shared.wire(), changes_of(body), now()
    if "name" in changes:
        shared.name = changes["name"]
    change_content(shared, changes, years_around(at.year))
    check_calendar(shared)
    if not SharedCalendarUpdated.between(before, shared.wire()).data.changed:
        return shared
    shared.version, shared.revision, shared.updated_at = shared.version + 1, shared.revision + 1, at
    session.add(version_of(shared))
    await session.flush()
    for calendar in await followers_of(session, shared_id):
        if calendar.project_id not in projects:
            projects[calendar.project_id] = await lock(session, organization_id, calendar.project_id)
        project = projects[calendar.project_id]
        if STEPS[project.row.state]:
            await take_over(project, calendar, shared)
    await tell(session, organization_id, SharedCalendarUpdated.between(before, shared.wire()))
    return shared


async def delete_shared_calendar(
    session: AsyncSession, organization_id: UUID, shared_id: UUID, if_match: str | None
) -> None:
    """Remove a shared calendar. Raises NotFound, StaleRevision, CalendarInUse while a project follows it."""
    shared = await locked_shared(session, organization_id, shared_id)
    check_if_match(if_match, shared)
    if following := await projects_following(session, shared_id):
        raise CalendarInUse(uses={"projects": len(following)})
    gone = SharedCalendarDeleted.of(shared.wire())
    await session.delete(shared)
    await session.flush()
    await tell(session, organization_id, gone)
