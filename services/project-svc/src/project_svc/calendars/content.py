"""Writing down what a calendar says, a project's or a shared one."""

from typing import Any

from chassis.patch import changes_of
from chassis.problem import invalid
from contracts.project_events import CalendarException, DayOff
from contracts.values import Shape
from project_svc.calendars.models import (
    CalendarContentCreate,
    CalendarDays,
    HolidaysCreate,
    HolidaysUpdate,
    WeekUpdate,
    minutes_of,
)
from project_svc.calendars.rules import expanded, in_order

CONTENT = frozenset({"hours_per_day", "shifts", "exceptions", "holidays"})
"""Fields of a body that say when work is done."""
COPIED = ("minutes_per_day", "shifts", "exceptions", "holidays", "days_off")
"""Columns that say so."""


def content_of(body: CalendarContentCreate, years: tuple[int, int]) -> dict[str, Any]:
    """The columns of a new calendar's content. years: of its holidays, unless it names others. Raises InvalidRequest."""
    kept = {"holidays": None, "days_off": []} if body.holidays is None else _holidays(body.holidays, years)
    return {
        "minutes_per_day": minutes_of(body.hours_per_day),
        "shifts": _json(body.shifts),
        "exceptions": as_kept(body.exceptions),
        **kept,
    }


def change_content(calendar: CalendarDays, changes: dict[str, Any], years: tuple[int, int]) -> None:
    """Change what a calendar says, as far as `changes` of a body do. Raises InvalidRequest."""
    if "hours_per_day" in changes:
        calendar.minutes_per_day = minutes_of(changes["hours_per_day"])
    if "shifts" in changes:
        calendar.shifts = calendar.shifts | _changed_days(changes["shifts"])
    if "exceptions" in changes:
        calendar.exceptions = as_kept(changes["exceptions"])
    if "holidays" in changes:
        _change_holidays(calendar, changes["holidays"], years)


def copy_content(calendar: CalendarDays, other: CalendarDays) -> None:
    """Let a calendar say what another one says."""
    for name in COPIED:
        setattr(calendar, name, getattr(other, name))


def as_kept(exceptions: list[CalendarException]) -> list[dict[str, Any]]:
    """Exceptions by their days, as a row keeps them. Raises InvalidRequest."""
    return _all(in_order(exceptions))


def _change_holidays(calendar: CalendarDays, change: HolidaysUpdate | None, years: tuple[int, int]) -> None:
    if change is None:
        calendar.holidays, calendar.days_off = None, []
        return
    if calendar.holidays is None and "country" not in change.model_fields_set:
        raise invalid("/holidays/country", "missing", "Say whose holidays, for example DE.")
    asked = HolidaysCreate(**{**(calendar.holidays or {}), **changes_of(change)})
    for name, value in _holidays(asked, years).items():
        setattr(calendar, name, value)


def _holidays(asked: HolidaysCreate, years: tuple[int, int]) -> dict[str, Any]:
    holidays, days_off = expanded(asked, years)
    return {"holidays": _json(holidays), "days_off": _all(days_off)}


def _changed_days(change: WeekUpdate) -> dict[str, Any]:
    return change.model_dump(mode="json", include=change.model_fields_set)


def _json(shape: Shape) -> dict[str, Any]:
    return shape.model_dump(mode="json")


def _all(shapes: list[CalendarException] | list[DayOff]) -> list[dict[str, Any]]:
    return [_json(each) for each in shapes]
