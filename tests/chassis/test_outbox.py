"""The outbox rows of a transaction: numbered, in order, its organisation's, and gone with a rollback."""

import json
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis import outbox
from chassis.consumer_schema import consumer_tables
from chassis.database import Database, enter_organization, new_metadata
from chassis.idempotency import idempotency_table
from chassis.migrations import differences
from chassis.outbox import Boundary, EventTooLarge, Origin
from chassis.outbox_schema import outbox_table
from chassis.positions import Position
from contracts.envelope import Envelope
from contracts.subjects import Subject

pytestmark = pytest.mark.slow

HOME, ABROAD = uuid4(), uuid4()


@pytest.fixture
def counted(kit):
    return lambda boundary_id, number, filling="": kit.Counted(
        data=kit.Count(id=boundary_id, number=number, filling=filling)
    )


@pytest.fixture
def write(service, kit):
    async def write(boundary, *events):
        async with service.database.transaction(HOME) as session:
            for event in events:
                outbox.record(session, boundary, event)
            return await outbox.flush(session, kit.ORIGIN)

    return write


def boundary(revision=1, *, id_=None, kind="project"):
    return Boundary(kind, id_ or uuid4(), HOME, revision)


async def test_events_of_a_revision_are_numbered_k_of_n_in_the_order_they_were_recorded(service, kit, counted):
    one, other = boundary(3), boundary(8)
    async with service.database.transaction(HOME) as session:
        outbox.record(session, one, counted(one.id, 1))
        outbox.record(session, other, counted(other.id, 2))
        outbox.record(session, one, counted(one.id, 3))
        written = await outbox.flush(session, kit.ORIGIN)
    assert written == [Position("project", one.id, 3), Position("project", other.id, 8)]
    rows = await service.rows("SELECT boundary_id, revision, position, positions, payload FROM outbox ORDER BY pos")
    assert [(*row[:4], json.loads(row[4])["number"]) for row in rows] == [
        (one.id, 3, 1, 2, 1),
        (one.id, 3, 2, 2, 3),
        (other.id, 8, 1, 1, 2),
    ]


async def test_a_row_holds_the_message_exactly_as_it_is_sent(service, kit, counted):
    one = boundary(3)
    origin = Origin("ann", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "corr", "cause")
    async with service.database.transaction(HOME) as session:
        outbox.record(session, one, counted(one.id, 7))
        await outbox.flush(session, origin)
    [(id_, subject, headers, published_at)] = await service.rows(
        "SELECT id, subject, headers, published_at FROM outbox"
    )
    headers = json.loads(headers)
    assert Subject.parse(subject).boundary_id == one.id
    assert headers["Nats-Msg-Id"] == str(id_)
    envelope = Envelope.from_headers(headers)
    assert (envelope.id, envelope.revision, envelope.position, envelope.positions) == (id_, 3, 1, 1)
    assert (envelope.actor, envelope.correlationid, envelope.causationid) == ("ann", "corr", "cause")
    assert envelope.traceparent == origin.traceparent
    assert published_at is None


async def test_what_a_rolled_back_transaction_recorded_is_gone(service, kit, counted):
    one = boundary()
    async with service.database.sessions() as session, session.begin() as transaction:
        await enter_organization(session, HOME)
        outbox.record(session, one, counted(one.id, 1))
        await outbox.flush(session, kit.ORIGIN)
        await transaction.rollback()
    assert await service.rows("SELECT * FROM outbox") == []


async def test_flush_writes_what_was_recorded_once(service, kit, counted):
    one = boundary()
    async with service.database.transaction(HOME) as session:
        assert await outbox.flush(session, kit.ORIGIN) == []
        outbox.record(session, one, counted(one.id, 1))
        assert len(await outbox.flush(session, kit.ORIGIN)) == 1
        assert await outbox.flush(session, kit.ORIGIN) == []
    assert await service.rows("SELECT count(*) FROM outbox") == [(1,)]


@pytest.mark.parametrize("events", [0, 1, 3])
async def test_statements_go_along_with_the_events_or_without_any(service, kit, counted, events):
    one = boundary()
    async with service.database.transaction(HOME) as session:
        await session.execute(text("CREATE TEMPORARY TABLE sent (number integer) ON COMMIT DROP"))
        for number in (1, 2):
            outbox.send_along(session, "sent", "INSERT INTO sent VALUES ($1)", number)
        for number in range(events):
            outbox.record(session, one, counted(one.id, number))
        await outbox.flush(session, kit.ORIGIN)
        sent = await session.scalars(text("SELECT number FROM sent ORDER BY number"))
        assert sent.all() == [1, 2]
    assert await service.rows("SELECT position FROM outbox ORDER BY pos") == [(each,) for each in range(1, events + 1)]


@pytest.mark.parametrize("events", [0, 1, 3])
async def test_what_goes_along_to_several_tables_keeps_its_values_apart(service, kit, counted, events):
    one = boundary()
    async with service.database.transaction(HOME) as session:
        for table in ("first", "second"):
            await session.execute(text(f"CREATE TEMPORARY TABLE {table} (a integer, b integer) ON COMMIT DROP"))
        outbox.send_along(session, "first", "INSERT INTO first VALUES ($1, $2)", 1, 2)
        outbox.send_along(session, "second", "INSERT INTO second VALUES ($2, $1)", 3, 4)
        for number in range(events):
            outbox.record(session, one, counted(one.id, number))
        await outbox.flush(session, kit.ORIGIN)
        assert (await session.execute(text("SELECT * FROM first, second"))).all() == [(1, 2, 4, 3)]


