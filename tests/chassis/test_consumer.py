"""Following a stream with everything real: the counter must be exact whoever dies, and whatever happens to the consumer."""

import asyncio
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from chassis import outbox, reading, streams
from chassis.consumer import Consumer
from chassis.cursor import Cursor
from chassis.health import Health
from chassis.outbox import Boundary
from chassis.poke import Poke
from chassis.projection import Projection
from chassis.relay import Relay
from chassis.streams import stream_config
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

HOME, ABROAD = uuid4(), uuid4()


@pytest.fixture
def projection(kit):
    return Projection({kit.Counted.event_type(): kit.see})


@pytest.fixture
def consumer(service, bus, projection):
    return lambda projection=projection, **rest: Consumer(
        "test", Stream.PROJECT, service.database, bus, projection, **rest
    )


@pytest.fixture
async def relay(service, bus, running):
    """A running relay: what is counted comes through the stream."""
    relay = Relay(service.relay_url, bus, Stream.PROJECT, Poke("messaging", bus))
    running(relay)
    return relay


@pytest.fixture
def has_seen(service):
    """Whether the picture of a boundary is exactly this."""

    def has_seen(boundary_id, expected):
        async def is_so():
            rows = await service.rows("SELECT seen FROM picture WHERE id = :id", id=boundary_id)
            return [list(row[0]) for row in rows] == [list(expected)]

        return is_so

    return has_seen


async def count_often(service, boundary_id, times, *, pause=0.0):
    for _ in range(times):
        await service.count(boundary_id, HOME)
        await asyncio.sleep(pause)


async def cursor(service):
    return (await service.rows("SELECT sequence FROM consumer_cursors WHERE consumer = 'test'"))[0][0]


async def test_what_one_service_commits_another_one_sees(service, relay, running, consumer, kit, has_seen):
    one, other = uuid4(), uuid4()
    await count_often(service, one, 3)
    health = running(consumer())
    await service.count(other, ABROAD, 30)
    await kit.eventually(has_seen(other, [1] * 30))
    await kit.eventually(has_seen(one, [1, 2, 3]))
    assert await cursor(service) == 33
    await kit.eventually(lambda: health.ready)


async def test_it_waits_for_a_stream_that_does_not_exist_yet(service, bus, running, consumer, kit, has_seen):
    health = running(consumer())
    await kit.eventually(lambda: "does not exist yet" in health.reasons.get("test", ""))
    running(Relay(service.relay_url, bus, Stream.PROJECT, Poke("messaging", bus)))
    one = uuid4()
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, [1]))
    assert health.ready


async def test_one_of_two_follows_and_the_other_takes_over(service, relay, running, consumer, kit, has_seen):
    one, first, second = uuid4(), consumer(), consumer()
    running(first)
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, [1]))
    running(second)
    await count_often(service, one, 5)
    await kit.eventually(has_seen(one, range(1, 7)))
    first.stop()
    await count_often(service, one, 5)
    await kit.eventually(has_seen(one, range(1, 12)))


async def test_a_transaction_that_fails_is_tried_again_until_it_succeeds(
    service, relay, running, consumer, kit, has_seen
):
    failures = 2

    async def see(session, event):
        nonlocal failures
        await kit.see(session, event)
        if failures:
            failures -= 1
            raise ConnectionError("away for a moment")

    health = running(consumer(Projection({kit.Counted.event_type(): see})))
    one = uuid4()
    await count_often(service, one, 3)
    await kit.eventually(has_seen(one, [1, 2, 3]))
    assert failures == 0
    await kit.eventually(lambda: health.ready)


async def test_killed_between_commit_and_acknowledgement_it_applies_nothing_twice(
    service, bus, relay, running, consumer, kit, has_seen, monkeypatch
):
    """The messages come again, from a consumer of a new lease; the cursor knows better."""
    died = asyncio.Event()
    commit = Consumer._commit

    async def commit_and_die(self, connection, cursor, messages):
        await commit(self, connection, cursor, messages)
        if not died.is_set():
            died.set()
            raise ConnectionError("killed before the acknowledgement")

    monkeypatch.setattr(Consumer, "_commit", commit_and_die)
    running(consumer())
    one = uuid4()
    await count_often(service, one, 20)
    await kit.eventually(has_seen(one, range(1, 21)))
    assert died.is_set()


