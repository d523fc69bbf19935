import asyncio
from contextlib import suppress

import httpx
import pytest
from fastapi import FastAPI

from chassis.health import Health, health_routes


@pytest.fixture
def health():
    return Health()


@pytest.fixture
async def client(health):
    app = FastAPI()
    app.include_router(health_routes(health))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_a_process_is_ready_when_it_has_started_and_until_it_stops(client, health):
    assert (await client.get("/health/startup")).status_code == 503
    assert (await client.get("/health/ready")).status_code == 503
    health.started()
    assert (await client.get("/health/startup")).status_code == 200
    assert (await client.get("/health/ready")).json() == {"status": "ok", "reasons": {}}
    health.stopping()
    assert (await client.get("/health/ready")).json()["reasons"] == {"process": "stopping"}
    assert (await client.get("/health/startup")).status_code == 200
    assert (await client.get("/health/live")).status_code == 200


async def test_a_missing_dependency_takes_readiness_but_never_liveness(client, health):
    health.started()
    health.fail("database", "connection refused")
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["reasons"]) == (503, {"database": "connection refused"})
    assert (await client.get("/health/live")).status_code == 200
    health.recover("database")
    assert (await client.get("/health/ready")).status_code == 200


async def test_a_loop_that_stopped_beating_fails_liveness(client, health):
    health.started()
    health.beat("relay", limit=30)
    assert (await client.get("/health/live")).status_code == 200
    health.beat("relay", limit=-1)
    answer = await client.get("/health/live")
    assert answer.status_code == 503
    assert "relay" in answer.json()["reasons"]


async def test_a_watcher_sets_and_clears_its_condition(health, monkeypatch):
    monkeypatch.setattr("chassis.health.CHECK_EVERY", 0)
    checked = asyncio.Event()
    answers = iter([RuntimeError("the schema is old"), None])

    async def check():
        answer = next(answers, "end")
        if answer == "end":
            checked.set()
            await asyncio.Event().wait()
        seen.append(dict(health.reasons))
        if answer is not None:
            raise answer

    seen = []
    health.started()
    watching = asyncio.create_task(health.watch("database", check))
    await asyncio.wait_for(checked.wait(), 5)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert seen == [{"database": "not checked yet"}, {"database": "the schema is old"}]
    assert health.ready


async def test_what_is_not_there_yet_is_looked_for_again_soon(health):
    """A worker's connection to NATS is being made while it is first asked for: a second's wait would be the longest part of its start."""
    asked, there = [], asyncio.Event()

    async def check():
        asked.append(None)
        if len(asked) < 4:
            raise ConnectionError
        there.set()

    watching = asyncio.create_task(health.watch("nats", check))
    await asyncio.wait_for(there.wait(), 0.9)
    watching.cancel()
    assert len(asked) == 4
