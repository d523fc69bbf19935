"""Writes of one statement: they keep and say what a transaction would, or leave it to one."""

from collections import Counter
from collections.abc import Awaitable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from prometheus_client import REGISTRY
from tests.project_svc.test_concurrency import revisions

from chassis.database import Database
from chassis.statements import execute
from project_svc.projects.locked import lock

NAME = "interlock_writes_at_once_total"


def counted() -> Counter[str]:
    outcomes = ("written", "left", "overtaken")
    return Counter({each: int(REGISTRY.get_sample_value(NAME, {"outcome": each}) or 0) for each in outcomes})


async def became_of(writing: Awaitable[Any]) -> dict[str, int]:
    """What became of the writes that were tried meanwhile."""
    before = counted()
    await writing
    return dict(counted() - before)


@pytest.mark.slow
async def test_ordinary_tasks_and_links_take_one_statement(busy, committed):
    project = await busy.project()
    first, second = await busy.task(project), await busy.task(project, "B", "P2D")
    assert await became_of(busy.task(project, "C")) == {"written": 1}
    assert await became_of(busy.patch(f"{project}/tasks/{first}", {"duration": "P3D"})) == {"written": 1}
    assert await became_of(busy.link(project, first, second)) == {"written": 1}
    items = await busy.schedule(project)
    (link,) = (await busy.get(f"{project}/links"))["items"]
    assert (items[second]["early_start"], items[second]["driving"]) == ("2026-03-05", {"link_id": link["id"]})
    told = await revisions(committed, busy.organization_id)
    assert told == [(1, 1), *((revision, position) for revision in range(2, 7) for position in (1, 2))]
    assert (await busy.get(project))["revision"] == 6


async def test_what_is_refused_is_refused_by_a_transaction(busy):
    project = await busy.project()
    first, second = await busy.task(project), await busy.task(project, "B")
    await busy.link(project, first, second)
    body = {"predecessor_id": second, "successor_id": first}
    assert await became_of(busy.post(f"{project}/links", body, status=409)) == {"left": 1}
    assert await became_of(busy.post(f"{project}/tasks", {"name": "A"}, status=422)) == {"left": 1}
    assert (await busy.get(project))["revision"] == 4


async def test_whoever_comes_too_late_begins_again(busy, committed, monkeypatch):
    """What was read is of a revision that somebody else has passed: nothing of the statement stays."""
    project = await busy.project()
    write = committed.write

    async def late(*statement: Any) -> None:
        monkeypatch.setattr(committed, "write", write)
        await busy.task(project, "First")
        await write(*statement)

    monkeypatch.setattr(committed, "write", late)
    assert await became_of(busy.task(project, "Second")) == {"written": 1, "overtaken": 1}
    tasks = (await busy.get(f"{project}/tasks"))["items"]
    assert [(each["name"], each["wbs_code"], each["revision"]) for each in tasks] == [
        ("First", "1", 2),
        ("Second", "2", 3),
    ]
    told = await revisions(committed, busy.organization_id)
    assert told == [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2)]


async def test_a_writer_whose_revision_was_given_back_was_there_too(busy, committed, monkeypatch):
    """A date imposed on a task that moves nothing is not told, and yet is one that the next dates follow from."""
    project = await busy.project()
    project_id, write = UUID(project.removeprefix("/projects/")), committed.write

    async def late(*statement: Any) -> None:
        monkeypatch.setattr(committed, "write", write)
        async with committed.transaction(busy.organization_id) as session:
            await (await lock(session, busy.organization_id, project_id)).give_back()
        await write(*statement)

    monkeypatch.setattr(committed, "write", late)
    assert await became_of(busy.task(project)) == {"overtaken": 1}
    assert (await busy.get(project))["revision"] == 2


async def test_a_key_for_repetition_takes_a_transaction(busy):
    project = await busy.project()
    key = {"Idempotency-Key": str(uuid4())}
    once = busy.post(f"{project}/tasks", {"name": "A", "duration": "P1D"}, headers=key)
    assert await became_of(once) == {}


async def test_who_finds_out_what_to_write_cannot_write(busy, committed):
    await busy.project()
    async with committed.trying(busy.organization_id) as session:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await execute(session, "UPDATE projects SET name = 'Other'")


async def test_where_connections_are_pooled_or_few_nothing_is_written_at_once(database_url):
    for pool, is_pooled, expected in ((4, True, False), (3, False, False), (4, False, True)):
        database = Database(database_url, pool=pool, is_pooled=is_pooled, at_once=True)
        assert database.writes_at_once is expected
        await database.close()
