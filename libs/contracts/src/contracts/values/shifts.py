"""When a day's work is done: times of day, shifts, and the shifts of a week."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from contracts.values.shape import Shape

MINUTES_PER_HOUR = 60
MOST_SHIFTS = 12
"""Shifts of one day."""

_PATTERN = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_TIME = re.compile(_PATTERN)


def _parse(value: Any) -> int:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return int(value[:2]) * MINUTES_PER_HOUR + int(value[3:])
    raise PydanticCustomError("time_of_day", "A time of day is written 09:30; the end of the day is 24:00")


def _print(minutes: int) -> str:
    return "{:02}:{:02}".format(*divmod(minutes, MINUTES_PER_HOUR))


TimeOfDay = Annotated[
    int,
    BeforeValidator(_parse),
    PlainSerializer(_print, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{_PATTERN})$", "examples": ["09:30"]}),
]
"""A time of day `HH:MM`, up to `24:00`; minutes since midnight inside."""


class Shift(Shape):
    """A stretch of work within a day."""

    model_config = ConfigDict(serialize_by_alias=True)

    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay

    @classmethod
    def of(cls, begin: int, end: int) -> Self:
        """The shift between two minutes of a day."""
        return cls.model_validate({"from": _print(begin), "to": _print(end)})

    @property
    def minutes(self) -> tuple[int, int]:
        """Begin and end, minutes since midnight."""
        return self.from_, self.to


def _apart(shifts: list[Shift]) -> list[Shift]:
    free_from = 0
    for shift in shifts:
        if shift.to <= shift.from_:
            raise PydanticCustomError("empty_shift", "A shift ends after it begins, by 24:00 at the latest")
        if shift.from_ < free_from:
            raise PydanticCustomError("overlapping_shifts", "The shifts of a day follow each other without overlapping")
        free_from = shift.to
    return shifts


Shifts = Annotated[list[Shift], Field(max_length=MOST_SHIFTS), AfterValidator(_apart)]
"""The shifts of one day, in order; none on a free day."""


class Week(Shape):
    """The shifts of each weekday; a day that is left out is free."""

    monday: Shifts = Field(default_factory=list)
    tuesday: Shifts = Field(default_factory=list)
    wednesday: Shifts = Field(default_factory=list)
    thursday: Shifts = Field(default_factory=list)
    friday: Shifts = Field(default_factory=list)
    saturday: Shifts = Field(default_factory=list)
    sunday: Shifts = Field(default_factory=list)

    @property
    def days(self) -> list[Shifts]:
        """Monday to Sunday."""
        return [self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday]
