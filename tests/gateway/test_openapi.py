"""The merged document: nothing lost, nothing dangling, nothing twice."""

from copy import deepcopy

import pytest
from jsonschema import Draft202012Validator

from gateway import openapi
from gateway.__main__ import merged_document

PROBLEM = {"type": "object", "title": "Problem"}


def service(path: str, operation_id: str, schemas: dict, body: str) -> dict:
    answer = {
        "description": "ok",
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{body}"}}},
    }
    operation = {"operationId": operation_id, "responses": {"200": answer}}
    return {
        "paths": {path: {"get": operation}},
        "components": {"schemas": {"Problem": PROBLEM, **schemas}},
        "x-problems": {},
    }


@pytest.fixture
def own() -> dict:
    answer = {"description": "ok"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/v1/me": {"get": {"operationId": "get_me", "tags": ["identity"], "responses": {"200": answer}}}},
        "components": {"schemas": {"Problem": PROBLEM}},
        "x-problems": {"gone": {"status": 410}},
    }


def dangling(document: dict) -> set[str]:
    return openapi.references(document) - document["components"]["schemas"].keys()


def test_paths_get_the_prefix_and_a_tag(own):
    merged = openapi.merged(own, {"project-svc": service("/projects", "list_projects", {"P": {"type": "null"}}, "P")})
    assert list(merged["paths"]) == ["/v1/me", "/v1/projects"]
    assert merged["paths"]["/v1/projects"]["get"]["tags"] == ["projects"]
    assert merged["tags"] == [{"name": "identity"}, {"name": "projects"}]


def test_one_name_for_the_same_thing_is_shared(own):
    same = {"Money": {"type": "string"}}
    services = {"project-svc": service("/a", "a", same, "Money"), "program-svc": service("/b", "b", same, "Money")}
    assert openapi.merged(own, services)["components"]["schemas"].keys() == {"Problem", "Money"}


def test_one_name_for_two_things_is_told_apart_with_all_that_refer_to_it(own):
    page = {"Page": {"items": {"$ref": "#/components/schemas/Row"}}}
    services = {
        "project-svc": service("/a", "a", {**page, "Row": {"type": "string"}}, "Page"),
        "program-svc": service("/b", "b", {**page, "Row": {"type": "integer"}}, "Page"),
    }
    merged = openapi.merged(own, services)
    schemas = merged["components"]["schemas"]
    assert schemas.keys() == {"Problem", "Page", "Row", "ProgramPage", "ProgramRow"}
    assert schemas["ProgramPage"] == {"items": {"$ref": "#/components/schemas/ProgramRow"}}
    assert dangling(merged) == set()


def test_operation_ids_stay_unique(own):
    services = {
        "project-svc": service("/a", "get_me", {"P": {}}, "P"),
        "program-svc": service("/b", "get_me", {"P": {}}, "P"),
    }
    ids = [operation["operationId"] for _, operation in openapi.operations(openapi.merged(own, services))]
    assert sorted(ids) == ["get_me", "program_svc_get_me", "project_svc_get_me"]


def test_a_forwarded_route_can_fail_as_forwarding_can(own):
    merged = openapi.merged(own, {"project-svc": service("/a", "a", {"P": {}}, "P")})
    answers = merged["paths"]["/v1/a"]["get"]["responses"]
    assert {"200", "401", "502", "503", "504"} <= answers.keys()
    assert "upstream-busy" in answers["503"]["content"]["application/problem+json"]["examples"]


def test_merging_changes_neither_side(own):
    part = service("/a", "a", {"P": {}}, "P")
    before = deepcopy((own, part))
    openapi.merged(own, {"project-svc": part})
    assert (own, part) == before


def test_the_real_document_is_whole():
    document = merged_document()
    assert dangling(document) == set()
    operations = list(openapi.operations(document))
    ids = [operation["operationId"] for _, operation in operations]
    assert len(ids) == len(set(ids))
    assert all(operation.get("tags") for _, operation in operations)
    assert all(path.startswith(("/v1/", "/problems")) for path in document["paths"])
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_problem_that_a_route_names_is_described():
    document = merged_document()
    named = {
        example["value"]["type"].removeprefix("/problems/")
        for _, operation in openapi.operations(document)
        for response in operation["responses"].values()
        for example in response.get("content", {}).get("application/problem+json", {}).get("examples", {}).values()
    }
    assert named
    assert named <= document["x-problems"].keys()
