"""Calendars from the text in which they are defined: shifts, exceptions and free days as people write them.

A definition is a JSON array `[week, exceptions, days off]`:
`week` maps `monday` … `sunday` to shifts `[{"from": "09:00", "to": "17:00"}, …]` (a day that is left out is free), `exceptions` lists
`{"on": day, "to": day or null, "shifts": […]}`, `days off` lists `{"on": day}`. Exceptions come before days off, these before the week.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from planning.calendar import Shift, WorkCalendar
from planning.errors import InvalidCalendar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES_PER_HOUR = 60
KEPT = 32
"""Calendars that a process keeps: half a megabyte each, once dates were looked up in them."""


@lru_cache(maxsize=KEPT)
def calendar_of(definition: str, minutes_per_day: int) -> WorkCalendar:
    """The calendar of a definition; the same one for the same text. Raises InvalidCalendar."""
    week, exceptions, days_off = json.loads(definition)
    return defined_by(week, exceptions, days_off, minutes_per_day)


def definition_of(
    week: Mapping[str, Sequence[Mapping[str, str]]],
    exceptions: Sequence[Mapping[str, Any]],
    days_off: Sequence[Mapping[str, Any]],
) -> str:
    """The definition that `calendar_of` reads."""
    return json.dumps([week, exceptions, days_off], ensure_ascii=False, separators=(",", ":"))


STANDARD = definition_of({day: [{"from": "09:00", "to": "17:00"}] for day in WEEKDAYS[:5]}, [], [])
"""Monday to Friday from 09:00 to 17:00."""


def defined_by(
    week: Mapping[str, Sequence[Mapping[str, str]]],
    exceptions: Iterable[Mapping[str, Any]],
    days_off: Iterable[Mapping[str, Any]],
    minutes_per_day: int,
) -> WorkCalendar:
    """The calendar that these parts of a definition make. Raises InvalidCalendar."""
    different: dict[date, Sequence[Shift]] = {date.fromisoformat(each["on"]): () for each in days_off}
    for each in exceptions:
        shifts = shifts_of(each.get("shifts") or ())
        for on in days_between(date.fromisoformat(each["on"]), _day(each.get("to"))):
            different[on] = shifts
    return WorkCalendar([shifts_of(week.get(day, ())) for day in WEEKDAYS], different, minutes_per_day)


def shifts_of(written: Iterable[Mapping[str, str]]) -> list[Shift]:
    """Shifts in minutes of the day."""
    return [(_minute(shift["from"]), _minute(shift["to"])) for shift in written]


def days_between(first: date, last: date | None) -> Iterable[date]:
    """Every day from the first to the last, both included; without a last one, the first. Raises InvalidCalendar if they are turned round."""
    if last is None:
        return [first]
    if last < first:
        raise InvalidCalendar(f"A stretch of days that ends on {last}, before it begins on {first}")
    return [date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1)]


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def _minute(written: str) -> int:
    hours, minutes = written.split(":")
    return int(hours) * MINUTES_PER_HOUR + int(minutes)
