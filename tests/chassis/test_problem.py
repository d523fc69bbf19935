import json

import pytest
from fastapi.exceptions import RequestValidationError

from chassis import failures
from chassis.problem import InvalidRequest, NotFound, Problem, Unavailable, invalid, responses


def test_a_problem_that_no_one_thought_of_is_ours_and_says_nothing_of_its_inside():
    class SomethingOdd(Problem):
        pass

    document = SomethingOdd().document("0" * 32)
    assert document["status"] == 500
    assert document["type"] == "/problems/internal-error"
    assert "SomethingOdd" not in json.dumps(document)


def test_a_document_has_every_member_and_carries_further_ones():
    class Loop(Problem):
        slug, status, title = "loop", 409, "A loop"

    document = Loop("A follows B.", path=["a", "b", "a"]).document("f" * 32)
    assert document == {
        "type": "/problems/loop",
        "title": "A loop",
        "status": 409,
        "detail": "A follows B.",
        "errors": [],
        "path": ["a", "b", "a"],
        "trace_id": "f" * 32,
    }
    assert Problem.known.pop("loop") is Loop


def test_one_broken_rule_names_its_place_and_its_rule():
    error = invalid("/sort", "sort", "Sort by name.", location="query")
    assert error.status == 422
    assert error.document("")["errors"] == [
        {"in": "query", "pointer": "/sort", "rule": "sort", "message": "Sort by name."}
    ]


def test_an_unavailable_service_says_when_to_come_back():
    answer = failures.render(Unavailable(retry_after=7))
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("location", "pointer"),
    [(("body", "tags", 3, "a/b"), "/tags/3/a~1b"), (("body",), ""), (("query", "limit"), "/limit")],
)
def test_validation_errors_become_json_pointers(location, pointer):
    problem = failures.from_validation(
        RequestValidationError([{"type": "missing", "loc": location, "msg": "Field required", "input": None}])
    )
    assert isinstance(problem, InvalidRequest)
    assert problem.errors[0].pointer == pointer
    assert problem.errors[0].location == location[0]


def test_a_route_documents_every_problem_with_an_example_and_groups_them_by_status():
    documented = responses(NotFound, InvalidRequest, failures.problem.BadCursor)
    assert set(documented) == {404, 422}
    examples = documented[422]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"invalid-request", "bad-cursor"}
    assert examples["bad-cursor"]["value"]["type"] == "/problems/bad-cursor"
