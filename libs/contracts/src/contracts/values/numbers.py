"""JSON numbers that are `Decimal` inside, so that sums over them are exact.

A JSON number is read by its shortest decimal text (0.1 is one tenth) and becomes a float only in the last step out.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, LiteralString, Self

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from contracts.values.shape import Shape

LIMIT = 10**15
"""Every whole number below it is the same number as a JSON double."""


def _parse_finite(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    else:
        raise PydanticCustomError("number", "This value is a JSON number")
    if not number.is_finite():
        raise PydanticCustomError("number_out_of_range", "A number is finite")
    return number


def _parse(value: Any) -> Decimal:
    number = _parse_finite(value)
    if abs(number) > LIMIT:
        raise PydanticCustomError("number_out_of_range", "A number is at most 1e15 in size")
    return number


def _print(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _that(holds: Callable[[Decimal], bool], message: LiteralString) -> AfterValidator:
    def check(number: Decimal) -> Decimal:
        if not holds(number):
            raise PydanticCustomError("number_out_of_range", message)
        return number

    return AfterValidator(check)


_WRITTEN = PlainSerializer(_print, when_used="json")

Number = Annotated[
    Decimal,
    BeforeValidator(_parse),
    _WRITTEN,
    WithJsonSchema({"type": "number", "minimum": -LIMIT, "maximum": LIMIT, "examples": [42]}),
]
"""A measured or planned quantity, for example a key result's target."""

Percent = Annotated[
    Decimal,
    BeforeValidator(_parse),
    _that(lambda number: 0 <= number <= 100, "A percentage lies between 0 and 100"),
    _WRITTEN,
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "examples": [62.5]}),
]
"""Completion from 0 to 100."""

Weight = Annotated[
    Decimal,
    BeforeValidator(_parse),
    _that(lambda number: 0 <= number <= 1_000_000, "A weight lies between 0 and 1000000"),
    _WRITTEN,
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1_000_000, "examples": [1]}),
]
"""How much one child counts among its siblings."""

Units = Annotated[
    Decimal,
    BeforeValidator(_parse),
    _that(lambda number: 0 <= number <= 1_000_000_000, "Units lie between 0 and 1000000000"),
    _that(lambda number: number == round(number, 4), "Units have at most 4 digits after the point"),
    _WRITTEN,
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1_000_000_000, "examples": [1.5]}),
]
"""How many of a resource: 1 is one of it all the time; of material, a quantity."""

Probability = Annotated[
    Decimal,
    BeforeValidator(_parse),
    _that(lambda number: 0 < number < 1, "A probability lies between 0 and 1, both excluded"),
    _WRITTEN,
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "examples": [0.3]}),
]
"""Of an open risk: 1 would be an issue, 0 a closed risk."""

Share = Annotated[
    Decimal,
    BeforeValidator(_parse),
    _that(lambda number: 0 <= number <= 1, "A share lies between 0 and 1"),
    _WRITTEN,
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1, "examples": [0.75]}),
]
"""A part of a whole, both ends included."""


HoursPerDay = Annotated[
    Decimal,
    BeforeValidator(_parse),
    _that(lambda hours: 1 <= hours <= 24, "A working day has between 1 and 24 hours"),
    _that(lambda hours: hours * 60 == int(hours * 60), "The hours of a day make whole minutes: 7.5, not 7.99"),
    _WRITTEN,
    WithJsonSchema({"type": "number", "minimum": 1, "maximum": 24, "examples": [7.5]}),
]
"""What `P1D` stands for on a calendar, in hours that make whole minutes."""


STANDARD_HOURS = Decimal(8)
"""The hours of a day on the standard calendar, Monday to Friday from 09:00 to 17:00."""


class Ratio(Shape):
    """A quotient, unrounded, or the reason why there is none; never 0 or infinity in place of "not defined"."""

    value: Annotated[Decimal, BeforeValidator(_parse_finite), _WRITTEN, WithJsonSchema({"type": "number"})] | None
    reason: str | None = None

    @classmethod
    def of(cls, value: Decimal) -> Self:
        """A ratio that is defined."""
        return cls(value=value)

    @classmethod
    def undefined(cls, reason: str) -> Self:
        """No ratio, because of `reason`, for example `no_actuals`."""
        return cls(value=None, reason=reason)

    @model_validator(mode="after")
    def _value_or_reason(self) -> Self:
        if (self.value is None) == (self.reason is None):
            raise PydanticCustomError("value_or_reason", "A ratio has either a value or the reason why it has none")
        return self
