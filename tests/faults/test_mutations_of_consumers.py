"""Mutations of the consumer and of its projection: each is put in, and what must be true at the end is seen not to be.

Every story is told twice: with the machinery as it is, which ends well, and with one safeguard taken out, which does not.
"""

import pytest

from chassis import streams
from chassis.attempt import Attempt
from chassis.backlog import Backlog
from chassis.consumer import Consumer
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

ENDS_BADLY = 1.0
"""Seconds in which the same story ends well many times over."""


def is_the_cursor_of_a_transaction_of_its_own(world, monkeypatch):
    """It moves first, and the events are applied after it."""
    commit = Consumer._commit

    async def move_first(self, connection, cursor, messages):
        cursor.sequence = messages[-1].metadata.sequence.stream
        await world.service.rows("UPDATE consumer_cursors SET sequence = :to", to=cursor.sequence)
        await commit(self, connection, cursor, messages)

    monkeypatch.setattr(Consumer, "_commit", move_first)


def is_acknowledged_before_the_commit(world, monkeypatch):
    """What the server takes for acknowledged is the cursor: one consumer for all leases, told first and written afterwards."""
    commit, new_consumer, made = Consumer._commit, Consumer._new_consumer, []

    async def acknowledge_first(self, connection, cursor, messages):
        for message in messages:
            await message.ack_sync()
        await commit(self, connection, cursor, messages)

    async def one_for_all(self, cursor):
        made[:] = made or [await new_consumer(self, cursor)]
        return made[0]

    monkeypatch.setattr(Consumer, "_commit", acknowledge_first)
    monkeypatch.setattr(Consumer, "_new_consumer", one_for_all)


def is_blind_to_revisions(world, monkeypatch):
    """Whatever comes is applied."""

    async def take_all(self, progress, event):
        await self._take_next(progress, event)

    monkeypatch.setattr(Attempt, "_take", take_all)


def is_blind_to_epochs(world, monkeypatch):
    """A sequence is taken to mean the same in any stream of the name."""
    monkeypatch.setattr(streams, "verify", lambda *_: None)


def is_a_relay_with_a_cursor(world, monkeypatch):
    """Rows are taken by "above what I have seen", not by "not yet sent"."""
    unsent, seen = Backlog.unsent, [0]

    async def above(self):
        rows = [row for row in await unsent(self) if row.pos > seen[0]]
        seen.append(max([row.pos for row in rows], default=seen.pop()))
        return rows

    monkeypatch.setattr(Backlog, "unsent", above)


async def a_transaction_fails(world):
    """Once, when the handler has begun; then nothing more is written, so that nothing else could tell that something is missing."""
    failures = iter([RuntimeError("the database went away")])

    async def see(session, event):
        await world.kit.see(session, event)
        if (failure := next(failures, None)) is not None:
            raise failure

    await world.write(10)
    world.relay()
    await world.kit.eventually(world.is_sent)
    world.consumer(see)


async def messages_come_twice(world):
    """Beyond the server's window for duplicates, as from a relay that publishes, and marks what it has published."""
    world.relay()
    await world.write(6)
    await world.kit.eventually(world.is_sent)
    for number in range(1, 7):
        message = await world.bus.jetstream.get_msg("PROJECT", number, direct=False)
        headers = {name: value for name, value in message.headers.items() if not name.startswith("Nats-")}
        await world.bus.jetstream.publish(message.subject, message.data, headers=headers)
    world.consumer()


async def a_revision_is_missing(world):
    await world.write(10)
    await world.service.rows("DELETE FROM outbox WHERE boundary_id = :one AND revision = 3", one=world.one)
    world.relay()
    world.consumer()


async def the_stream_is_made_anew(world):
    """So late that nothing of the first one is put back."""
    relay, consumer = world.relay(), world.consumer()
    await world.write(10)
    await world.ends_well()
    consumer.stop()
    relay.stop()
    await world.bus.jetstream.delete_stream("PROJECT")
    await world.service.rows("UPDATE outbox SET created_at = now() - interval '31 days'")
    await world.write(4)
    world.relay()
    world.consumer()


async def a_lower_row_is_committed_later(world):
    world.relay()
    world.consumer()
    async with world.service.database.transaction(world.kit.ORGANIZATION) as session:
        await world.kit.count(session, world.one, world.kit.ORGANIZATION)
        await world.service.count(world.other, world.kit.ORGANIZATION)
        await world.kit.eventually(lambda: is_told_of(world, world.other))


async def is_told_of(world, boundary_id):
    return str(boundary_id) in (await world.picture()).decode()


STORIES = [
    (a_transaction_fails, is_the_cursor_of_a_transaction_of_its_own),
    (a_transaction_fails, is_acknowledged_before_the_commit),
    (messages_come_twice, is_blind_to_revisions),
    (a_revision_is_missing, is_blind_to_revisions),
    (the_stream_is_made_anew, is_blind_to_epochs),
    (a_lower_row_is_committed_later, is_a_relay_with_a_cursor),
]


@pytest.mark.parametrize("story", dict.fromkeys(story for story, _ in STORIES), ids=lambda story: story.__name__)
async def test_the_story_ends_well_with_the_machinery_as_it_is(world, story):
    await story(world)
    await world.ends_well()
    assert (await streams.state(world.bus.jetstream, Stream.PROJECT)).last > 0


@pytest.mark.parametrize(("story", "mutation"), STORIES, ids=lambda each: each.__name__)
async def test_the_story_ends_badly_without_the_safeguard(world, monkeypatch, story, mutation):
    mutation(world, monkeypatch)
    await story(world)
    expected = await world.expected()
    with pytest.raises(TimeoutError):
        await world.ends_well(within=ENDS_BADLY)
    assert await world.picture() != expected
