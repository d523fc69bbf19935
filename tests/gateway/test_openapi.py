"""The one OpenAPI document as it is served: whole, and complete to the last operation."""

import re
from importlib import resources

import orjson
import pytest
from jsonschema import Draft202012Validator

from contracts.permissions import required
from gateway.document import bounds
from gateway.document.answers import PROBLEMS
from gateway.document.parts import PREFIX, objects, operations, references, routes

DOCUMENT = orjson.loads(resources.files("gateway").joinpath("openapi/interlock.json").read_bytes())
COMPONENTS = DOCUMENT["components"]
OPERATIONS = {operation["operationId"]: (path, method, operation) for path, method, operation in routes(DOCUMENT)}
READABLE = re.compile(r"[a-z]+(_[a-z]+)+")
STREAMS = {"text/event-stream"}
FITTING: set[tuple[bytes, bytes]] = set()


def resolved(node: dict) -> dict:
    if "$ref" not in node:
        return node
    _, kind, name = node["$ref"].removeprefix("#/").split("/")
    return COMPONENTS[kind][name]


def answers(operation: dict) -> dict:
    return {status: resolved(answer) for status, answer in operation["responses"].items()}


def examples(content: dict) -> list:
    named = [resolved(example)["value"] for example in content.get("examples", {}).values()]
    return named + ([content["example"]] if "example" in content else [])


def assert_fits(schema: dict, value: object) -> None:
    key = (orjson.dumps(schema), orjson.dumps(value))
    if key not in FITTING:  # examples are shared
        Draft202012Validator({**schema, "components": {"schemas": COMPONENTS["schemas"]}}).validate(value)
        FITTING.add(key)


def test_nothing_is_dangling():
    for node in objects(DOCUMENT):
        if isinstance(node.get("$ref"), str):
            _, kind, name = node["$ref"].removeprefix("#/").split("/")
            assert name in COMPONENTS[kind]
    assert references(DOCUMENT) <= COMPONENTS["schemas"].keys()


def test_operations_have_names_of_their_own():
    assert len(OPERATIONS) == len(list(operations(DOCUMENT)))
    assert all(path.startswith(("/v1/", "/problems")) for path in DOCUMENT["paths"])
    assert DOCUMENT["openapi"].startswith("3.1")


def test_every_operation_has_the_problems_that_any_of_its_kind_may_answer():
    for name, (_, _, operation) in OPERATIONS.items():
        permission, body = operation["x-permission"], operation.get("requestBody", {}).get("content", {})
        expected = {"400"} | ({"413", "408"} if body else set()) | ({"415"} if "application/json" in body else set())
        if permission["scope"] == "write" and not permission["anybody"]:
            expected |= {"401", "403"}
        assert expected <= operation["responses"].keys(), name


def test_schemas_are_schemas():
    for schema in COMPONENTS["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_defaults_are_what_could_be_sent():
    told = [node for node in objects(COMPONENTS["schemas"]) if "default" in node]
    defaults = [node for node in told if {"type", "$ref", "anyOf"} & node.keys()]
    assert len(defaults) > 100
    for node in defaults:
        assert_fits(node, node["default"])


def test_an_operation_says_what_it_is():
    for _, _, operation in OPERATIONS.values():
        assert READABLE.fullmatch(operation["operationId"])
        assert operation["summary"]
        assert operation["description"]
        assert {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]} >= set(operation["tags"])
        assert operation["tags"]


def test_an_operation_says_who_may_use_it():
    for path, method, operation in OPERATIONS.values():
        permission = required(method.upper(), path.removeprefix(PREFIX))
        told = operation["x-permission"]
        assert (told["record"], told["action"]) == (permission.record, permission.action)
        assert told["anybody"] or told["any_member"] or told["roles"]
        assert (operation["security"] == []) == permission.who.anybody


def test_parameters_are_described_and_exemplified():
    for _, _, operation in OPERATIONS.values():
        for parameter in map(resolved, operation.get("parameters", ())):
            assert parameter["description"]
            schema = parameter["schema"]
            for value in [parameter["example"]] if "example" in parameter else schema.get("examples", ()):
                assert_fits(schema, value)


def test_requests_and_answers_have_examples_that_fit():
    for _, _, operation in OPERATIONS.values():
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        bodies += [answer for status, answer in answers(operation).items() if status.startswith("2")]
        for body in bodies:
            for media_type, content in body.get("content", {}).items():
                found = examples(content)
                assert found, media_type
                for value in [] if media_type in STREAMS else found:
                    assert_fits(content["schema"], value)


def test_problems_are_told_by_their_code():
    for _, _, operation in OPERATIONS.values():
        told = answers(operation)
        assert {"422", "500"} <= told.keys()
        if operation["security"]:
            assert {"401", "429"} <= told.keys()
        for status, answer in told.items():
            if status[0] in "45":
                for problem in examples(answer["content"][PROBLEMS]):
                    assert problem["status"] == int(status)
                    assert problem["type"].removeprefix("/problems/") in DOCUMENT["x-problems"]
                    assert_fits(answer["content"][PROBLEMS]["schema"], problem)


def test_what_is_made_leads_to_what_can_be_done_with_it():
    made = [answer for _, _, each in OPERATIONS.values() for status, answer in answers(each).items() if status == "201"]
    linked = [link for answer in made for link in answer.get("links", {}).values()]
    assert sum("links" in answer for answer in made) >= 0.9 * len(made)
    for link in linked:
        path, _, _ = OPERATIONS[link["operationId"]]
        assert link["parameters"].keys() == set(re.findall(r"\{(\w+)\}", path))
    assert {"read_task", "update_task", "delete_task"} <= OPERATIONS["create_task"][2]["responses"]["201"][
        "links"
    ].keys()


def test_a_query_may_ask_for_nothing_of_any_length():
    """What the document called 8,192 characters, the service would have taken at any length."""
    asked = {"in": "query", "name": "owner", "schema": {"type": "string"}}
    document = {"paths": {"/risks": {"get": {"parameters": [asked]}}}, "components": {"parameters": {}}}
    with pytest.raises(ValueError, match="max_length"):
        bounds.tell(document)
    asked["schema"]["maxLength"] = 200
    bounds.tell(document)
