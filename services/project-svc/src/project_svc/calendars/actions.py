"""What can happen to a calendar. Each is one command, and one recalculation of what is planned by it."""

import asyncio
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlmodel import col, func, select

from chassis.patch import changes_of
from chassis.problem import invalid
from contracts.project_events import (
    CalendarCreated,
    CalendarDeleted,
    CalendarException,
    CalendarState,
    CalendarUpdated,
)
from contracts.values import Shift
from planning import InvalidCalendar
from planning.ics import DifferentDay, different_days
from project_svc.calendars.content import CONTENT, as_kept, change_content, content_of, copy_content
from project_svc.calendars.days import spread_days
from project_svc.calendars.models import Calendar, CalendarCreate, CalendarInUse, CalendarShared, CalendarUpdate
from project_svc.calendars.rules import check_calendar, without_days, years_around
from project_svc.calendars.versions import version_of
from project_svc.projects.locked import LockedProject
from project_svc.resources.models import Resource
from project_svc.shared_calendars.models import SharedCalendar
from project_svc.shared_calendars.queries import followed_by
from project_svc.tasks.models import Task

FIRST_VERSION = 1
SCHEDULED_FROM = frozenset({"shifts", "exceptions", "days_off"})
"""Fields that dates are computed from."""


async def create_calendar(project: LockedProject, body: CalendarCreate) -> Calendar:
    """A new calendar; nothing is planned by it yet. Raises InvalidRequest, CalendarShared; NotFound for an unknown shared one."""
    calendar = Calendar(
        **project.heading(body.external_ref),
        name=body.name,
        **content_of(body, _years(project)),
        version=FIRST_VERSION,
        updated_at=project.now,
    )
    if body.shared_calendar_id is not None:
        await _follow(project, calendar, body.shared_calendar_id, body.model_fields_set)
    check_calendar(calendar)
    project.session.add(calendar)
    await project.session.flush()
    project.session.add(version_of(calendar))
    project.record(CalendarCreated.of(calendar.wire()))
    return calendar


async def update_calendar(project: LockedProject, calendar: Calendar, body: CalendarUpdate) -> None:
    """Change a calendar. Raises InvalidRequest, CalendarShared (409); NotFound for an unknown shared one."""
    before = calendar.wire()
    changes = changes_of(body)
    followed = changes.get("shared_calendar_id", calendar.shared_calendar_id)
    if followed is not None:
        await _follow(project, calendar, followed, changes)
    else:
        calendar.shared_calendar_id = None
        change_content(calendar, changes, _years(project))
    if "name" in changes:
        calendar.name = changes["name"]
    await _changed(project, calendar, before)


async def take_over(project: LockedProject, calendar: Calendar, shared: SharedCalendar) -> None:
    """Let a calendar say what the shared one says that it follows."""
    before = calendar.wire()
    copy_content(calendar, shared)
    await _changed(project, calendar, before)


async def import_exceptions(
    project: LockedProject, calendar: Calendar, ics: bytes, first: date | None, last: date | None
) -> None:
    """Take the days over on which the events of a file leave less than the week's shifts; of such a day, the file has the last word.

    first, last: which days; without them, those of the years around the project's start. Raises InvalidRequest, CalendarShared (409).
    """
    if calendar.shared_calendar_id is not None:
        raise CalendarShared
    before = calendar.wire()
    first_year, last_year = _years(project)
    begin, end = first or date(first_year, 1, 1), last or date(last_year, 12, 31)
    week = [[shift.minutes for shift in day] for day in before.shifts.days]
    try:
        found = await asyncio.to_thread(different_days, ics, week, begin, end)
    except InvalidCalendar as error:
        raise invalid("", "calendar_file", f"{error}.") from error
    kept = without_days(before.exceptions, [day.on for day in found])
    calendar.exceptions = as_kept([*kept, *map(_exception, found)])
    await _changed(project, calendar, before)


async def delete_calendar(project: LockedProject, calendar: Calendar) -> None:
    """Remove a calendar. Raises CalendarInUse while the project, a task or a resource works by it."""
    uses = {
        "projects": int(project.row.calendar_id == calendar.id),
        "tasks": await _count(project, Task, calendar),
        "resources": await _count(project, Resource, calendar),
    }
    if any(uses.values()):
        raise CalendarInUse(uses=uses)
    project.record(CalendarDeleted.of(calendar.wire()))
    await project.session.delete(calendar)
    await project.session.flush()


async def _follow(project: LockedProject, calendar: Calendar, shared_id: UUID, said: Iterable[str]) -> None:
    """Let a calendar follow a shared one, which alone says when work is done: no field of a body may say so as well."""
    if own := CONTENT.intersection(said):
        raise CalendarShared(f"It follows a shared calendar, which says its {', '.join(sorted(own))}.")
    with project.session.no_autoflush:
        shared = await followed_by(project.session, project.row.organization_id, shared_id)
    calendar.shared_calendar_id = shared.id
    copy_content(calendar, shared)


def _years(project: LockedProject) -> tuple[int, int]:
    return years_around(project.row.start.year)


async def _count(project: LockedProject, kind: type[Task | Resource], calendar: Calendar) -> int:
    counted = select(func.count()).select_from(kind).where(col(kind.calendar_id) == calendar.id)
    return (await project.session.scalars(counted)).one()


async def _changed(project: LockedProject, calendar: Calendar, before: CalendarState) -> None:
    """Check the changed calendar, and carry on what follows if anything did change."""
    check_calendar(calendar)
    if not CalendarUpdated.between(before, calendar.wire()).data.changed:
        return
    calendar.version += 1
    changed = project.changed(calendar, before, CalendarUpdated)
    project.session.add(version_of(calendar))
    await project.session.flush()
    if "hours_per_day" in changed:
        await spread_days(project)
    if changed & SCHEDULED_FROM:
        project.disturb(calendar_id=calendar.id)


def _exception(day: DifferentDay) -> CalendarException:
    shifts = [Shift.of(begin, end) for begin, end in day.shifts]
    return CalendarException(on=day.on, name=day.name[:200], shifts=shifts)
