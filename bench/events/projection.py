"""`events.projection`: the PROJECT stream into program-svc's replica, 500 events a transaction against one."""

import asyncio
import time

import asyncpg
from uuid_utils.compat import uuid7

from bench.events.database import Prepared, connected, prepared, project_with_tasks
from bench.result import ROUNDS, WARM_UP, Result, compared
from bench.stack import Stack
from chassis import streams
from chassis.bus import Bus
from chassis.consumer import BATCH, Consumer
from chassis.health import Health
from chassis.publisher import Publisher
from contracts.subjects import Stream
from program_svc.consumers import projection

EVENTS = 3000
ONE_A_TRANSACTION = 200
LOOK_EVERY = 0.020
"""Seconds between two looks at how far it is, each of which takes a little from what is measured."""


async def measure(stack: Stack) -> list[Result]:
    """Events a second, read, applied, committed and acknowledged."""
    async with prepared(stack, "program_svc") as service, connected(stack) as bus:
        await streams.declare(bus.jetstream, streams.stream_config(Stream.PROJECT))
        values: list[float] = []
        references: list[float] = []
        for number in range(-WARM_UP, ROUNDS):
            value = await projected(service, bus, EVENTS, batch=BATCH)
            beside = await projected(service, bus, ONE_A_TRANSACTION, batch=1)
            if number >= 0:
                values.append(value)
                references.append(beside)
    return [compared("events.projection", "events/s", values, references, "reference: one event a transaction")]


async def projected(service: Prepared, bus: Bus, events: int, *, batch: int) -> float:
    """A project with so many tasks is in the stream when the consumer starts; it is over when the cursor is at its end."""
    publisher = Publisher(bus)
    await publisher.start()
    base = (await streams.state(bus.jetstream, Stream.PROJECT)).last
    messages = [message for _, message in project_with_tasks(uuid7(), events - 1)]
    for start in range(0, events, 1000):
        base = await publisher.publish_batch(messages[start : start + 1000], expected=base)
    await publisher.stop()
    owner = await asyncpg.connect(service.owner_url)
    consumer = Consumer("bench", Stream.PROJECT, service.application, bus, projection(), batch=batch)
    started = time.perf_counter()
    running = asyncio.create_task(consumer.run(Health()))
    while await owner.fetchval("SELECT max(sequence) FROM consumer_cursors") != base:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_EVERY)
    elapsed = time.perf_counter() - started
    consumer.stop()
    await running
    if put_away := await owner.fetchval("SELECT count(*) FROM quarantined_events"):
        raise RuntimeError(f"{put_away} events could not be applied; nothing was measured")
    await owner.close()
    return events / elapsed
