"""Merging: nothing lost, nothing dangling, nothing twice."""

from copy import deepcopy

import pytest

from gateway.document import merging
from gateway.document.parts import operations, references

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
    return references(document) - document["components"]["schemas"].keys()


def test_paths_get_the_prefix_and_a_tag(own):
    merged = merging.merged(own, {"project-svc": service("/projects", "list_projects", {"P": {"type": "null"}}, "P")})
    assert list(merged["paths"]) == ["/v1/me", "/v1/projects"]
    assert merged["paths"]["/v1/projects"]["get"]["tags"] == ["projects"]


def test_one_name_for_the_same_thing_is_shared(own):
    same = {"Money": {"type": "string"}}
    services = {"project-svc": service("/a", "a", same, "Money"), "program-svc": service("/b", "b", same, "Money")}
    assert merging.merged(own, services)["components"]["schemas"].keys() == {"Problem", "Money"}


def test_one_name_for_two_things_is_told_apart_with_all_that_refer_to_it(own):
    page = {"Page": {"items": {"$ref": "#/components/schemas/Row"}}}
    services = {
        "project-svc": service("/a", "a", {**page, "Row": {"type": "string"}}, "Page"),
        "program-svc": service("/b", "b", {**page, "Row": {"type": "integer"}}, "Page"),
    }
    merged = merging.merged(own, services)
    schemas = merged["components"]["schemas"]
    assert schemas.keys() == {"Problem", "Page", "Row", "ProgramPage", "ProgramRow"}
    assert schemas["ProgramPage"] == {"items": {"$ref": "#/components/schemas/ProgramRow"}}
    assert dangling(merged) == set()


def test_operation_ids_stay_unique(own):
    services = {
        "project-svc": service("/a", "get_me", {"P": {}}, "P"),
        "program-svc": service("/b", "get_me", {"P": {}}, "P"),
    }
    ids = [operation["operationId"] for _, operation in operations(merging.merged(own, services))]
    assert sorted(ids) == ["get_me", "program_svc_get_me", "project_svc_get_me"]


def test_a_forwarded_route_can_fail_as_forwarding_can(own):
    merged = merging.merged(own, {"project-svc": service("/a", "a", {"P": {}}, "P")})
    answers = merged["paths"]["/v1/a"]["get"]["responses"]
    assert {"200", "401", "502", "503", "504"} <= answers.keys()
    assert "upstream-busy" in answers["503"]["content"]["application/problem+json"]["examples"]


def test_merging_changes_neither_side(own):
    part = service("/a", "a", {"P": {}}, "P")
    before = deepcopy((own, part))
    merging.merged(own, {"project-svc": part})
    assert (own, part) == before