async def test_a_table_that_is_written_twice_gets_both_in_order_and_the_rest_goes_as_one_statement(service, kit):
    """As one statement the second would not see the row of the first."""
    async with service.database.transaction(HOME) as session:
        await session.execute(
            text("CREATE TEMPORARY TABLE one (number integer PRIMARY KEY, count integer) ON COMMIT DROP")
        )
        await session.execute(text("CREATE TEMPORARY TABLE other (number integer) ON COMMIT DROP"))
        for number in (1, 1, 2):
            upsert = "INSERT INTO one VALUES ($1, 1) ON CONFLICT (number) DO UPDATE SET count = one.count + 1"
            outbox.send_along(session, "one", upsert, number)
        outbox.send_along(session, "other", "INSERT INTO other VALUES ($1)", 3)
        await outbox.catch_up(session)
        assert (await session.execute(text("SELECT * FROM one, other ORDER BY 1"))).all() == [(1, 2, 3), (2, 1, 3)]


async def test_what_was_to_be_sent_along_can_be_had_earlier_and_is_forgotten_with_the_rest(service, kit):
    async with service.database.transaction(HOME) as session:
        await session.execute(text("CREATE TEMPORARY TABLE sent (number integer) ON COMMIT DROP"))
        outbox.send_along(session, "sent", "INSERT INTO sent VALUES ($1)", 1)
        await outbox.catch_up(session)
        outbox.send_along(session, "sent", "INSERT INTO sent VALUES ($1)", 2)
        outbox.discard(session)
        await outbox.flush(session, kit.ORIGIN)
        assert (await session.scalars(text("SELECT number FROM sent"))).all() == [1]


async def test_an_attributed_event_keeps_its_own_origin(service, kit, counted):
    one = boundary()
    async with service.database.transaction(HOME) as session:
        outbox.attribute(session, lambda: Origin("bob", None, "other", "event-1"))
        outbox.record(session, one, counted(one.id, 1))
        outbox.attribute(session, None)
        outbox.record(session, one, counted(one.id, 2))
        await outbox.flush(session, kit.ORIGIN)
    rows = await service.rows("SELECT headers FROM outbox ORDER BY pos")
    assert [json.loads(row[0])["ce-actor"] for row in rows] == ["bob", "ann"]


async def test_the_same_revision_cannot_be_written_twice(write, counted):
    one = boundary(5)
    await write(one, counted(one.id, 1))
    with pytest.raises(asyncpg.UniqueViolationError):
        await write(one, counted(one.id, 1))


async def test_an_event_that_no_server_would_take_fails_its_transaction(service, write, counted):
    one = boundary()
    with pytest.raises(EventTooLarge):
        await write(one, counted(one.id, 1), counted(one.id, 2, "x" * outbox.MOST_BYTES))
    assert await service.rows("SELECT * FROM outbox") == []


async def test_an_event_of_another_kind_of_boundary_is_refused(write, counted):
    one = boundary(kind="program")
    with pytest.raises(ValueError, match="no event of a program"):
        await write(one, counted(one.id, 1))


async def test_the_application_sees_only_its_organisations_rows_and_no_partition(service, kit):
    await service.count(uuid4(), HOME)
    await service.count(uuid4(), ABROAD)
    async with service.database.transaction(HOME) as session:
        assert await session.scalar(text("SELECT count(*) FROM outbox")) == 1
    async with service.database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM outbox")) == 0
    partitions = await service.rows(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'outbox'::regclass"
    )
    assert len(partitions) == 9
    for (partition,) in partitions:
        with pytest.raises(DBAPIError, match=f"permission denied for table {partition}"):
            async with service.database.transaction(HOME) as session:
                await session.scalar(text(f"SELECT count(*) FROM {partition}"))


async def test_the_application_cannot_write_for_another_organisation(write, counted):
    one = Boundary("project", uuid4(), ABROAD, 1)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await write(one, counted(one.id, 1))


async def test_the_tables_are_as_their_factories_say_whatever_partitions_there_are(service, postgres, kit):
    metadata = new_metadata()
    outbox_table(metadata)
    idempotency_table(metadata)
    consumer_tables(metadata)
    found = await differences(postgres.url(service.name), metadata)
    assert {str(change[1].name) for change in found if change[0] == "remove_table"} == {*kit.TABLES}
    assert len(found) == len(kit.TABLES)


async def test_the_relay_may_mark_rows_and_change_nothing_else(service):
    await service.count(uuid4(), HOME)
    relay = Database(service.relay_url)
    async with relay.transaction() as session:
        await session.execute(text("UPDATE outbox SET published_at = now(), stream_seq = 1, stream_epoch = now()"))
    for forbidden in ("UPDATE outbox SET payload = ''", "DELETE FROM outbox", "SELECT * FROM boundaries"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with relay.transaction() as session:
                await session.execute(text(forbidden))
    await relay.close()
