"""How late a consumer is, and what it has parked: said by whoever looks, whether or not anything gets on."""

import asyncio
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from chassis import streams, watching
from chassis.consumer import Consumer
from chassis.poke import Poke
from chassis.projection import Projection
from chassis.relay import Relay
from chassis.watching import Watching
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

HOME = uuid4()


@pytest.fixture(autouse=True)
def measures_often(monkeypatch):
    monkeypatch.setattr(watching, "MEASURE_EVERY", 0.02)


@pytest.fixture
async def relay(service, bus, running):
    running(Relay(service.relay_url, bus, Stream.PROJECT, Poke("messaging", bus)))


@pytest.fixture
async def watch(service, bus):
    """Watch the consumer `test` as a worker that does not lead."""
    task = asyncio.create_task(Watching("test", Stream.PROJECT, service.database, bus, service.overview).run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def lag():
    return REGISTRY.get_sample_value("interlock_consumer_lag", {"consumer": "test"})


def seconds():
    return REGISTRY.get_sample_value("interlock_consumer_lag_seconds", {"consumer": "test"})


async def test_it_grows_while_a_handler_keeps_failing_and_is_over_when_it_does_not(service, bus, running, relay, kit):
    """It was written after a commit only: a consumer that started again and again kept the value of its best day."""
    faults = ["it cannot be written"]

    async def see(session, event):
        if faults:
            raise ConnectionError(faults[0])
        await kit.see(session, event)

    one = uuid4()
    await service.count(one, HOME)
    health = running(
        Consumer("test", Stream.PROJECT, service.database, bus, Projection({kit.Counted.event_type(): see}))
    )
    await kit.eventually(lambda: health.reasons.get("test") == faults[0] and lag() == 1)
    age = seconds()
    for _ in range(3):
        await service.count(one, HOME)
    await kit.eventually(lambda: lag() == 4 and seconds() > age + 0.3)
    faults.clear()
    await kit.eventually(lambda: lag() == seconds() == 0)


async def test_nobody_need_follow_for_it_to_be_known(service, bus, relay, watch, kit):
    one = uuid4()
    for _ in range(5):
        await service.count(one, HOME)
    await kit.eventually(lambda: lag() == 5)
    epoch = (await streams.state(bus.jetstream, Stream.PROJECT)).epoch
    cursor = (
        "INSERT INTO consumer_cursors (consumer, stream, stream_epoch, sequence) VALUES ('test', 'PROJECT', :epoch, 3)"
    )
    await service.rows(cursor, epoch=epoch)
    await kit.eventually(lambda: lag() == 2)
    await service.rows("UPDATE consumer_cursors SET sequence = 5")
    await kit.eventually(lambda: lag() == seconds() == 0)


async def test_what_waits_grows_older_while_nats_is_away(service, bus, relay, watch, kit, nats_server):
    await service.count(uuid4(), HOME)
    await kit.eventually(lambda: lag() == 1)
    await asyncio.to_thread(nats_server.kill)
    age = seconds()
    await kit.eventually(lambda: seconds() > age + 0.3)
    assert lag() == 1
    await asyncio.to_thread(nats_server.start)
    await kit.eventually(lambda: bus.client.is_connected)  # or it would be closed in the middle of connecting


async def test_of_a_stream_made_anew_everything_waits(service, bus, watch, kit):
    await service.rows(
        "INSERT INTO consumer_cursors (consumer, stream, stream_epoch, sequence) VALUES ('test', 'PROJECT', now() - interval '1 day', 9)"
    )
    await streams.declare(bus.jetstream, streams.stream_config(Stream.PROJECT))
    for _ in range(2):
        await bus.jetstream.publish("interlock.project.test", b"")
    await kit.eventually(lambda: lag() == 2)
    assert 0 <= seconds() < 60


async def test_what_is_parked_and_in_quarantine_is_counted_by_who_does_not_lead(service, watch, kit):
    def metric(name, **labels):
        return REGISTRY.get_sample_value(name, {"consumer": "test", **labels})

    await service.rows(
        "INSERT INTO parked_boundaries (kind, id, organization_id, reason) VALUES ('project', :id, :id, 'poison')",
        id=HOME,
    )
    await service.rows(
        "INSERT INTO quarantined_events (organization_id, event_id, reason, subject, headers, payload) VALUES (:id, 'x', '', '', '{}', '')",
        id=HOME,
    )
    await kit.eventually(lambda: metric("interlock_parked_boundaries", reason="poison") == 1)
    await kit.eventually(lambda: metric("interlock_quarantined_events") == 1)
    await service.rows("DELETE FROM parked_boundaries")
    await service.rows("DELETE FROM quarantined_events")
    await kit.eventually(lambda: metric("interlock_parked_boundaries", reason="poison") == 0)
    await kit.eventually(lambda: metric("interlock_quarantined_events") == 0)
