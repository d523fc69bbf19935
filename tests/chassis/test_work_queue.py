"""The work queue on a real PostgreSQL and a real NATS: asked for with the transaction, handed out until it is done."""

import asyncio
from uuid import uuid4

import pytest

from chassis import work_queue
from chassis.work_queue import WorkQueue, ask, work_relay

pytestmark = pytest.mark.slow

SERVICE = "messaging-svc"


class Bench:
    """Somebody who works, and notes what he was given."""

    def __init__(self) -> None:
        self.given: list[tuple] = []
        self.done: list = []
        self.let_go = asyncio.Event()
        self.failures = 0

    async def work(self, organization_id, work_id) -> None:
        self.given.append((organization_id, work_id))
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        await self.let_go.wait()
        self.done.append(work_id)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def asked(kit, service, *work_ids, fails=False):
    async with service.database.transaction(kit.ORGANIZATION) as session:
        for work_id in work_ids:
            await ask(session, SERVICE, kit.ORGANIZATION, work_id)
        if fails:
            raise LookupError


async def test_work_is_handed_out_in_order_when_its_transaction_has_committed(kit, service, bus, running, bench):
    running(work_relay(service.relay_url, bus, SERVICE))
    queue = running(WorkQueue(bus, SERVICE, bench.work))
    bench.let_go.set()
    given_up, first, second = uuid4(), uuid4(), uuid4()
    with pytest.raises(LookupError):
        await asked(kit, service, given_up, fails=True)
    await asked(kit, service, first, second)
    await kit.eventually(lambda: len(bench.done) == 2)
    assert bench.given == [(kit.ORGANIZATION, first), (kit.ORGANIZATION, second)]
    assert queue.ready


async def test_no_more_is_begun_than_fits(kit, service, bus, running, bench):
    running(work_relay(service.relay_url, bus, SERVICE))
    running(WorkQueue(bus, SERVICE, bench.work))
    work = [uuid4() for _ in range(work_queue.AT_ONCE + 2)]
    await asked(kit, service, *work)
    await kit.eventually(lambda: len(bench.given) == work_queue.AT_ONCE)
    bench.let_go.set()
    await kit.eventually(lambda: sorted(bench.done) == sorted(work))
    assert len(bench.given) == len(work)


async def test_what_failed_is_handed_out_again(kit, service, bus, running, bench, monkeypatch):
    monkeypatch.setattr(work_queue, "AGAIN_AFTER", 0.1)
    running(work_relay(service.relay_url, bus, SERVICE))
    running(WorkQueue(bus, SERVICE, bench.work))
    bench.failures = 2
    bench.let_go.set()
    work = uuid4()
    await asked(kit, service, work)
    await kit.eventually(lambda: bench.done == [work])
    assert len(bench.given) == 3


async def test_a_worker_that_stops_gives_back_what_it_has_in_hand(kit, service, bus, running, bench):
    running(work_relay(service.relay_url, bus, SERVICE))
    stopping = WorkQueue(bus, SERVICE, bench.work)
    running(stopping)
    work = uuid4()
    await asked(kit, service, work)
    await kit.eventually(lambda: len(bench.given) == 1)
    stopping.stop()
    bench.let_go.set()
    running(WorkQueue(bus, SERVICE, bench.work))
    await kit.eventually(lambda: bench.done == [work])
    assert len(bench.given) == 2


async def test_a_worker_that_dies_is_missed_and_one_that_works_long_is_not(
    kit, service, bus, running, bench, monkeypatch
):
    monkeypatch.setattr(work_queue, "ACK_WAIT", 1.0)
    monkeypatch.setattr(work_queue, "SAY_EVERY", 0.2)
    running(work_relay(service.relay_url, bus, SERVICE))
    queue = WorkQueue(bus, SERVICE, bench.work)
    running(queue)
    await asked(kit, service, uuid4())
    await kit.eventually(lambda: len(bench.given) == 1)
    with pytest.raises(TimeoutError):  # it says that it is at it, for longer than the server would wait in silence
        await kit.eventually(lambda: len(bench.given) > 1, within=2.5)
    monkeypatch.setattr(WorkQueue, "_say", _silent)
    await asked(kit, service, uuid4())
    await kit.eventually(lambda: len(bench.given) == 2)
    dead = bench.given[1]
    other = WorkQueue(bus, SERVICE, bench.work)
    running(other)
    await kit.eventually(lambda: bench.given.count(dead) > 1)
    bench.let_go.set()


async def _silent(self, message) -> None:
    return None


async def test_a_lost_consumer_is_made_anew(kit, service, bus, running, bench):
    running(work_relay(service.relay_url, bus, SERVICE))
    running(WorkQueue(bus, SERVICE, bench.work))
    bench.let_go.set()
    first, second = uuid4(), uuid4()
    await asked(kit, service, first)
    await kit.eventually(lambda: bench.done == [first])
    await bus.jetstream.delete_consumer(work_queue.work_stream(SERVICE), SERVICE)
    await asked(kit, service, second)
    await kit.eventually(lambda: second in bench.done)
