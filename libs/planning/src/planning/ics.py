"""Days that differ, from an iCalendar file (RFC 5545): an event is time in which nobody works.

An event of whole days makes them free; a timed one takes its hours out of the shifts of its day. Times are those on the wall in the
event's own zone. Events that are cancelled or marked as not taking time (`TRANSP:TRANSPARENT`) count for nothing. Rules are expanded
with `dateutil`, within the days that are asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from planning.calendar import Shift
from planning.errors import TooManyOccurrences, UnreadableCalendarFile
from planning.instant import MINUTES_PER_DAY, to_date, to_instant

MOST_OCCURRENCES = 20_000
MOST_RULES = 500
BY_DAYS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class DifferentDay:
    """A day and the shifts that the events leave of it; none on a free day."""

    on: date
    name: str
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """One time that an event takes place: instants."""

    begin: int
    end: int
    name: str


def different_days(ics: bytes, week: Sequence[Sequence[Shift]], first: date, last: date) -> list[DifferentDay]:
    """The days from first to last, in order, on which the events of a file leave less than the week's shifts (Monday first).

    Raises UnreadableCalendarFile and TooManyOccurrences.
    """
    left: dict[date, list[Shift]] = {}
    names: dict[date, list[str]] = {}
    for each in _occurrences(ics, first, last):
        for on in _days(each, first, last):
            midnight = to_instant(on)
            before = left.get(on, list(week[on.weekday()]))
            after = _without(before, each.begin - midnight, each.end - midnight)
            if after != before:
                left[on] = after
                named = names.setdefault(on, [])
                if each.name not in named:
                    named.append(each.name)
    return [DifferentDay(on, ", ".join(filter(None, names[on])), tuple(left[on])) for on in sorted(left)]


def _days(occurrence: _Occurrence, first: date, last: date) -> Iterator[date]:
    begin = max(to_date(occurrence.begin, finish=False), first)
    end = min(to_date(occurrence.end, finish=True), last)
    for ordinal in range(begin.toordinal(), end.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _without(shifts: Sequence[Shift], begin: int, end: int) -> list[Shift]:
    """What is left of shifts outside a stretch of minutes."""
    parts = [part for start, stop in shifts for part in ((start, min(stop, begin)), (max(start, end), stop))]
    return [(start, stop) for start, stop in parts if start < stop]


def _occurrences(ics: bytes, first: date, last: date) -> Iterator[_Occurrence]:
    events = _events(ics)
    moved = {(str(event.get("UID")), _wall(event["RECURRENCE-ID"].dt)) for event in events if "RECURRENCE-ID" in event}
    rules = found = 0
    for event in events:
        if _takes_no_time(event):
            continue
        rules += len(event.rrules)
        if rules > MOST_RULES:
            raise UnreadableCalendarFile(f"More than {MOST_RULES} events with a rule")
        length = _length(event)
        uid = str(event.get("UID"))
        for begin in _begins(event, last):
            found += 1
            if found > MOST_OCCURRENCES:
                raise TooManyOccurrences(MOST_OCCURRENCES)
            is_original = "RECURRENCE-ID" not in event
            if is_original and (uid, begin) in moved:
                continue
            start = to_instant(begin)
            if start + length > to_instant(first) and begin.date() <= last:
                yield _Occurrence(start, start + length, str(event.get("SUMMARY", "")))


def _events(ics: bytes) -> list[Any]:
    # Not before it is asked for: it brings the world's time zones with it.
    from icalendar import Calendar

    try:
        components = Calendar.from_ical(ics, multiple=True)
        events = [event for component in components for event in component.walk("VEVENT")]
        broken = [error for event in events for error in event.errors]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise UnreadableCalendarFile("The file is not iCalendar") from error
    if not components or any(component.name != "VCALENDAR" for component in components):
        raise UnreadableCalendarFile("The file holds no VCALENDAR")
    if broken:
        raise UnreadableCalendarFile(f"{broken[0][0]}: {broken[0][1]}")
    for event in events:
        if "DTSTART" not in event:
            raise UnreadableCalendarFile("An event without DTSTART")
        identity = event.get("RECURRENCE-ID")
        if identity is not None and identity.params.get("RANGE"):
            raise UnreadableCalendarFile("A change to all later occurrences of an event (RANGE) is not understood")
    return events


def _takes_no_time(event: Any) -> bool:
    return bool(event.get("STATUS") == "CANCELLED" or event.get("TRANSP") == "TRANSPARENT")


def _length(event: Any) -> int:
    """Minutes; a day where an event of whole days does not say."""
    try:
        begin, end = _wall(event.start), _wall(event.end)
    except ValueError as error:
        raise UnreadableCalendarFile(f"An event that does not end: {error}") from error
    minutes = to_instant(end) - to_instant(begin)
    if minutes < 0:
        raise UnreadableCalendarFile("An event that ends before it begins")
    return minutes if isinstance(event.start, datetime) else max(minutes, MINUTES_PER_DAY)


def _begins(event: Any, last: date) -> list[datetime]:
    """When an event begins, each time, up to the last day."""
    begin = _wall(event.start)
    begins = {begin} | {_wall(each[0] if isinstance(each, tuple) else each) for each in event.rdates}
    for rule in event.rrules:
        begins |= set(_expanded(rule, event.start, last))
    return sorted(begins - {_wall(each) for each in event.exdates})


def _expanded(rule: Mapping[str, Any], start: date, last: date) -> Iterator[datetime]:
    from dateutil.rrule import rrulestr

    begin = _wall(start)
    if begin.year < FIRST_YEAR:
        raise UnreadableCalendarFile(f"An event that recurs since before {FIRST_YEAR}")
    parts = {name.upper(): values for name, values in rule.items()}
    if str(parts.get("FREQ", [""])[0]).upper() not in BY_DAYS:
        raise UnreadableCalendarFile("An event recurs by days, weeks, months or years")
    until = datetime.combine(last, time.max)
    for told in parts.pop("UNTIL", ()):
        until = min(until, _until(told, start))
    count = parts.pop("COUNT", [MOST_OCCURRENCES + 1])[0]
    text = ";".join(f"{name}={','.join(map(str, values))}" for name, values in parts.items())
    try:
        times = rrulestr(f"{text};UNTIL={until:%Y%m%dT%H%M%S}", dtstart=begin)
    except ValueError as error:
        raise UnreadableCalendarFile(f"A rule that is not understood: {text}") from error
    return islice(times, min(count, MOST_OCCURRENCES + 1))


def _until(told: date, start: date) -> datetime:
    """The last moment of a rule, on the wall of the event's zone."""
    if not isinstance(told, datetime):
        return datetime.combine(told, time.max)
    if isinstance(start, datetime) and start.tzinfo is not None and told.tzinfo is not None:
        told = told.astimezone(start.tzinfo)
    return told.replace(tzinfo=None)


def _wall(moment: date) -> datetime:
    """The time on the wall; a day's is its midnight."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time())
