import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.values import Number, Percent, Probability, Ratio, Share, Weight

NUMBER = TypeAdapter(Number)


@given(st.floats(-1e15, 1e15) | st.integers(-(10**15), 10**15))
def test_any_json_number_is_written_as_it_was_read(number):
    assert json.loads(NUMBER.dump_json(NUMBER.validate_json(json.dumps(number)))) == number


def test_a_number_is_exact_inside():
    assert NUMBER.validate_json("0.1") == Decimal("0.1")
    assert NUMBER.dump_json(Decimal("40.00")) == b"40"


@pytest.mark.parametrize("value", ["5", True, None, [], float("nan"), float("inf"), -float("inf"), 1e16, 10**400])
def test_anything_but_a_finite_number_of_bounded_size_is_refused(value):
    with pytest.raises(ValidationError) as caught:
        NUMBER.validate_python(value)
    assert [fault["type"] for fault in caught.value.errors()] in (["number"], ["number_out_of_range"])


@pytest.mark.parametrize(
    ("kind", "inside", "outside"),
    [
        (Percent, [0, 62.5, 100], [-0.1, 100.1]),
        (Probability, [0.001, 0.999], [0, 1, -0.5, 1.5]),
        (Share, [0, 0.5, 1], [-0.001, 1.001]),
        (Weight, [0, 1, 1_000_000], [-1, 1_000_001]),
    ],
)
def test_bounds_are_kept(kind, inside, outside):
    adapter = TypeAdapter(kind)
    for value in inside:
        assert adapter.dump_python(adapter.validate_python(value), mode="json") == value
    for value in outside:
        with pytest.raises(ValidationError, match="between"):
            adapter.validate_python(value)


def test_a_ratio_has_a_value_or_the_reason_why_not():
    assert Ratio.of(Decimal(2500) / Decimal(2800)).model_dump_json() == '{"value":0.8928571428571429,"reason":null}'
    assert Ratio.undefined("no_actuals").model_dump_json() == '{"value":null,"reason":"no_actuals"}'
    assert Ratio.of(Decimal(10) ** 22).model_dump_json() == '{"value":10000000000000000000000,"reason":null}'
    for value in ({"value": None}, {"value": 1, "reason": "no_actuals"}, {"value": float("nan")}):
        with pytest.raises(ValidationError):
            Ratio.model_validate(value)
