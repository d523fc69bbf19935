"""The relay between a real PostgreSQL and a real NATS, while both of them, and relays, die: nothing lost, doubled or reordered."""

import asyncio
import random
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from chassis import streams
from chassis.backlog import _MARK, Backlog
from chassis.poke import Poke
from chassis.publisher import MOST_IN_BATCH, Publisher
from chassis.relay import Relay
from chassis.streams import stream_config
from contracts.envelope import Envelope
from contracts.subjects import Stream, Subject

pytestmark = pytest.mark.slow

HOME = uuid4()


@pytest.fixture
def relay(service, bus):
    return lambda: Relay(service.relay_url, bus, Stream.PROJECT, Poke("messaging", bus))


@pytest.fixture
def everything_is_sent(service):
    async def is_sent():
        return await service.rows("SELECT count(*) FROM outbox WHERE published_at IS NULL") == [(0,)]

    return is_sent


@pytest.fixture
def check_stream(service, bus):
    async def check(*, foreign=0):
        """The stream holds each row once, at the sequence that the row says, and each boundary's revisions in order."""
        state = await streams.state(bus.jetstream, Stream.PROJECT)
        stored = await asyncio.gather(*(bus.jetstream.get_msg("PROJECT", seq) for seq in range(1, state.last + 1)))
        ours = [message for message in stored if "ce-id" in (message.headers or {})]
        assert len(stored) - len(ours) == foreign
        rows = await service.rows("SELECT id::text, stream_seq, stream_epoch FROM outbox ORDER BY stream_seq")
        assert rows == [(message.headers["Nats-Msg-Id"], message.seq, state.epoch) for message in ours]
        histories = {}
        for message in ours:
            envelope = Envelope.from_headers(message.headers)
            boundary = Subject.parse(message.subject).boundary_id
            histories.setdefault(boundary, []).append((envelope.revision, envelope.position))
        for places in histories.values():
            assert places == sorted(places)
            assert [revision for revision, position in places if position == 1] == list(range(1, places[-1][0] + 1))
        return len(ours)

    return check


@pytest.mark.parametrize("rows", [1, 2, MOST_IN_BATCH, MOST_IN_BATCH + 1])
async def test_every_row_is_published_in_order_and_marked(
    service, relay, running, kit, everything_is_sent, check_stream, rows
):
    one, other = uuid4(), uuid4()
    for number in range(min(rows, 30)):
        await service.count([one, other][number % 2], HOME)
    if rows > 30:
        await service.count(one, HOME, rows - 30)
    running(relay())
    await kit.eventually(everything_is_sent)
    assert await check_stream() == rows


async def test_a_batch_is_marked_row_by_row_and_not_by_reading_the_whole_day(service):
    """That took six times as long, as often as a plan was made for the very rows."""
    await service.count(uuid4(), HOME, 3000)
    backlog = await Backlog.connect(service.relay_url)
    try:
        rows = (await backlog.unsent())[:MOST_IN_BATCH]
        told = rows[0].created_on, [row.pos for row in rows], list(range(MOST_IN_BATCH)), datetime.now(UTC)
        plan = await backlog._connection.fetch(f"EXPLAIN {_MARK}", *told)  # as this connection would do it
    finally:
        await backlog.close()
    told = "\n".join(line for (line,) in plan)
    assert "Nested Loop" in told
    assert "Seq Scan" not in told


async def test_what_comes_close_behind_goes_together(
    service, relay, running, kit, everything_is_sent, check_stream, monkeypatch
):
    """One after the other, each revision woke everybody who reads the stream, on the cores on which the next request waited."""
    monkeypatch.setattr("chassis.rest.REST", 0.5)
    seen, unsent = [], Backlog.unsent

    async def noted(backlog):
        rows = await unsent(backlog)
        seen.extend([len(rows)] if rows else [])
        return rows

    monkeypatch.setattr(Backlog, "unsent", noted)
    boundary = uuid4()
    await service.count(boundary, HOME)
    running(relay())
    await kit.eventually(everything_is_sent)
    for _ in range(4):
        await service.count(boundary, HOME)
    await kit.eventually(everything_is_sent)
    assert (seen, await check_stream()) == ([1, 4], 5)


async def test_large_rows_are_published_a_few_at_a_time(service, relay, running, kit, everything_is_sent, check_stream):
    await service.count(uuid4(), HOME, 25, filling="x" * 500_000)
    running(relay())
    await kit.eventually(everything_is_sent)
    assert await check_stream() == 25


async def test_a_commit_wakes_the_relay_in_the_process_and_a_poke_from_another_one(bus, kit):
    woken = asyncio.Event()
    await Poke("messaging", bus).listen(woken.set)
    await bus.client.flush()
    await Poke("messaging", bus).send()
    async with asyncio.timeout(5):
        await woken.wait()


