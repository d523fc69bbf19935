"""What can happen to a calendar. Each is one command, and one recalculation of what is planned by it."""

import asyncio
from datetime import date
from typing import Any

from sqlmodel import col, func, select

from chassis.patch import changes_of
from chassis.problem import invalid
from contracts.project_events import (
    CalendarCreated,
    CalendarDeleted,
    CalendarException,
    CalendarState,
    CalendarUpdated,
    DayOff,
)
from contracts.values import Shape, Shift
from planning import InvalidCalendar
from planning.ics import DifferentDay, different_days
from project_svc.calendars.days import spread_days
from project_svc.calendars.models import (
    Calendar,
    CalendarCreate,
    CalendarInUse,
    CalendarUpdate,
    HolidaysCreate,
    HolidaysUpdate,
    WeekUpdate,
    minutes_of,
)
from project_svc.calendars.rules import check_calendar, expanded, in_order, without_days, years_around
from project_svc.projects.locked import LockedProject
from project_svc.resources.models import Resource
from project_svc.tasks.models import Task

FIRST_VERSION = 1
SCHEDULED_FROM = frozenset({"shifts", "exceptions", "days_off"})
"""Fields that dates are computed from."""


async def create_calendar(project: LockedProject, body: CalendarCreate) -> Calendar:
    """A new calendar; nothing is planned by it yet. Raises InvalidRequest."""
    calendar = Calendar(
        **project.heading(body.external_ref),
        name=body.name,
        minutes_per_day=minutes_of(body.hours_per_day),
        shifts=_json(body.shifts),
        exceptions=_all(in_order(body.exceptions)),
        days_off=[],
        version=FIRST_VERSION,
        updated_at=project.now,
    )
    if body.holidays is not None:
        _keep_holidays(project, calendar, body.holidays)
    check_calendar(calendar)
    project.session.add(calendar)
    await project.session.flush()
    project.record(CalendarCreated.of(calendar.wire()))
    return calendar


async def update_calendar(project: LockedProject, calendar: Calendar, body: CalendarUpdate) -> None:
    """Change a calendar. Raises InvalidRequest."""
    before = calendar.wire()
    changes = changes_of(body)
    if "name" in changes:
        calendar.name = changes["name"]
    if "hours_per_day" in changes:
        calendar.minutes_per_day = minutes_of(changes["hours_per_day"])
    if "shifts" in changes:
        calendar.shifts = calendar.shifts | _changed_days(changes["shifts"])
    if "exceptions" in changes:
        calendar.exceptions = _all(in_order(changes["exceptions"]))
    if "holidays" in changes:
        _change_holidays(project, calendar, changes["holidays"])
    await _changed(project, calendar, before)


async def import_exceptions(
    project: LockedProject, calendar: Calendar, ics: bytes, first: date | None, last: date | None
) -> None:
    """Take the days over on which the events of a file leave less than the week's shifts; of such a day, the file has the last word.

    first, last: which days; without them, those of the years around the project's start. Raises InvalidRequest.
    """
    before = calendar.wire()
    first_year, last_year = years_around(project.row)
    begin, end = first or date(first_year, 1, 1), last or date(last_year, 12, 31)
    week = [[shift.minutes for shift in day] for day in before.shifts.days]
    try:
        found = await asyncio.to_thread(different_days, ics, week, begin, end)
    except InvalidCalendar as error:
        raise invalid("", "calendar_file", f"{error}.") from error
    kept = without_days(before.exceptions, [day.on for day in found])
    calendar.exceptions = _all(in_order([*kept, *map(_exception, found)]))
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
    await project.session.flush()
    if "hours_per_day" in changed:
        await spread_days(project)
    if changed & SCHEDULED_FROM:
        project.disturb(calendar_id=calendar.id)


def _keep_holidays(project: LockedProject, calendar: Calendar, asked: HolidaysCreate) -> None:
    holidays, days_off = expanded(asked, project.row)
    calendar.holidays, calendar.days_off = _json(holidays), _all(days_off)


def _change_holidays(project: LockedProject, calendar: Calendar, change: HolidaysUpdate | None) -> None:
    if change is None:
        calendar.holidays, calendar.days_off = None, []
        return
    if calendar.holidays is None and "country" not in change.model_fields_set:
        raise invalid("/holidays/country", "missing", "Say whose holidays, for example DE.")
    _keep_holidays(project, calendar, HolidaysCreate(**{**(calendar.holidays or {}), **changes_of(change)}))


def _changed_days(change: WeekUpdate) -> dict[str, Any]:
    return change.model_dump(mode="json", include=change.model_fields_set)


def _exception(day: DifferentDay) -> CalendarException:
    shifts = [Shift.of(begin, end) for begin, end in day.shifts]
    return CalendarException(on=day.on, name=day.name[:200], shifts=shifts)


def _json(shape: Shape) -> dict[str, Any]:
    return shape.model_dump(mode="json")


def _all(shapes: list[CalendarException] | list[DayOff]) -> list[dict[str, Any]]:
    return [_json(each) for each in shapes]
