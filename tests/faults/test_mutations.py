"""Mutations of our own machinery must be caught: a test that passes with the safeguard taken out proves nothing."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import streams
from chassis.backlog import Backlog
from chassis.publisher import Publisher
from chassis.relay import Relay
from contracts.subjects import Stream

pytestmark = pytest.mark.slow


async def published_but_not_marked(world):
    """As a killed relay leaves it: 30 events in the stream of which the outbox knows nothing."""
    await world.write(30)
    await streams.declare(world.bus.jetstream, streams.stream_config(Stream.PROJECT))
    backlog, publisher = await Backlog.connect(world.service.relay_url), Publisher(world.bus)
    rows = await backlog.unsent()
    await publisher.start()
    await publisher.publish_batch([row.message for row in rows], expected=0)
    await publisher.stop()
    await backlog.close()


async def test_rows_that_are_selected_before_the_base_is_known_are_sent_twice(world, monkeypatch):
    """The order of steps is what counts. Ids are renewed as by a server whose duplicate window has passed."""
    await published_but_not_marked(world)
    early = await (backlog := await Backlog.connect(world.service.relay_url)).unsent()
    await backlog.close()
    unsent = Backlog.unsent
    is_first = True

    async def too_early(self):
        nonlocal is_first
        if is_first:
            is_first = False
            return [type(row)(row.pos, row.created_on, with_new_id(row.message)) for row in early]
        return await unsent(self)

    monkeypatch.setattr(Backlog, "unsent", too_early)
    world.relay()
    await world.kit.eventually(lambda: has_last(world, 60))
    assert not await world.is_told_in_order()


async def test_a_relay_that_expects_nothing_sends_twice(world, monkeypatch):
    """The usual relay: publish, then mark. Two at once, and a paused one, put everything into the stream again."""
    await published_but_not_marked(world)

    async def reconcile(self, _backlog):
        return await streams.state(self._bus.jetstream, Stream.PROJECT)

    async def naive(self, rows, base):
        for row in rows:
            message = with_new_id(row.message)
            await self._bus.jetstream.publish(message.subject, message.payload, headers=dict(message.headers))
        return base + len(rows)

    monkeypatch.setattr(Relay, "_reconcile", reconcile)
    monkeypatch.setattr(Relay, "_publish", naive)
    world.relay()
    await world.kit.eventually(lambda: has_last(world, 60))
    assert not await world.is_told_in_order()


async def test_the_relay_as_it_is_sends_nothing_twice(world):
    await published_but_not_marked(world)
    world.relay()
    world.consumer()
    await world.ends_well()
    assert await world.is_told_in_order()


async def two_sessions_in_turn(world, kit):
    """Three revisions of one boundary, the second one written by another session than the others."""
    async with world.service.database.engine.connect() as first, world.service.database.engine.connect() as second:
        for connection in (first, second, first):
            async with AsyncSession(connection) as session, session.begin():
                await kit.enter_organization(session, kit.ORGANIZATION)
                await kit.count(session, world.one, kit.ORGANIZATION)


async def test_an_identity_that_caches_numbers_breaks_the_order_of_commits(world, kit):
    """Two sessions with numbers in stock: a later commit gets a lower number. The check of the stream's order sees it."""
    await world.service.rows("ALTER TABLE outbox ALTER COLUMN pos SET CACHE 10")
    await two_sessions_in_turn(world, kit)
    assert await world.service.rows("SELECT revision FROM outbox ORDER BY pos") == [(1,), (3,), (2,)]
    world.relay()
    await world.kit.eventually(world.is_sent)
    assert not await world.is_told_in_order()


async def test_the_identity_as_it_is_keeps_the_order_of_commits(world, kit):
    await two_sessions_in_turn(world, kit)
    assert await world.service.rows("SELECT revision FROM outbox ORDER BY pos") == [(1,), (2,), (3,)]


def with_new_id(message):
    return type(message)(message.subject, {**message.headers, "Nats-Msg-Id": str(uuid4())}, message.payload)


async def has_last(world, last):
    await asyncio.sleep(0)
    return (await streams.state(world.bus.jetstream, Stream.PROJECT)).last == last
