"""Whatever a client sends or the database says, the answer is one problem."""

import pytest
from sqlalchemy import update
from tests.chassis.requests.callers import HOME, titles
from tests.chassis.requests.notes import NOTES

from chassis import failures
from chassis.database import Database
from chassis.problem import NotFound


async def test_a_named_constraint_is_a_named_problem(client):
    await client.post("/notes", json={"title": "one"})
    answer = await client.post("/notes", json={"title": "one"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "There is a note of this title.")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 422),
        (b'{"title": "\xff"}', 400),
        (b'{"title": 7}', 422),
        (b'{"title": "a", "colour": "red"}', 422),
        (b'{"title": "a\\u0000b"}', 422),
        (b'{"title": "\\ud800"}', 422),
        (b"null", 422),
        (b"", 422),
        (b'{"title": "' + b"x" * 1024 * 1024 + b'"}', 413),
    ],
)
async def test_every_bad_body_is_one_problem(client, content, status):
    answer = await client.post("/notes", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert await titles(client) == []


async def test_unknown_paths_and_methods_are_problems(client):
    assert (await client.get("/nothing")).json()["type"] == "/problems/not-found"
    answer = await client.put("/notes")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_an_unexpected_error_tells_its_trace_and_nothing_else(client, caplog):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await client.get("/broken", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert (answer.status_code, answer.json()["trace_id"]) == (500, trace)
    assert "secret" not in answer.text
    assert trace in answer.headers["traceresponse"]


async def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(app, client):
    app.state.runtime.database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    answer = await client.get("/notes")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    await app.state.runtime.database.close()


async def test_the_document_has_every_problem_and_none_of_fastapis(app):
    document = app.openapi()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    post = document["paths"]["/notes"]["post"]["responses"]
    assert {"201", "400", "401", "413", "422", "503"} <= post.keys()
    assert post["422"]["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert document["x-problems"]["stale-revision"]["status"] == 412
    assert failures.BY_STATUS[404] is NotFound


async def test_what_nobody_waits_for_any_more_is_given_up(client, database):
    note = (await client.post("/notes", json={"title": "one"})).json()
    late = {"Interlock-Deadline": "100"}
    async with database.transaction(HOME) as session:
        await session.execute(update(NOTES).values(title="held"))
        answer = await client.patch(f"/notes/{note['id']}", json={"title": "late"}, headers=late)
    assert (answer.status_code, answer.json()["type"]) == (504, "/problems/deadline-passed")
    assert await titles(client) == ["held"]
    in_time = {"Interlock-Deadline": "5000"}
    assert (await client.patch(f"/notes/{note['id']}", json={"title": "two"}, headers=in_time)).status_code == 200


async def test_a_body_that_is_nested_beyond_measure_is_refused(client):
    body = b'{"title": ' + b"[" * 500 + b"]" * 500 + b"}"
    answer = await client.post("/notes", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, "too_deep")
