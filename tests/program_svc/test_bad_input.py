"""Whatever a client sends, it gets one problem that names the field, and nothing is half-saved."""

from uuid import uuid4

import pytest

pytestmark = pytest.mark.slow

UNKNOWN = str(uuid4())
END = {"project_id": UNKNOWN, "task_id": UNKNOWN}


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/programs", {"key": "lower", "name": "x"}, "/key"),
        ("/programs", {"key": "K", "name": " "}, "/name"),
        ("/programs", {"key": "K", "name": "x\x00"}, "/name"),
        ("/programs", {"key": "K", "name": "x", "deadline": "2026-02-30"}, "/deadline"),
        ("/programs", {"key": "K", "name": "x", "margin_threshold": "2 days"}, "/margin_threshold"),
        ("/programs", {"key": "K", "name": "x", "colour": "red"}, "/colour"),
        ("/goals", {"name": "x", "weight": -1}, "/weight"),
        ("/goals", {"name": "x", "parent_id": "no"}, "/parent_id"),
        ("/alignments", {"goal_id": UNKNOWN}, "/project_id"),
        ("{program}/components", {}, "/project_id"),
        ("{program}/dependencies", {"provider": END, "receiver": END, "type": "XX"}, "/type"),
        ("{program}/dependencies", {"provider": END, "receiver": END, "lag": 3}, "/lag"),
        ("{program}/dependencies", {"provider": END, "receiver": {"task_id": UNKNOWN}}, "/receiver/project_id"),
        ("{program}/what-if", {"changes": []}, "/changes"),
        ("{program}/what-if", {"changes": [{**END, "duration": "-P1D"}]}, "/changes/0/duration"),
        ("{program}/what-if", {"changes": [{**END, "duration": "P1D"}]}, "/changes/0/task_id"),
    ],
)
async def test_a_bad_value_is_named(api, path, body, pointer):
    answer = await api.request("POST", path.format(program=await api.program()), json=body)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert (problem["type"], problem["errors"][0]["pointer"]) == ("/problems/invalid-request", pointer)


@pytest.mark.parametrize(
    "path",
    [
        "/programs/{id}",
        "/programs/{id}/schedule",
        "/programs/{id}/components",
        "/programs/{id}/dependencies",
        "/programs/{id}/budget",
        "/programs/{id}/risks",
        "/programs/{id}/earned-value",
        "/programs/{id}/goals",
        "/dependencies/{id}",
        "/goals/{id}",
        "/goals/{id}/key-results",
        "/goals/{id}/exposure",
        "/key-results/{id}",
        "/key-results/{id}/check-ins",
        "/alignments/{id}",
    ],
)
async def test_an_unknown_id_is_not_found_and_a_bad_one_not_valid(api, path):
    assert (await api.request("GET", path.format(id=uuid4()))).status_code == 404
    assert (await api.request("GET", path.format(id="seven"))).status_code == 422


@pytest.mark.parametrize("query", ["cursor=xyz", "limit=0", "limit=1001", "sort=colour", "colour=red"])
async def test_a_bad_query_is_not_valid(api, query):
    program = await api.program()
    for path in (
        "/programs",
        "/goals",
        "/alignments",
        f"{program}/components",
        f"{program}/dependencies",
        f"{program}/risks",
    ):
        assert (await api.request("GET", f"{path}?{query}")).status_code == 422, path


async def test_ends_that_cannot_be_joined_are_refused_by_name(api):
    first, second, other = (api.projects.project(key) for key in ("P1", "P2", "P3"))
    a, b = (api.projects.task(first, name) for name in "AB")
    c = api.projects.task(second, "C")
    summary = api.projects.task(second, "S", 0, kind="summary")
    cancelled = api.projects.task(second, "X", state="cancelled")
    outside = api.projects.task(other, "O")
    await api.hear()
    program = await api.program(first, second)
    for receiver, problem in (
        (b, "same-project"),
        (summary, "end-not-linkable"),
        (cancelled, "end-not-linkable"),
        (outside, "not-a-component"),
    ):
        refused = await api.propose(program, a, receiver, status=409)
        assert refused["type"] == f"/problems/{problem}"
    body = {
        "provider": {"project_id": str(first), "task_id": str(a)},
        "receiver": {"project_id": str(second), "task_id": str(b)},
    }
    assert (await api.post(f"{program}/dependencies", body, status=404))["type"] == "/problems/not-found"
    await api.propose(program, a, c)
    twice = await api.propose(program, a, c, status=409)
    assert twice["type"] == "/problems/already-exists"
    assert len([event for event in await api.events() if event["happened"].startswith("dependency.")]) == 2


async def test_dates_beyond_the_calendar_are_a_rule_and_no_failure(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A"), api.projects.task(second, "B")
    await api.hear()
    program = await api.program(first, second)
    refused = await api.propose(program, given, needed, status=409, lag="P99999D")
    assert (refused["type"], refused["task_id"]) == ("/problems/unschedulable", str(needed))
    api.projects.change(given, duration="P99999D")
    await api.hear()
    assert (await api.get(f"{program}/components"))["items"][0]["position"] == 3
    beyond = (await api.request("GET", f"{program}/schedule")).json()
    assert (beyond["type"], beyond["task_id"]) == ("/problems/unschedulable", str(given))
    api.projects.change(given, duration="P2D")
    await api.hear()
    assert (await api.schedule(program))[str(given)]["early_finish"] == "2026-03-03"


async def test_a_repeated_key_gives_the_first_answer_again(api):
    body, headers = {"key": "ONCE", "name": "x"}, {"Idempotency-Key": "k-1"}
    first = await api.post("/programs", body, headers=headers)
    again = await api.post("/programs", body, headers=headers)
    assert first == again
    other = await api.post("/programs", body | {"name": "y"}, status=422, headers=headers)
    assert other["type"] == "/problems/idempotency-key-reused"


async def test_an_external_reference_is_taken_once(api):
    reference = {"external_ref": {"source": "jira", "id": "G-1"}}
    assert (await api.post("/goals", {"name": "x"} | reference))["external_ref"] == reference["external_ref"]
    taken = await api.post("/goals", {"name": "y"} | reference, status=409)
    assert (taken["type"], taken["detail"]) == (
        "/problems/already-exists",
        "Another record of this kind already has this external reference.",
    )


async def test_a_path_of_its_own_allows_its_own_methods_alone(api):
    """`/dependencies/inbox` also fits `/dependencies/{dependency_id}`, which can be changed."""
    answer = await api.request("PUT", "/dependencies/inbox")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
