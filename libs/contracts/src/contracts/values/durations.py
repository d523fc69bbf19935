"""Working time: durations, lags and floats in ISO 8601 form (`P5D`, `PT4H`, `-P2D`, `P1DT4H`).

How long a day is depends on the calendar that applies. What a client writes is a `WrittenDuration`: days and time apart, until it is
known which calendar that is. A `Duration` is bound to one: so many minutes, written in days of so many minutes. A record on the wire that
holds durations says how long their days are in its field `hours_per_day`, so that it can be read by itself.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MINUTES_PER_DAY = 480
"""Working minutes of `P1D` on the standard calendar, eight hours a day."""
MINUTES_PER_HOUR = 60
DAYS_PER_WEEK = 5
MAX_DAYS = 100_000
MAX_MINUTES = MAX_DAYS * MINUTES_PER_DAY

_FORM_MESSAGE = "A duration is working time such as P5D, PT4H, P1DT4H or -P2D, in whole numbers"
_RANGE_MESSAGE = "A duration is at most 100000 days of eight hours long"

_TIME = r"T(?:[0-9]{1,8}H(?:[0-9]{1,8}M)?|[0-9]{1,8}M)"
_UNSIGNED = rf"P(?:(?:[0-9]{{1,6}}W(?:[0-9]{{1,6}}D)?|[0-9]{{1,6}}D)(?:{_TIME})?|{_TIME})"
_FORM = re.compile(rf"-?{_UNSIGNED}")
_PART = re.compile(r"([0-9]+)([WDHM])")

ReadT = TypeVar("ReadT")
DurationT = TypeVar("DurationT", "Duration", "WrittenDuration")


def _schema(pattern: str, example: str) -> dict[str, Any]:
    return {
        "type": "string",
        "pattern": f"^{pattern}$",
        "description": f"Working time in ISO 8601 form, whole minutes, at most {MAX_DAYS} days; a week has 5 days.",
        "examples": [example],
    }


def _text(negative: bool, days: int, minutes: int) -> str:
    """The canonical form: days, hours and minutes without zeros, `P0D` for none."""
    hours, rest = divmod(minutes, MINUTES_PER_HOUR)
    day_part = f"{days}D" if days else ""
    time_part = (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")
    if not day_part and not time_part:
        return "P0D"
    return ("-" if negative else "") + "P" + day_part + (f"T{time_part}" if time_part else "")


@dataclass(frozen=True, slots=True)
class WrittenDuration:
    """Working time as somebody wrote it: days, and minutes beside them, both of one sign. `on` binds it to a calendar."""

    days: int = 0
    minutes: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the ISO 8601 form. Raises `ValueError` for any other text and beyond 100,000 days of eight hours."""
        if not _FORM.fullmatch(text):
            raise ValueError(_FORM_MESSAGE)
        parts = [(int(count), unit) for count, unit in _PART.findall(text)]
        days = sum(count * (DAYS_PER_WEEK if unit == "W" else 1) for count, unit in parts if unit in "WD")
        minutes = sum(count * (MINUTES_PER_HOUR if unit == "H" else 1) for count, unit in parts if unit in "HM")
        if days * MINUTES_PER_DAY + minutes > MAX_MINUTES:
            raise ValueError(_RANGE_MESSAGE)
        sign = -1 if text.startswith("-") else 1
        return cls(sign * days, sign * minutes)

    def on(self, minutes_per_day: int) -> "Duration":
        """So long on a calendar with this many minutes a day. Raises `ValueError` beyond 100,000 days of eight hours."""
        minutes = self.days * minutes_per_day + self.minutes
        if abs(minutes) > MAX_MINUTES:
            raise ValueError(_RANGE_MESSAGE)
        return Duration(minutes, minutes_per_day)

    def __str__(self) -> str:
        return _text(self.days < 0 or self.minutes < 0, abs(self.days), abs(self.minutes))

    def __bool__(self) -> bool:
        return bool(self.days or self.minutes)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, WrittenDuration) else _validated(value, cls.parse),
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return _schema(f"-?{_UNSIGNED}", "P5D")


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A signed amount of working time in whole minutes. Two are equal that take equally long, however long their days are.

    In a shape, text is read in days of the field `hours_per_day` (or, for a field `lag`, of `lag_hours_per_day`), which has to be
    declared before it; without one, in days of eight hours.
    """

    minutes: int
    minutes_per_day: int = field(default=MINUTES_PER_DAY, compare=False)
    """What `P1D` stands for when it is written."""

    @classmethod
    def days(cls, days: int, minutes_per_day: int = MINUTES_PER_DAY) -> Self:
        """So many whole working days."""
        return cls(days * minutes_per_day, minutes_per_day)

    @classmethod
    @lru_cache(maxsize=4096)  # a plan is written in a few hundred different ones
    def parse(cls, text: str, minutes_per_day: int = MINUTES_PER_DAY) -> "Duration":
        """Read the ISO 8601 form. Raises `ValueError` for any other text and beyond 100,000 days of eight hours."""
        if not _FORM.fullmatch(text):
            raise ValueError(_FORM_MESSAGE)
        units = {"W": DAYS_PER_WEEK * minutes_per_day, "D": minutes_per_day, "H": MINUTES_PER_HOUR, "M": 1}
        minutes = sum(int(count) * units[unit] for count, unit in _PART.findall(text))
        if minutes > MAX_DAYS * max(minutes_per_day, MINUTES_PER_DAY):
            raise ValueError(_RANGE_MESSAGE)
        return cls(-minutes if text.startswith("-") else minutes, minutes_per_day)

    def on(self, minutes_per_day: int) -> "Duration":
        """As long as this, written in days of so many minutes."""
        return Duration(self.minutes, minutes_per_day)

    def __str__(self) -> str:
        return _text(self.minutes < 0, *divmod(abs(self.minutes), self.minutes_per_day))

    def __neg__(self) -> "Duration":
        return Duration(-self.minutes, self.minutes_per_day)

    def __add__(self, other: "Duration") -> "Duration":
        return Duration(self.minutes + other.minutes, self.minutes_per_day)

    def __sub__(self, other: "Duration") -> "Duration":
        return Duration(self.minutes - other.minutes, self.minutes_per_day)

    def __bool__(self) -> bool:
        return self.minutes != 0

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return _schema(f"-?{_UNSIGNED}", "P5D")

    @classmethod
    def _validate(cls, value: Any, info: core_schema.ValidationInfo) -> "Duration":
        if isinstance(value, Duration):
            return value
        day = _day_of(info.field_name, info.data)
        return _validated(value, lambda text: cls.parse(text, day))


def _day_of(name: str | None, data: Mapping[str, Any] | None) -> int:
    """The minutes of a day in the shape that is being read."""
    hours = (data or {}).get(f"{name}_hours_per_day") or (data or {}).get("hours_per_day")
    return MINUTES_PER_DAY if hours is None else int(hours * MINUTES_PER_HOUR)


def _validated(value: Any, parse: Callable[[str], ReadT]) -> ReadT:
    if not isinstance(value, str):
        raise PydanticCustomError("duration_format", _FORM_MESSAGE)
    try:
        return parse(value)
    except ValueError:
        if _FORM.fullmatch(value):
            raise PydanticCustomError("duration_out_of_range", _RANGE_MESSAGE) from None
        raise PydanticCustomError("duration_format", _FORM_MESSAGE) from None


def _not_negative(duration: DurationT) -> DurationT:
    if str(duration).startswith("-"):
        raise PydanticCustomError("duration_negative", "This duration must not be negative")
    return duration


NonNegativeDuration = Annotated[Duration, AfterValidator(_not_negative), WithJsonSchema(_schema(_UNSIGNED, "P5D"))]
"""A duration of zero or more: how long work takes, never a lag or a float."""

NonNegativeWrittenDuration = Annotated[
    WrittenDuration, AfterValidator(_not_negative), WithJsonSchema(_schema(_UNSIGNED, "P5D"))
]
"""The same as a client writes it."""
