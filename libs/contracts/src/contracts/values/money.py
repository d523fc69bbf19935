import re
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from contracts.values.shape import Shape

PLACES = 4
"""Digits after the point on the wire: enough for every currency's minor unit and for shared costs."""
_SMALLEST = Decimal(1).scaleb(-PLACES)
_CENT = Decimal("0.01")
_LIMIT = Decimal(10) ** 18
_PATTERN = r"-?[0-9]{1,18}(?:\.[0-9]{1,4})?"
_FORM = re.compile(_PATTERN)


def _parse(value: Any) -> Decimal:
    if isinstance(value, str) and _FORM.fullmatch(value):
        amount = Decimal(value)
    elif isinstance(value, Decimal) and value.is_finite():
        amount = value
    else:
        raise PydanticCustomError(
            "decimal_string",
            'An amount is a decimal string such as "1234.50", at most 18 digits before the point and 4 after it',
        )
    if abs(amount) >= _LIMIT:
        raise PydanticCustomError("amount_out_of_range", "An amount has at most 18 digits before the point")
    return amount


def shown_amount(amount: Decimal) -> str:
    """At least two decimals, at most four, no other trailing zeros: one text for one amount."""
    shown = amount.quantize(_SMALLEST)
    if shown == shown.quantize(_CENT):
        shown = shown.quantize(_CENT)
    text = f"{abs(shown) if shown.is_zero() else shown:f}"
    return text[:-1] if len(text.partition(".")[2]) == PLACES and text.endswith("0") else text


Amount = Annotated[
    Decimal,
    BeforeValidator(_parse),
    PlainSerializer(shown_amount, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_PATTERN}$", "examples": ["1234.50"]}),
]
"""A decimal string on the wire, a `Decimal` of any precision inside: rounded, half to even, only when shown."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["EUR"])]
"""An ISO 4217 code."""


_RATE = r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,10})?"
_RATE_FORM = re.compile(_RATE)


def _parse_rate(value: Any) -> Decimal:
    if isinstance(value, str) and _RATE_FORM.fullmatch(value):
        rate = Decimal(value)
    elif isinstance(value, Decimal) and value.is_finite():
        rate = value
    else:
        raise PydanticCustomError(
            "rate_string",
            'A rate is a decimal string such as "0.9241", at most 12 digits before the point and 10 after it',
        )
    if rate <= 0:
        raise PydanticCustomError("rate_out_of_range", "A rate is above zero")
    return rate


ExchangeRate = Annotated[
    Decimal,
    BeforeValidator(_parse_rate),
    PlainSerializer(lambda rate: f"{rate.normalize():f}", when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_RATE}$", "examples": ["0.9241"]}),
]
"""What one unit of another currency is worth in one's own: a decimal string, above zero."""


class Money(Shape):
    """An amount in a currency. JSON numbers are refused: a binary float is never money."""

    amount: Amount
    currency: Currency

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Self:
        """Money from a computed amount; raises `pydantic.ValidationError` when it is not finite or too large."""
        return cls(amount=Decimal(amount), currency=currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """No money, in a currency."""
        return cls(amount=Decimal(0), currency=currency)
