"""`events.outbox_overhead`: a domain transaction with its event against the same without."""

import time
from dataclasses import replace
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
from contracts.events import Event

TRANSACTIONS = 100

_SCHEMA = """
    CREATE TABLE bench_boundaries (id uuid PRIMARY KEY, revision bigint NOT NULL);
    CREATE TABLE bench_records (id uuid PRIMARY KEY, boundary_id uuid NOT NULL, name text NOT NULL, revision bigint NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON bench_boundaries, bench_records TO PUBLIC;
"""
_BUMP = text("UPDATE bench_boundaries SET revision = revision + 1 WHERE id = :id RETURNING revision")
_READ = text("SELECT count(*) FROM bench_records WHERE id = :id")
_WRITE = "INSERT INTO bench_records VALUES ($1, $2, 'Ballast laid', $3)"


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
        for number in range(-WARM_UP * TRANSACTIONS, ROUNDS * TRANSACTIONS):
            with_event = await seconds(service.application, boundary_id, with_event=True)
            without = await seconds(service.application, boundary_id, with_event=False)
            if number >= 0:
                values.append(1 / with_event)
                references.append(1 / without)
    return [compared("events.outbox_overhead", "tx/s", values, references, "reference: the same without an event")]


async def seconds(database: Database, boundary_id: UUID, *, with_event: bool) -> float:
    """How long one transaction takes."""
    organization_id, task_id = uuid7(), uuid7()
    event = example_task(organization_id, boundary_id, task_id) if with_event else None
    started = time.perf_counter()
    async with database.transaction(organization_id, plans_once=True) as session:  # as the busiest requests do
        await write(session, Boundary("project", boundary_id, organization_id, 0), task_id, event)
    return time.perf_counter() - started


async def write(session: AsyncSession, boundary: Boundary, task_id: UUID, event: Event | None) -> None:
    """What one transaction does."""
    revision = await session.scalar(_BUMP, {"id": boundary.id})
    await session.scalar(_READ, {"id": task_id})
    outbox.send_along(session, "bench_records", _WRITE, task_id, boundary.id, revision)
    if event is not None:
        outbox.record(session, replace(boundary, revision=revision), event)
    await outbox.flush(session, ORIGIN)
