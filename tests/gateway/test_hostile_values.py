"""Every route of the gateway itself, with values that JSON or a query allows and nothing else does: refused, never an error of ours.

Without NATS and a key for secrets some are not available, which is an answer, too.
"""

import json
from uuid import uuid4

import pytest
from walk_kit import Route, routes

pytestmark = pytest.mark.slow

HOSTILE = {
    "half a character": b'"\\ud800"',
    "a zero": b'"a\\u0000b"',
    "not a number": b"NaN",
    "without end": b"-Infinity",
    "beyond a float": b"1e999",
    "beyond a number": b"9" * 5000,
    "beyond an integer": b"9" * 30,
    "a long text": b'"' + b"x" * 100_000 + b'"',
    "a list": b"[[[]]]",
    "an object": b'{"": {"$ref": "#/"}}',
    "true": b"true",
    "a date beyond": b'"9999999-12-31T23:59:60Z"',
    "a right-to-left override": b'"\\u202egnp.exe"',
}
PLACE = b'"\\u0001here"'


def bodies(route: Route) -> list[tuple[str, bytes]]:
    """The document's own example with each of its members spoilt in each way, and one more member that is only spoilt by its name."""
    example = route.body({"key": "K"})
    spoilt = [(f"{what} as body", value) for what, value in HOSTILE.items()]
    if not isinstance(example, dict):
        return spoilt
    for name in example:
        whole = json.dumps(example | {name: "\x01here"}).encode()
        spoilt += [(f"{what} as {name}", whole.replace(PLACE, value)) for what, value in HOSTILE.items()]
    return [*spoilt, ("a name", json.dumps(example)[:-1].encode() + b', "\\ud800": 1}')]


async def test_no_value_is_an_error_of_ours(client, project):
    ids = {name: str(uuid4()) for route in routes()["gateway"] for name in route.names}
    wrong, number = [], 0
    for route in routes()["gateway"]:
        if route.method not in {"POST", "PATCH"}:
            continue
        path = route.path.format_map(ids)
        for what, body in bodies(route):
            number += 1
            answer = await client.request(
                route.method, f"/v1{path}", content=body, headers={"content-type": "application/json"}
            )
            is_right = answer.status_code != 500 and (
                answer.is_success or answer.headers["content-type"] == "application/problem+json"
            )
            wrong += [] if is_right else [(route.method, route.path, what, answer.status_code, answer.text[:200])]
    assert not wrong, "\n".join(map(str, wrong))
    assert number > 200


@pytest.mark.parametrize(
    "value", ["%ed%a0%80", "%00", "%ff", "NaN", "1e999", "9" * 5000, "%F0%9F%92%A9", "[]", "a%0d%0ab"]
)
async def test_nor_is_one_in_a_query_or_a_path(client, value):
    wrong = []
    for route in routes()["gateway"]:
        if route.method != "GET" or "export" in route.path:
            continue
        names = [each["name"] for each in route.operation.get("parameters", ()) if each.get("in") == "query"]
        for name in [*names, value]:
            path = route.path.format_map(dict.fromkeys(route.names, str(uuid4())))
            answer = await client.get(f"/v1{path}?{name}={value}")
            wrong += [(path, name, answer.status_code)] if answer.status_code == 500 else []
        for place in route.names:
            path = route.path.format_map({**dict.fromkeys(route.names, str(uuid4())), place: value})
            answer = await client.get(f"/v1{path}")
            wrong += [(path[:100], answer.status_code)] if answer.status_code == 500 else []
    assert not wrong, "\n".join(map(str, wrong))