async def test_a_message_that_was_too_slow_to_be_acknowledged_ends_the_lease_not_the_count(
    service, relay, running, consumer, kit, has_seen, monkeypatch
):
    """What the server waited for in vain it delivers again, before what is new. Nobody goes on with that: the cursor would go back."""
    monkeypatch.setattr(reading, "ACK_WAIT", 0.2)
    moving, new_consumer = Cursor.moving, Consumer._new_consumer
    slow, reached, leases = True, [], []

    async def see(session, event):
        nonlocal slow
        await kit.see(session, event)
        if slow:
            slow = False
            await asyncio.sleep(0.6)

    def moving_on(self, name, to):
        reached.append(to)
        return moving(self, name, to)

    async def begin(self, cursor):
        leases.append(cursor.sequence)
        return await new_consumer(self, cursor)

    monkeypatch.setattr(Cursor, "moving", moving_on)
    monkeypatch.setattr(Consumer, "_new_consumer", begin)
    running(consumer(Projection({kit.Counted.event_type(): see})))
    one, before = uuid4(), redelivered()
    await count_often(service, one, 20, pause=0.03)
    await kit.eventually(has_seen(one, range(1, 21)))
    await kit.eventually(lambda: len(leases) > 1 and redelivered() > before)
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, range(1, 22)))
    assert reached == sorted(reached)


def redelivered() -> float:
    return REGISTRY.get_sample_value("interlock_consumer_redeliveries_total", {"consumer": "test"}) or 0.0


async def test_the_server_is_killed_under_load(service, nats_server, relay, running, consumer, kit, has_seen):
    running(consumer())
    one = uuid4()
    writing = asyncio.create_task(count_often(service, one, 60, pause=0.02))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(nats_server.kill)
    await asyncio.to_thread(nats_server.start)
    await writing
    await kit.eventually(has_seen(one, range(1, 61)), within=30)


async def test_a_new_lease_deletes_the_consumers_of_older_ones(service, bus, relay, running, consumer, kit, has_seen):
    one, first = uuid4(), consumer()
    running(first)
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, [1]))
    first.stop()
    running(consumer())
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, [1, 2]))
    assert len(await bus.jetstream.consumers_info("PROJECT")) == 1


async def test_poison_from_the_stream_is_put_away_and_the_rest_goes_on(
    service, bus, relay, running, consumer, kit, has_seen
):
    running(consumer())
    one = uuid4()
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, [1]))
    await bus.jetstream.publish(f"interlock.project.{HOME}.{uuid4()}.counter.counted", b"not JSON")
    await bus.jetstream.publish("interlock.project.stranger", b"")
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, [1, 2]))
    assert await service.rows("SELECT count(*) FROM quarantined_events") == [(2,)]
    assert await cursor(service) == 4


async def test_a_stream_made_anew_is_left_alone_loudly_by_whoever_has_no_snapshots(
    service, bus, relay, running, consumer, kit, has_seen
):
    first = consumer()
    running(first)
    one = uuid4()
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, [1]))
    first.stop()
    relay.stop()
    await bus.jetstream.delete_stream("PROJECT")
    await streams.declare(bus.jetstream, stream_config(Stream.PROJECT))
    health = running(consumer())
    await kit.eventually(lambda: "created anew" in health.reasons.get("test", ""))
    assert not health.ready


async def test_a_stream_that_ends_earlier_than_we_read_is_read_again_from_its_end(
    service, relay, running, consumer, kit, has_seen
):
    first = consumer()
    running(first)
    one = uuid4()
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, [1]))
    first.stop()
    await service.rows("UPDATE consumer_cursors SET sequence = 100")
    running(consumer())
    await service.count(one, HOME)
    await kit.eventually(has_seen(one, [1, 2]))
    assert await cursor(service) == 2


async def test_a_commit_that_recorded_events_wakes_our_own_relay(service, relay, running, consumer, kit):
    woken = asyncio.Event()

    async def answer(session, event):
        boundary = Boundary("project", uuid4(), event.organization_id, 1)
        outbox.record(session, boundary, kit.Counted(data=kit.Count(id=boundary.id, number=1)))

    running(part := consumer(Projection({kit.Counted.event_type(): answer}), wake=woken.set))
    await service.count(uuid4(), HOME)
    async with asyncio.timeout(10):
        await woken.wait()
    part.stop()


async def test_an_idle_consumer_ends_at_once(consumer, relay, kit):
    part, health = consumer(), Health()
    health.fail(part.name, "not begun")
    task = asyncio.create_task(part.run(health))
    await kit.eventually(lambda: "test" not in health.reasons)
    part.stop()
    async with asyncio.timeout(2):
        await task


async def test_a_name_that_no_consumer_can_have_is_refused(consumer, service, bus, projection):
    with pytest.raises(ValueError, match="not the name"):
        Consumer("a b", Stream.PROJECT, service.database, bus, projection)
