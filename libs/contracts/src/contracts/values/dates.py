"""Dates of a plan carry no time zone and mean the same everywhere; instants of the audit trail are UTC."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

FIRST_YEAR = 1900
LAST_YEAR = 2200

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY_PATTERN = r"(?:19[0-9]{2}|2[01][0-9]{2}|2200)-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME_PATTERN = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]"


def _check_year(value: date) -> None:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError(
            "date_out_of_range",
            "A date lies between the years {first} and {last}",
            {"first": FIRST_YEAR, "last": LAST_YEAR},
        )


def _parse_day(value: Any) -> date:
    error = PydanticCustomError("date_format", "A date is a calendar day such as 2026-03-02")
    if isinstance(value, date) and not isinstance(value, datetime):
        day = value
    elif isinstance(value, str) and _DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise error from None
    else:
        raise error
    _check_year(day)
    return day


def _parse_moment(value: Any) -> datetime:
    error = PydanticCustomError("moment_format", "A moment is a local time without zone such as 2026-03-02T09:30")
    if isinstance(value, datetime) and value.tzinfo is None and not (value.second or value.microsecond):
        moment = value
    elif isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise error from None
    else:
        raise error
    _check_year(moment)
    return moment


def _parse_day_or_moment(value: Any) -> date:
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return _parse_moment(value)
    return _parse_day(value)


def _parse_instant(value: Any) -> datetime:
    error = PydanticCustomError("instant_format", "An instant is RFC 3339 with a zone such as 2026-03-02T09:30:00Z")
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            raise error from None
    raise error


def _print_day(value: date) -> str:
    return value.isoformat()


def _print_moment(value: datetime) -> str:
    return value.isoformat(timespec="minutes")


def _print_day_or_moment(value: date) -> str:
    return _print_moment(value) if isinstance(value, datetime) else _print_day(value)


def print_instant(value: datetime) -> str:
    """An instant of UTC as it goes over the wire."""
    return value.isoformat().replace("+00:00", "Z")


Day = Annotated[
    date,
    BeforeValidator(_parse_day),
    PlainSerializer(_print_day, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-03-02"]}),
]
"""A calendar day `YYYY-MM-DD` of the years 1900 to 2200. A time of day, a number or a datetime is refused."""

Moment = Annotated[
    datetime,
    BeforeValidator(_parse_moment),
    PlainSerializer(_print_moment, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DAY_PATTERN}{_TIME_PATTERN}$", "examples": ["2026-03-02T09:30"]}),
]
"""A floating minute `YYYY-MM-DDTHH:MM` inside a plan of granularity `minute`."""

DayOrMoment = Annotated[
    date,
    PlainValidator(_parse_day_or_moment),
    PlainSerializer(_print_day_or_moment, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_DAY_PATTERN}(?:{_TIME_PATTERN})?$",
            "description": "A calendar day, or in a project of granularity `minute` a local time without zone.",
            "examples": ["2026-03-02", "2026-03-02T09:30"],
        }
    ),
]
"""A `Day` or, as its subclass `datetime`, a `Moment`: written as it was read."""

Instant = Annotated[
    datetime,
    BeforeValidator(_parse_instant),
    PlainSerializer(print_instant, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-02T09:30:00.123456Z"]}),
]
"""A point in time of the audit trail, RFC 3339, always UTC with `Z` on the way out."""
