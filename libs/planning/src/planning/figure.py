"""A number that may not be defined, and then says why."""

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Self

ARITHMETIC = Context(prec=60)
"""Figures are divided to 60 digits, whatever the caller's decimal context is, and rounded only where they are shown."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Either a value or, in its place, the reason why there is none. Never 0, infinity or NaN for "not defined"."""

    value: Decimal | None
    reason: str | None = None

    @classmethod
    def of(cls, value: Decimal) -> Self:
        return cls(value)

    @classmethod
    def undefined(cls, reason: str) -> Self:
        return cls(None, reason)
