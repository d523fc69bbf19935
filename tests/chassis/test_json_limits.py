"""How deep and how full a JSON body may be."""

import orjson
import pytest

from chassis import json_limits
from chassis.problem import InvalidRequest


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "body",
    [
        b"",
        nested(json_limits.DEEPEST),
        orjson.dumps([{"name": "["}] * 500),
        orjson.dumps(["[[[[" * 50, 'a "quoted" {{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{']),
        orjson.dumps("," * (json_limits.MOST_VALUES + 1)),
        orjson.dumps([0] * json_limits.MOST_VALUES),
        b'["an end that is missing',
    ],
)
def test_what_a_client_may_reasonably_send_passes(body: bytes) -> None:
    json_limits.check(body)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (nested(json_limits.DEEPEST + 1), "too_deep"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
        (b"[" * 1_000_000, "too_deep"),
        (orjson.dumps([0] * (json_limits.MOST_VALUES + 1)), "too_many_values"),
    ],
)
def test_what_only_costs_time_is_refused(body: bytes, rule: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        json_limits.check(body)
    assert [error.rule for error in refused.value.errors] == [rule]
