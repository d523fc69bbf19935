"""`events.relay`: a backlog through the relay, marks included, against the same messages published one after the other."""

import asyncio
import gc
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from uuid_utils.compat import uuid7

from bench.events.database import Prepared, connected, prepared, project_with_tasks
from bench.result import ROUNDS, WARM_UP, Result, compared
from bench.stack import Stack
from chassis import streams
from chassis.bus import Bus
from chassis.health import Health
from chassis.message import Message
from chassis.poke import Poke
from chassis.publisher import Publisher
from chassis.relay import Relay
from contracts.subjects import Stream

BACKLOG = 4000
ONE_BY_ONE = 200
LOOK_EVERY = 0.020
"""Seconds between two looks at how far it is, each of which takes a little from what is measured."""
APART: Mapping[str, Any] = {"name": "APART", "subjects": ["apart.>"]}

_INSERT = """
    INSERT INTO outbox (id, organization_id, boundary_id, revision, position, positions, subject, headers, payload)
    SELECT id, $1, $2, row_number() OVER (), 1, 1, subject, headers, payload
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bytea[]) AS row (id, subject, headers, payload)
"""

# Rows are marked in their order, and this finds one without passing those that were unsent before.
_IS_MARKED = "SELECT published_at IS NOT NULL FROM outbox WHERE created_on = $1 AND pos = $2"


async def measure(stack: Stack) -> list[Result]:
    """Events a second."""
    async with prepared(stack, "project_svc") as service, connected(stack) as bus:
        await streams.declare(bus.jetstream, streams.stream_config(Stream.PROJECT))
        values: list[float] = []
        references: list[float] = []
        for number in range(-WARM_UP, ROUNDS):
            organization_id = uuid7()
            value = await relayed(service, bus, organization_id, project_with_tasks(organization_id, BACKLOG - 1))
            beside = await one_by_one(bus, project_with_tasks(organization_id, ONE_BY_ONE - 1))
            if number >= 0:
                values.append(value)
                references.append(beside)
    return [compared("events.relay", "events/s", values, references, "reference: one publish at a time, no marks")]


async def relayed(
    service: Prepared, bus: Bus, organization_id: UUID, messages: Sequence[tuple[UUID, Message]]
) -> float:
    """The backlog is there when the relay starts; it is over when every row is marked."""
    owner = await asyncpg.connect(service.owner_url)
    sent = [message for _, message in messages]
    columns = (
        [message.subject for message in sent],
        [_json(message) for message in sent],
        [message.payload for message in sent],
    )
    await owner.execute(_INSERT, organization_id, uuid7(), [id_ for id_, _ in messages], *columns)
    last = await owner.fetchrow(
        "SELECT created_on, pos FROM outbox WHERE published_at IS NULL ORDER BY pos DESC LIMIT 1"
    )
    relay = Relay(service.relay_url, bus, Stream.PROJECT, Poke("bench", bus))
    gc.collect()  # of what was made here, in the time of nobody
    started = time.perf_counter()
    running = asyncio.create_task(relay.run(Health()))
    while not await owner.fetchval(_IS_MARKED, *last):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_EVERY)
    elapsed = time.perf_counter() - started
    relay.stop()
    await running
    await owner.close()
    return len(messages) / elapsed


async def one_by_one(bus: Bus, messages: Sequence[tuple[UUID, Message]]) -> float:
    """Publish, wait for the acknowledgement, publish the next; into a stream apart, or the relay would look for its own among them."""
    publisher = Publisher(bus)
    await publisher.start()
    base = (await streams.declare(bus.jetstream, replace(streams.stream_config(Stream.PROJECT), **APART))).last
    started = time.perf_counter()
    for _, message in messages:
        base = await publisher.publish(replace(message, subject=f"apart.{message.subject}"), expected=base)
    elapsed = time.perf_counter() - started
    await publisher.stop()
    return len(messages) / elapsed


def _json(message: Message) -> str:
    return orjson.dumps(dict(message.headers)).decode()
