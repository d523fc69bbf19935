"""A request that is sent again under its key."""

import asyncio

import pytest
from sqlalchemy import text, update
from tests.chassis.requests.callers import ABROAD, HOME, client_of, titles
from tests.chassis.requests.notes import KEYS


async def test_the_same_key_gives_the_first_answer_again(client):
    headers = {"Idempotency-Key": "a"}
    first = await client.post("/notes", json={"title": "one"}, headers=headers)
    again = await client.post("/notes", json={"title": "one"}, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await titles(client) == ["one"]


async def test_a_key_belongs_to_its_request_and_to_its_organisation(app, client):
    headers = {"Idempotency-Key": "a"}
    await client.post("/notes", json={"title": "one"}, headers=headers)
    other = await client.post("/notes", json={"title": "two"}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    async with client_of(app, ABROAD) as stranger:
        assert (await stranger.post("/notes", json={"title": "three"}, headers=headers)).status_code == 201


async def test_a_failed_request_leaves_its_key_free(client):
    headers = {"Idempotency-Key": "a"}
    assert (await client.post("/notes", json={"title": "x" * 30}, headers=headers)).status_code == 422
    assert (await client.post("/notes", json={"title": "one"}, headers=headers)).status_code == 201


async def test_one_key_sent_many_times_at_once_writes_once(client):
    headers = {"Idempotency-Key": "a"}
    answers = await asyncio.gather(*(client.post("/notes", json={"title": "one"}, headers=headers) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await titles(client) == ["one"]


async def test_an_old_key_may_be_used_again(client, database):
    headers = {"Idempotency-Key": "a"}
    await client.post("/notes", json={"title": "one"}, headers=headers)
    async with database.transaction(HOME) as session:
        await session.execute(update(KEYS).values(created_at=text("now() - interval '25 hours'")))
    assert (await client.post("/notes", json={"title": "two"}, headers=headers)).status_code == 201
    assert await titles(client) == ["one", "two"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_malformed_key_is_refused(client, key):
    answer = await client.post("/notes", json={"title": "one"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["rule"] == "idempotency_key"