async def test_rows_that_a_killed_relay_published_but_did_not_mark_are_not_published_again(
    service, bus, relay, running, kit, everything_is_sent, check_stream
):
    await service.count(uuid4(), HOME, 30)
    await streams.declare(bus.jetstream, stream_config(Stream.PROJECT, replicas=1))
    backlog, publisher = await Backlog.connect(service.relay_url), Publisher(bus)
    rows = await backlog.unsent()
    await publisher.start()
    await publisher.publish_batch([row.message for row in rows[:20]], expected=0)
    await publisher.stop()
    await backlog.close()
    running(relay())
    await kit.eventually(everything_is_sent)
    assert await check_stream() == 30


async def test_only_one_relay_is_active_and_another_takes_over(
    service, relay, running, kit, everything_is_sent, check_stream
):
    first, second = relay(), relay()
    running(first)
    await service.count(uuid4(), HOME)
    await kit.eventually(everything_is_sent)
    running(second)
    backlog = await Backlog.connect(service.relay_url)
    assert not await backlog.lock()
    await backlog.close()
    first.stop()
    await service.count(uuid4(), HOME)
    await kit.eventually(everything_is_sent)
    assert await check_stream() == 2


async def test_several_relays_without_a_lock_do_no_harm(
    service, relay, running, kit, everything_is_sent, check_stream, monkeypatch
):
    async def always(_):
        return True

    monkeypatch.setattr(Backlog, "lock", always)
    for _ in range(3):
        running(relay())
    await writers(service, count=4, writes=40)
    await kit.eventually(everything_is_sent)
    assert await check_stream() >= 160


async def test_no_error_of_the_database_client_ends_the_relay(
    service, relay, running, kit, everything_is_sent, check_stream, monkeypatch
):
    """asyncpg once answered a cut connection with an error that is none of its public ones, and the relay was gone for good."""
    mark, failures = Backlog.mark, 2

    async def fail_first(*values):
        nonlocal failures
        if failures:
            failures -= 1
            raise asyncpg.InternalClientError("cannot switch to state 12")
        await mark(*values)

    monkeypatch.setattr(Backlog, "mark", fail_first)
    running(relay())
    for _ in range(3):
        await service.count(uuid4(), HOME, 30)
        await kit.eventually(everything_is_sent)
    assert failures == 0
    assert await check_stream() == 90


async def test_a_stream_that_was_created_anew_gets_everything_back_in_the_old_order(
    service, bus, relay, running, kit, everything_is_sent, check_stream
):
    running(first := relay())
    one, other = uuid4(), uuid4()
    for number in range(6):
        await service.count([one, other][number % 2], HOME)
    await kit.eventually(everything_is_sent)
    first.stop()
    before = await service.rows("SELECT id, stream_seq FROM outbox ORDER BY stream_seq")
    await bus.jetstream.delete_stream("PROJECT")
    await service.count(one, HOME)
    running(relay())
    await kit.eventually(everything_is_sent)
    assert await check_stream() == 7
    assert (await service.rows("SELECT id, stream_seq FROM outbox ORDER BY stream_seq"))[:6] == before


async def test_a_full_stream_becomes_a_backlog_and_a_reason_for_not_being_ready(
    service, bus, running, kit, everything_is_sent, check_stream
):
    health = running(
        Relay(
            service.relay_url,
            bus,
            Stream.PROJECT,
            Poke("messaging", bus),
            stream_config(Stream.PROJECT, max_bytes=4096),
        )
    )
    for _ in range(10):
        await service.count(uuid4(), HOME)
    await kit.eventually(lambda: "maximum bytes" in health.reasons.get("relay", ""))
    assert not await everything_is_sent()
    await bus.jetstream.update_stream(stream_config(Stream.PROJECT))
    await kit.eventually(everything_is_sent)
    assert await check_stream() == 10


async def is_published(service, boundary_id, revision=1):
    sql = "SELECT count(*) FROM outbox WHERE boundary_id = :id AND revision = :revision AND published_at IS NOT NULL"
    return await service.rows(sql, id=boundary_id, revision=revision) == [(1,)]


async def writers(service, *, count, writes):
    """Several writers at once on a few boundaries, some of them slow, some rolled back; a fixed seed."""
    rng = random.Random(7)
    boundaries = [uuid4() for _ in range(4)]

    async def write():
        for _ in range(writes):
            await service.count(rng.choice(boundaries), HOME, rng.choice([1, 1, 3]))
            await asyncio.sleep(rng.random() * 0.005)

    await asyncio.gather(*(write() for _ in range(count)))


async def test_the_stream_keeps_30_days_and_refuses_rather_than_forgets(bus, nats_server):
    await streams.declare(bus.jetstream, stream_config(Stream.PROJECT))
    config = (await bus.jetstream.stream_info("PROJECT")).config
    assert (config.retention, config.storage, config.discard) == ("limits", "file", "new")
    assert (config.deny_delete, config.deny_purge, config.allow_atomic, config.compression) == (True, True, True, "s2")
    assert config.max_age == 30 * 24 * 3600
    assert config.num_replicas == 1
    assert ", sync_interval: always}" in (nats_server.folder / "nats.conf").read_text()  # not to be asked of a server
