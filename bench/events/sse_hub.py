"""`events.sse_hub`: events on their way to many listeners, through the hub, against an ordered consumer for each of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from uuid import UUID

from nats.js.errors import NotFoundError
from uuid_utils.compat import uuid7

from bench.events.database import connected, project_with_tasks
from bench.result import ROUNDS, WARM_UP, Result, compared
from bench.stack import Stack
from chassis import streams
from chassis.bus import Bus
from chassis.message import Message
from contracts.subjects import Stream
from gateway.events.filters import EVERYTHING
from gateway.events.hub import Hub, stopped
from gateway.events.listener import Listener
from gateway.events.live_event import LiveEvent
from gateway.events.position import Position

LISTENERS = 50
EVENTS = 500
NOWHERE = Position("", 0, 0)

Messages = Sequence[tuple[UUID, Message]]


async def measure(stack: Stack) -> list[Result]:
    """Events delivered a second of this process's CPU, each as the bytes that a client gets."""
    async with connected(stack) as bus:
        for stream in Stream:
            with suppress(NotFoundError):
                await bus.jetstream.delete_stream(stream.value)
            await streams.declare(bus.jetstream, streams.stream_config(stream))
        values: list[float] = []
        references: list[float] = []
        for number in range(-WARM_UP, ROUNDS):
            value, beside = await through_hub(bus), await one_consumer_each(bus)
            if number >= 0:
                values.append(value)
                references.append(beside)
    note = f"{LISTENERS} listeners, a CPU second; reference: an ordered consumer for each of them"
    return [compared("events.sse_hub", "events/s", values, references, note)]


async def through_hub(bus: Bus) -> float:
    """The listeners are there; then the events come."""
    hub, organization_id = Hub(bus), uuid7()
    running = asyncio.create_task(hub.run())
    async with asyncio.timeout(30):
        while not hub.is_ready:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    listeners = [hub.attach(organization_id, EVERYTHING, None) for _ in range(LISTENERS)]
    waiting = [listened(listener) for listener in listeners if listener is not None]
    try:
        return await rate(bus, project_with_tasks(organization_id, EVENTS - 1), lambda: _all(waiting))
    finally:
        await stopped(running)


async def one_consumer_each(bus: Bus) -> float:
    """The same events through the client library's ordered consumers, rendered by every listener for itself."""
    organization_id = uuid7()
    waiting = [consumed(bus, organization_id) for _ in range(LISTENERS)]
    return await rate(bus, project_with_tasks(organization_id, EVENTS - 1), lambda: _all(waiting))


async def rate(bus: Bus, messages: Messages, delivered: Callable[[], Awaitable[list[int]]]) -> float:
    """Publish, wait until every listener has everything. Publishing is counted on both sides."""
    started = time.process_time()
    listening = asyncio.ensure_future(delivered())
    await asyncio.sleep(0)
    for _, message in messages:
        await bus.client.publish(message.subject, message.payload, headers=dict(message.headers))
    async with asyncio.timeout(120):
        sizes = await listening
    if len(set(sizes)) != 1 or min(sizes) == 0:
        raise RuntimeError(f"the listeners did not all get the same: {sorted(set(sizes))} bytes")
    return LISTENERS * EVENTS / (time.process_time() - started)


async def listened(listener: Listener) -> int:
    """Take all of it; its size in bytes."""
    size = come = 0
    while come < EVENTS:
        items = await listener.take(30)
        come += len(items)
        size += len(b"".join(item.frame for item in items if isinstance(item, LiveEvent))) - sum(
            len(str(item.position)) for item in items
        )
    return size


async def consumed(bus: Bus, organization_id: UUID) -> int:
    """Read all of it; its size in bytes."""
    [subject] = EVERYTHING.nats_subjects(Stream.PROJECT, organization_id)
    subscription = await bus.jetstream.subscribe(subject, stream=Stream.PROJECT.value, ordered_consumer=True)
    size = 0
    for _ in range(EVENTS):
        event = LiveEvent.read(await subscription.next_msg(timeout=60), Stream.PROJECT, NOWHERE)
        size += len(event.frame) - len(str(event.position))
    await subscription.unsubscribe()
    return size


async def _all(waiting: Sequence[Awaitable[int]]) -> list[int]:
    return list(await asyncio.gather(*waiting))
