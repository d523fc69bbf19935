"""A consumer that is too slow, an answer that gets lost, and clocks that nobody can rely on."""

import asyncio
import random
from datetime import datetime, timedelta

import pytest
from nats.js.api import AckPolicy, ConsumerConfig

from chassis import consumer, outbox, reading
from chassis.publisher import Publisher
from chassis.puller import Puller

pytestmark = pytest.mark.slow

TEN_MINUTES = 600


async def test_a_fetch_that_is_larger_than_what_may_be_unacknowledged_goes_on_after_acknowledgement(world, bus):
    world.relay()
    await world.write(30)
    await world.kit.eventually(world.is_sent)
    config = ConsumerConfig(durable_name="slow", ack_policy=AckPolicy.EXPLICIT, max_ack_pending=10)
    await bus.jetstream.add_consumer("PROJECT", config)
    puller = Puller(bus, "PROJECT", "slow", window=100)
    await puller.start()
    sequences = []
    while len(sequences) < 30:
        messages = await puller.batch(100, 0.05)
        assert len(messages) <= 10
        sequences += [message.metadata.sequence.stream for message in messages]
        for message in messages:
            await message.ack()
    await puller.stop()
    assert sequences == list(range(1, 31))


async def test_a_consumer_that_may_leave_less_unacknowledged_than_it_fetches_ends_well(world, monkeypatch):
    """Ten may be unacknowledged, five hundred are asked for, and a commit takes what has come."""
    monkeypatch.setattr(reading, "WINDOW", 5)
    assert consumer.WINDOW > 2 * reading.WINDOW
    world.relay()
    await world.write(60)
    await world.kit.eventually(world.is_sent)
    world.consumer()
    await world.write(20)
    await world.ends_well()


async def test_a_consumer_that_is_slower_than_its_acknowledgements_may_be_still_counts_right(world, monkeypatch):
    """Zombie acknowledgements: those of the lease before come when the messages were delivered again."""
    monkeypatch.setattr(reading, "ACK_WAIT", 0.2)
    slow = iter([0.5, 0.5])

    async def see(session, event):
        await world.kit.see(session, event)
        await asyncio.sleep(next(slow, 0))

    world.relay()
    world.consumer(see)
    await world.write(30, pause=0.02)
    await world.ends_well()


@pytest.mark.parametrize("how", ["publish", "publish_batch"])
async def test_an_acknowledgement_is_lost(world, monkeypatch, how):
    publish, losses = getattr(Publisher, how), 2

    async def lossy(self, told, *, expected):
        nonlocal losses
        last = await publish(self, told, expected=expected)
        if losses:
            losses -= 1
            raise TimeoutError("the answer never came")
        return last

    monkeypatch.setattr(Publisher, how, lossy)
    first = world.relay()
    world.consumer()
    for _ in range(2):
        first.stop()
        await world.write(3 if how == "publish" else 40)
        first = world.relay()
        await world.ends_well()
    assert losses == 0
    assert await world.is_told_in_order()


async def test_clocks_that_are_ten_minutes_off_change_nothing(world, monkeypatch):
    """Every event is recorded by a clock of its own, up to ten minutes early or late."""
    chance = random.Random(19)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=chance.uniform(-TEN_MINUTES, TEN_MINUTES))

    monkeypatch.setattr(outbox, "datetime", Clock)
    world.relay()
    world.consumer()
    await world.write(40)
    await world.ends_well()
    assert await world.is_told_in_order()


ANOTHER_CLOCK = """
    import datetime as calendar
    real = time.time
    time.time = lambda: real() + {seconds}

    class Clock(calendar.datetime):
        @classmethod
        def now(cls, tz=None):
            return calendar.datetime.now(tz) + calendar.timedelta(seconds={seconds})

    for name, module in list(sys.modules.items()):
        if name.startswith("chassis.") and getattr(module, "datetime", None) is calendar.datetime:
            module.datetime = Clock
"""


async def test_workers_whose_clocks_are_ten_minutes_off_relay_and_project_the_same(world, worker_process):
    """One is ahead and gets killed, and the one that goes on from there is behind: twenty minutes back, all of a sudden."""
    ahead = worker_process(ANOTHER_CLOCK.format(seconds=TEN_MINUTES))
    await world.write(20)
    await world.ends_well()
    ahead.kill()
    await world.write(20)
    worker_process(ANOTHER_CLOCK.format(seconds=-TEN_MINUTES))
    await world.write(4)
    await world.ends_well()
    assert await world.is_told_in_order()
