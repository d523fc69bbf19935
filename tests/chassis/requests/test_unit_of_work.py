"""The transaction of a request."""

from uuid import uuid4

import pytest
from sqlalchemy import select
from tests.chassis.requests.callers import ABROAD, client_of, titles
from tests.chassis.requests.notes import NOTES


async def test_a_write_is_there_when_its_answer_is(client):
    assert (await client.post("/notes", json={"title": "one"})).status_code == 201
    assert await titles(client) == ["one"]


async def test_a_service_does_not_wait_for_what_it_wrote_itself(client):
    # It once did, and a client that sent back the position of its own write had a 504 for every read.
    after = {"Interlock-After": f"notebook/{uuid4()}@7", "Prefer": "wait=9"}
    assert (await client.get("/notes", headers=after)).status_code == 200
    assert (await client.get("/notes", headers={"Interlock-After": "notebook@7"})).status_code == 422


async def test_a_commit_that_fails_is_never_answered_with_success(client):
    answer = await client.post("/notes", json={"title": "doomed"})
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal-error"
    assert await titles(client) == []


async def test_a_dry_run_answers_the_same_and_writes_nothing(client):
    headers = {"Idempotency-Key": "dry"}
    answer = await client.post("/notes?dry_run=true", json={"title": "one"}, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (201, "one")
    assert await titles(client) == []
    assert (await client.post("/notes", json={"title": "one"})).status_code == 201


async def test_no_token_no_answer_whatever_the_request(client):
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer forged"}):
        answer = await client.post("/notes", content=b"{", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_an_organisation_sees_only_its_own(app, client):
    note = (await client.post("/notes", json={"title": "one"})).json()
    async with client_of(app, ABROAD) as stranger:
        assert await titles(stranger) == []
        assert (await stranger.get(f"/notes/{note['id']}")).status_code == 404


async def test_a_transaction_without_an_organisation_sees_nothing(database, client):
    await client.post("/notes", json={"title": "one"})
    async with database.transaction() as session:
        assert (await session.execute(select(NOTES))).all() == []


async def test_a_stale_change_is_refused_with_the_current_tag(client):
    note = (await client.post("/notes", json={"title": "one"})).json()
    url = f"/notes/{note['id']}"
    tag = (await client.get(url)).headers["etag"]
    assert (await client.patch(url, json={"title": "two"}, headers={"If-Match": tag})).status_code == 200
    stale = await client.patch(url, json={"title": "three"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"2"')
    assert (await client.patch(url, json={"title": "four"}, headers={"If-Match": '"9", "2"'})).status_code == 200
    assert (await client.get(url, headers={"If-None-Match": '"3"'})).status_code == 304


async def test_pages_are_stable_while_rows_are_written(client):
    for title in ("b", "d", "f", "h"):
        await client.post("/notes", json={"title": title})
    seen, cursor = [], None
    while True:
        answer = (
            await client.get("/notes", params={"limit": 2, "sort": "-title"} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [note["title"] for note in answer["items"]]
        await client.post("/notes", json={"title": f"z{len(seen)}"})  # before the cursor: must not shift the next page
        cursor = answer["next"]
        if cursor is None:
            break
    assert seen == ["h", "f", "d", "b"]


@pytest.mark.parametrize(
    "parameters",
    [{"cursor": "%%%"}, {"cursor": "WyJpZCJd"}, {"sort": "secret"}, {"limit": 0}, {"limit": 1001}, {"colour": "red"}],
)
async def test_a_bad_page_is_refused(client, parameters):
    answer = await client.get("/notes", params=parameters)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["in"] == "query"


async def test_a_cursor_belongs_to_its_order(client):
    for title in "abc":
        await client.post("/notes", json={"title": title})
    cursor = (await client.get("/notes", params={"limit": 1})).json()["next"]
    answer = await client.get("/notes", params={"limit": 1, "sort": "-title", "cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-cursor")
