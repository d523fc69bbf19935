import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from contracts.values import Money

CODES = st.from_regex(r"[A-Z]{3}", fullmatch=True)
AMOUNTS = st.decimals(min_value=-(10**18) + 1, max_value=10**18 - 1, places=4)


@given(AMOUNTS, CODES)
def test_any_amount_survives_the_wire_to_the_last_digit(amount, currency):
    money = Money.of(amount, currency)
    again = Money.model_validate_json(money.model_dump_json())
    assert again == money
    assert again.model_dump_json() == money.model_dump_json()


@given(AMOUNTS)
def test_what_is_written_fits_the_schema(amount):
    Draft202012Validator(Money.model_json_schema()).validate(json.loads(Money.of(amount, "EUR").model_dump_json()))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("1234.50", "1234.50"),
        ("1234.5", "1234.50"),
        ("100", "100.00"),
        ("0.1250", "0.125"),
        ("0.0001", "0.0001"),
        ("-0.00", "0.00"),
        ("-300", "-300.00"),
        ("007", "7.00"),
        ("999999999999999999.9999", "999999999999999999.9999"),
    ],
)
def test_one_amount_has_one_text(amount, shown):
    assert json.loads(Money(amount=amount, currency="EUR").model_dump_json())["amount"] == shown


def test_a_computed_amount_is_rounded_only_when_shown():
    third = Money.of(Decimal(100) / 3, "EUR")
    assert third.amount == Decimal(100) / 3
    assert json.loads(third.model_dump_json())["amount"] == "33.3333"
    assert (
        json.loads(Money.of(Decimal("4480.000000000000000000000001"), "EUR").model_dump_json())["amount"] == "4480.00"
    )


@pytest.mark.parametrize(
    "amount",
    [
        1234.5,
        100,
        True,
        None,
        "",
        "1e3",
        "1,5",
        "1.",
        ".5",
        "+1",
        "NaN",
        "Infinity",
        "1.12345",
        "1 ",
        "\u0661",
        "1" * 19,
    ],
)
def test_anything_but_a_decimal_string_is_refused_with_one_message(amount):
    with pytest.raises(ValidationError) as caught:
        Money.model_validate({"amount": amount, "currency": "EUR"})
    (fault,) = caught.value.errors()
    assert fault["type"] == "decimal_string"
    assert '"1234.50"' in fault["msg"]
    assert fault["loc"] == ("amount",)


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), Decimal(10) ** 18])
def test_a_computed_amount_is_finite_and_bounded(amount):
    with pytest.raises(ValidationError):
        Money.of(amount, "EUR")


@pytest.mark.parametrize("currency", ["eur", "EU", "EURO", "E1R", "", "EUR\n", 3, None])
def test_a_currency_is_three_capital_letters(currency):
    with pytest.raises(ValidationError) as caught:
        Money.model_validate({"amount": "1.00", "currency": currency})
    assert [fault["loc"] for fault in caught.value.errors()] == [("currency",)]


def test_a_bare_number_or_an_unknown_field_is_not_money():
    for value in ("12.50", 12.5, {"amount": "1.00"}, {"amount": "1.00", "currency": "EUR", "cents": 100}):
        with pytest.raises(ValidationError):
            Money.model_validate(value)
