"""`events.outbox_overhead`: a domain transaction with its event against the same without."""

import time
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from bench.events.database import ORIGIN, example_task, prepared
from bench.result import ROUNDS, WARM_UP, Result, compared
from bench.stack import Stack
from chassis import outbox
from chassis.database import Database
from chassis.outbox import Boundary

TRANSACTIONS = 200

_SCHEMA = """
    CREATE TABLE bench_boundaries (id uuid PRIMARY KEY, revision bigint NOT NULL);
    CREATE TABLE bench_records (id uuid PRIMARY KEY, boundary_id uuid NOT NULL, name text NOT NULL, revision bigint NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON bench_boundaries, bench_records TO PUBLIC;
"""
_BUMP = text("UPDATE bench_boundaries SET revision = revision + 1 WHERE id = :id RETURNING revision")
_READ = text("SELECT count(*) FROM bench_records WHERE id = :id")
_WRITE = text("INSERT INTO bench_records VALUES (:id, :boundary_id, 'Ballast laid', :revision)")


async def measure(stack: Stack) -> list[Result]:
    """Transactions a second, one client: lock and bump the boundary, read a record, write it, commit; with or without an event."""
    async with prepared(stack, "project_svc") as service:
        owner = await asyncpg.connect(service.owner_url)
        await owner.execute(_SCHEMA)
        boundary_id = uuid7()
        await owner.execute("INSERT INTO bench_boundaries VALUES ($1, 0)", boundary_id)
        await owner.close()
        values: list[float] = []
        references: list[float] = []
        for number in range(-WARM_UP, ROUNDS):
            value = await rate(service.application, boundary_id, with_event=True)
            beside = await rate(service.application, boundary_id, with_event=False)
            if number >= 0:
                values.append(value)
                references.append(beside)
    return [compared("events.outbox_overhead", "tx/s", values, references, "reference: the same without an event")]


async def rate(database: Database, boundary_id: UUID, *, with_event: bool) -> float:
    """Transactions a second."""
    organization_id = uuid7()
    started = time.perf_counter()
    for _ in range(TRANSACTIONS):
        async with database.transaction(organization_id) as session:
            await write(session, organization_id, boundary_id, with_event=with_event)
    return TRANSACTIONS / (time.perf_counter() - started)


async def write(session: AsyncSession, organization_id: UUID, boundary_id: UUID, *, with_event: bool) -> None:
    """What one transaction does."""
    revision = await session.scalar(_BUMP, {"id": boundary_id})
    task_id = uuid7()
    await session.scalar(_READ, {"id": task_id})
    await session.execute(_WRITE, {"id": task_id, "boundary_id": boundary_id, "revision": revision})
    if with_event:
        boundary = Boundary("project", boundary_id, organization_id, revision)
        outbox.record(session, boundary, example_task(organization_id, boundary_id, task_id))
        await outbox.flush(session, ORIGIN)
