"""The values that go over the wire, in events and in the API alike.

Each is a pydantic type with its own JSON Schema (pattern, bounds, example) and refuses a bad value with one message.
The error's `type` is the name of the rule that was broken, for example `decimal_string` or `duration_format`.
"""

from contracts.values.dates import Day, DayOrMoment, Instant, Moment
from contracts.values.durations import (
    MINUTES_PER_DAY,
    Duration,
    NonNegativeDuration,
    NonNegativeWrittenDuration,
    WrittenDuration,
)
from contracts.values.ids import ExternalRef, Id
from contracts.values.money import Currency, ExchangeRate, Money
from contracts.values.numbers import (
    STANDARD_HOURS,
    HoursPerDay,
    Number,
    Percent,
    Probability,
    Ratio,
    Share,
    Units,
    Weight,
)
from contracts.values.shape import Shape
from contracts.values.shifts import Shift, Shifts, TimeOfDay, Week
from contracts.values.text import Key, Label, Name, Text

__all__ = [
    "MINUTES_PER_DAY",
    "STANDARD_HOURS",
    "Currency",
    "Day",
    "DayOrMoment",
    "Duration",
    "ExchangeRate",
    "ExternalRef",
    "HoursPerDay",
    "Id",
    "Instant",
    "Key",
    "Label",
    "Moment",
    "Money",
    "Name",
    "NonNegativeDuration",
    "NonNegativeWrittenDuration",
    "Number",
    "Percent",
    "Probability",
    "Ratio",
    "Shape",
    "Share",
    "Shift",
    "Shifts",
    "Text",
    "TimeOfDay",
    "Units",
    "Week",
    "Weight",
    "WrittenDuration",
]
