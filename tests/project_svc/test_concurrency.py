"""Writers at once, on real transactions: one after the other, without a gap, without a lost update."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from chassis.database import Database

pytestmark = pytest.mark.slow


async def revisions(database: Database, organization_id) -> list[tuple[int, int]]:
    async with database.transaction(organization_id) as session:
        rows = await session.execute(text("SELECT revision, position FROM outbox ORDER BY pos"))
        return [(revision, position) for revision, position in rows]


async def test_writers_at_once_take_revisions_without_gaps(busy, committed):
    project = await busy.project()
    await asyncio.gather(*(busy.task(project, f"T{number}") for number in range(12)))
    told = await revisions(committed, busy.organization_id)
    assert told == sorted(told)
    assert {revision for revision, _ in told} == set(range(1, 14))
    assert (await busy.get(project))["revision"] == 13


async def test_two_halves_of_a_cycle_at_once_exactly_one_wins(busy):
    project = await busy.project()
    first, second = await busy.task(project), await busy.task(project, "B")
    answers = await asyncio.gather(
        *(
            busy.request("POST", f"{project}/links", json={"predecessor_id": a, "successor_id": b})
            for a, b in ((first, second), (second, first))
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len((await busy.get(f"{project}/links"))["items"]) == 1


async def test_of_two_changes_of_one_etag_exactly_one_wins(busy):
    project = await busy.project()
    task = f"{project}/tasks/{await busy.task(project)}"
    etag = {"If-Match": '"2"'}
    answers = await asyncio.gather(
        *(busy.request("PATCH", task, json={"name": name}, headers=etag) for name in ("B", "C"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_one_key_sent_twice_at_once_is_one_record(busy):
    project = await busy.project()
    body, key = {"name": "A", "duration": "P1D"}, {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(
        *(busy.request("POST", f"{project}/tasks", json=body, headers=key) for _ in range(3))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_snapshot_is_true_of_one_revision_while_others_write(busy):
    project = await busy.project()

    async def write() -> None:
        for number in range(6):
            await busy.task(project, f"T{number}")

    async def read() -> list[dict]:
        return [await busy.get(f"{project}/snapshot") for _ in range(8)]

    _, snapshots = await asyncio.gather(write(), read())
    for snapshot in snapshots:
        assert len(snapshot["tasks"]) == snapshot["revision"] - 1
        assert snapshot["project"]["revision"] == snapshot["revision"]
