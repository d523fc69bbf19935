"""Working time: durations, lags and floats in ISO 8601 form (`P5D`, `PT4H`, `-P2D`, `P1DT4H`)."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MINUTES_PER_DAY = 480
"""Working minutes of `P1D` on a calendar with eight hours a day."""
DAYS_PER_WEEK = 5
MAX_DAYS = 100_000

_FORM_MESSAGE = "A duration is working time such as P5D, PT4H, P1DT4H or -P2D, in whole numbers"
_RANGE_MESSAGE = "A duration is at most 100000 days long"

_TIME = r"T(?:[0-9]{1,8}H(?:[0-9]{1,8}M)?|[0-9]{1,8}M)"
_UNSIGNED = rf"P(?:(?:[0-9]{{1,6}}W(?:[0-9]{{1,6}}D)?|[0-9]{{1,6}}D)(?:{_TIME})?|{_TIME})"
_FORM = re.compile(rf"-?{_UNSIGNED}")
_PART = re.compile(r"([0-9]+)([WDHM])")


def _schema(pattern: str, example: str) -> dict[str, Any]:
    return {
        "type": "string",
        "pattern": f"^{pattern}$",
        "description": f"Working time in ISO 8601 form, whole minutes, at most {MAX_DAYS} days; a week has 5 days.",
        "examples": [example],
    }


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A signed amount of working time in whole minutes.

    What a day is depends on the calendar that applies; `minutes_per_day` says it wherever text is read or written.
    """

    minutes: int

    @classmethod
    def days(cls, days: int, minutes_per_day: int = MINUTES_PER_DAY) -> Self:
        """So many whole working days."""
        return cls(days * minutes_per_day)

    @classmethod
    def parse(cls, text: str, minutes_per_day: int = MINUTES_PER_DAY) -> Self:
        """Read the ISO 8601 form. Raises `ValueError` for any other text and beyond 100,000 days."""
        if not _FORM.fullmatch(text):
            raise ValueError(_FORM_MESSAGE)
        units = {"W": DAYS_PER_WEEK * minutes_per_day, "D": minutes_per_day, "H": 60, "M": 1}
        minutes = sum(int(count) * units[unit] for count, unit in _PART.findall(text))
        if minutes > MAX_DAYS * minutes_per_day:
            raise ValueError(_RANGE_MESSAGE)
        return cls(-minutes if text.startswith("-") else minutes)

    def format(self, minutes_per_day: int = MINUTES_PER_DAY) -> str:
        """The canonical form: days, hours and minutes without zeros, `P0D` for none."""
        days, rest = divmod(abs(self.minutes), minutes_per_day)
        hours, minutes = divmod(rest, 60)
        day_part = f"{days}D" if days else ""
        time_part = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if not day_part and not time_part:
            return "P0D"
        return ("-" if self.minutes < 0 else "") + "P" + day_part + (f"T{time_part}" if time_part else "")

    def __str__(self) -> str:
        return self.format()

    def __neg__(self) -> "Duration":
        return Duration(-self.minutes)

    def __add__(self, other: "Duration") -> "Duration":
        return Duration(self.minutes + other.minutes)

    def __sub__(self, other: "Duration") -> "Duration":
        return Duration(self.minutes - other.minutes)

    def __bool__(self) -> bool:
        return self.minutes != 0

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return _schema(f"-?{_UNSIGNED}", "P5D")

    @classmethod
    def _validate(cls, value: Any) -> "Duration":
        if isinstance(value, Duration):
            return value
        if not isinstance(value, str) or not _FORM.fullmatch(value):
            raise PydanticCustomError("duration_format", _FORM_MESSAGE)
        try:
            return cls.parse(value)
        except ValueError:
            raise PydanticCustomError("duration_out_of_range", _RANGE_MESSAGE) from None


def _not_negative(duration: Duration) -> Duration:
    if duration.minutes < 0:
        raise PydanticCustomError("duration_negative", "This duration must not be negative")
    return duration


NonNegativeDuration = Annotated[Duration, AfterValidator(_not_negative), WithJsonSchema(_schema(_UNSIGNED, "P5D"))]
"""A duration of zero or more: how long work takes, never a lag or a float."""
