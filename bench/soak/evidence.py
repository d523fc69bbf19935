"""What the databases and the streams of a stack say about a run."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig

from bench.soak.invariants import Evidence, Place, Told
from bench.soak.listening import told_by
from bench.stack import Stack
from contracts.subjects import Stream

CONNECTS_WITHIN = 180.0
STANDS_STILL = 120.0
"""Seconds without any progress after which what still waits is taken to wait for ever."""
LOOK_EVERY = 0.5
AT_ONCE = 500

FOLLOWED = (("project", "program"), ("program", "project"))
"""Whose database has events in its outbox, and whose has applied them."""

_WRITTEN = """
    SELECT id::text, boundary_id::text, revision, position FROM outbox
    WHERE stream IS NULL AND boundary_id = ANY($1::uuid[]) ORDER BY pos
"""
_PROJECTED = "SELECT id::text, revision, position FROM boundary_positions WHERE id = ANY($1::uuid[])"
_WAITING = """
    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS unsent, (SELECT count(*) FROM held_events) AS held,
           (SELECT count(*) FROM parked_boundaries) AS parked, (SELECT count(*) FROM quarantined_events) AS quarantined
"""
_DELIVERIES = "SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'"
_TASKS = "SELECT id, duration, percent_complete FROM {table} WHERE project_id = ANY($1::uuid[])"
_LINKS = "SELECT id, predecessor_id, successor_id, type, lag FROM {table} WHERE project_id = ANY($1::uuid[])"


async def gather(
    stack: Stack, client: Client, boundaries: Collection[str], delivered: Mapping[str, Sequence[Told]]
) -> Evidence:
    """Wait until all is sent, projected and delivered, as long as it goes on; then take down what there is.

    `delivered` goes on filling meanwhile; of it, and of everything else, only events of these projects and programs count.
    """
    async with AsyncExitStack() as open_:
        databases: dict[str, asyncpg.Connection[Any]] = {}
        for name in ("project", "program", "gateway"):
            databases[name] = await _connected(stack, name)
            open_.push_async_callback(databases[name].close)
        moved_at, stood = time.monotonic(), None
        while True:
            written, projected, waiting = await _look(databases, boundaries)
            heard = {name: [told for told in got if told.boundary in boundaries] for name, got in delivered.items()}
            ids = {told.id for told in written}
            is_settled = not any(waiting.values()) and all(ids == {told.id for told in got} for got in heard.values())
            if is_settled and _is_projected(written, projected):
                break
            stands = (waiting, projected, {name: len(got) for name, got in heard.items()})
            if stands != stood:
                moved_at, stood = time.monotonic(), stands
            if time.monotonic() - moved_at > STANDS_STILL:
                break
            await asyncio.sleep(LOOK_EVERY)
        published = [told for stream in Stream for told in await stored(client, stream) if told.boundary in boundaries]
        differing = await _differing(databases, boundaries)
    return Evidence(written, published, projected, heard, {"webhook"}, waiting, differing)


async def _connected(stack: Stack, name: str) -> "asyncpg.Connection[Any]":
    """A database of the stack, which may be on its way back. Raises what connecting raises when it does not come."""
    deadline = time.monotonic() + CONNECTS_WITHIN
    while True:
        try:
            return await asyncpg.connect(stack.database_url(name))
        except (OSError, asyncpg.PostgresError):
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(LOOK_EVERY)


async def _look(
    databases: "Mapping[str, asyncpg.Connection[Any]]", boundaries: Collection[str]
) -> tuple[list[Told], dict[str, Place], dict[str, int]]:
    written: list[Told] = []
    projected: dict[str, Place] = {}
    waiting = {"deliveries not made": int(await databases["gateway"].fetchval(_DELIVERIES))}
    for owner, follower in FOLLOWED:
        written += [Told(*row) for row in await databases[owner].fetch(_WRITTEN, list(boundaries))]
        rows = await databases[follower].fetch(_PROJECTED, list(boundaries))
        projected |= {id_: (revision, position) for id_, revision, position in rows}
        [counts] = await databases[owner].fetch(_WAITING)
        waiting |= {f"{what} in {owner}-svc": number for what, number in counts.items()}
    return written, projected, waiting


def _is_projected(written: Sequence[Told], projected: Mapping[str, Place]) -> bool:
    return all(told.place <= projected.get(told.boundary, (0, 0)) for told in written)


async def stored(client: Client, stream: Stream) -> list[Told]:
    """Every message of a stream, in its order."""
    jetstream, found, reached = client.jetstream(), [], 0
    last = (await jetstream.stream_info(stream.value)).state.last_seq
    reader = await jetstream.pull_subscribe("", stream=stream.value, config=ConsumerConfig(ack_policy=AckPolicy.NONE))
    while reached < last:
        for message in await reader.fetch(AT_ONCE, timeout=10):
            found.append(told_by(message))
            reached = message.metadata.sequence.stream
    return found


async def _differing(databases: "Mapping[str, asyncpg.Connection[Any]]", projects: Collection[str]) -> int:
    """Records of the projects of which program-svc knows something else than project-svc, or nothing, or too much."""
    differing = 0
    for statement, table in ((_TASKS, "tasks"), (_LINKS, "links")):
        sets = [
            set(map(tuple, await databases[name].fetch(statement.format(table=of), list(projects))))
            for name, of in (("project", table), ("program", f"known_{table}"))
        ]
        differing += len({row[0] for row in sets[0] ^ sets[1]})
    return differing
