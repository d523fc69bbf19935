import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import nats
import pytest
from nats.aio.client import Client
from waiting import eventually

from chassis.bus import Bus
from local_stack.nats import Nats
from local_stack.nats_users import (
    READER_DOMAIN,
    User,
    gateway_user,
    operator_user,
    program_user,
    project_user,
    reader_user,
)
from local_stack.readers import make_consumers

PROJECT, PROGRAM, GATEWAY, OPERATOR = project_user("a"), program_user("b"), gateway_user("c"), operator_user("d")
READER, OTHER_READER = reader_user("tram", "e"), reader_user("rail", "f")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Nats(
        tmp_path_factory.mktemp("own") / "store", users=[PROJECT, PROGRAM, GATEWAY, OPERATOR, READER, OTHER_READER]
    )
    server.start()
    yield server
    server.stop()


@asynccontextmanager
async def connected(server: Nats, user: User, refused: asyncio.Queue[str] | None = None) -> AsyncIterator[Client]:
    async def on_error(error: Exception) -> None:
        if refused is not None:
            refused.put_nowait(str(error))

    client = await nats.connect(server.url_for(user), error_cb=on_error)
    try:
        yield client
    finally:
        await client.close()


@pytest.fixture(scope="module")
async def streams(server):
    for user, name in ((PROJECT, "PROJECT"), (PROGRAM, "PROGRAM")):
        async with connected(server, user) as client:
            await client.jetstream().add_stream(name=name, subjects=[f"interlock.{name.lower()}.>"])


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize(
    ("user", "subject"),
    [
        (PROGRAM, "interlock.project.o.p.task.updated"),
        (PROJECT, "interlock.program.o.p.goal.updated"),
        (GATEWAY, "interlock.project.o.p.task.updated"),
        (GATEWAY, "interlock.program.o.p.goal.updated"),
        (PROJECT, "$JS.API.STREAM.PURGE.PROJECT"),
        (PROJECT, "$JS.API.STREAM.DELETE.PROJECT"),
        (PROGRAM, "$JS.API.STREAM.UPDATE.PROJECT"),
        (PROJECT, "interlock.dead-letter.program-svc.o.project"),
        (READER, "interlock.project.o.p.task.updated"),
        (READER, "$JS.interlock.API.CONSUMER.CREATE.PROJECT.tram.interlock.project.o.>"),
        (READER, "$JS.API.CONSUMER.CREATE.PROJECT.tram.interlock.project.o.>"),
        (READER, "$JS.API.STREAM.MSG.GET.PROJECT"),
        (READER, "$JS.API.DIRECT.GET.PROJECT"),
        (READER, "$JS.API.CONSUMER.MSG.NEXT.PROJECT.tram"),
        (READER, "$JS.interlock.API.CONSUMER.MSG.NEXT.PROJECT.rail"),
        (READER, "$JS.interlock.API.CONSUMER.DELETE.PROJECT.tram"),
        (READER, "$JS.ACK.PROJECT.rail.1.1.1.1.0"),
    ],
)
async def test_a_stream_has_one_writer_and_keeps_what_it_has(server, user, subject):
    refused: asyncio.Queue[str] = asyncio.Queue()
    async with connected(server, user, refused) as client:
        await client.publish(subject, b"{}")
        await client.flush()
        assert "permissions violation for publish" in (await asyncio.wait_for(refused.get(), 5)).lower()


@pytest.mark.usefixtures("streams")
@pytest.mark.parametrize("reader", [PROGRAM, GATEWAY])
async def test_readers_consume_and_acknowledge(server, reader):
    async with connected(server, PROJECT) as client:
        written = await client.jetstream().publish("interlock.project.o.p.task.created", b"{}")
    async with connected(server, reader) as client:
        subscription = await client.jetstream().pull_subscribe("", stream="PROJECT", durable=f"test-{reader.name}")
        messages = await subscription.fetch(written.seq)
        await messages[-1].ack_sync()
        assert messages[-1].metadata.sequence.stream == written.seq


@pytest.fixture(scope="module")
def tram(server, streams):
    """The consumers of the reader `tram`, of the organisation `home`."""
    make_consumers(server.url_for(OPERATOR), READER.name, "home")


@asynccontextmanager
async def reading(server: Nats) -> AsyncIterator[Client]:
    client = await nats.connect(server.url_for(READER), inbox_prefix="_INBOX_tram")
    try:
        yield client
    finally:
        await client.close()


async def written(client: Client) -> int:
    return (await client.jetstream().stream_info("PROJECT")).state.messages


@pytest.mark.usefixtures("tram")
async def test_a_reader_gets_its_organisations_events_and_nobody_elses(server):
    async with connected(server, PROJECT) as client:
        for organization in ("abroad", "home", "abroad"):
            await client.jetstream().publish(f"interlock.project.{organization}.p.task.created", b"{}")
    async with reading(server) as client:
        events = await client.jetstream(domain=READER_DOMAIN).pull_subscribe_bind("tram", "PROJECT")
        [message] = await events.fetch(1, timeout=5)
        await message.ack_sync()
        assert message.subject == "interlock.project.home.p.task.created"
        assert (await events.consumer_info()).num_pending == 0


@pytest.mark.usefixtures("tram")
@pytest.mark.parametrize("asked", ["MSG.NEXT", "INFO"])
async def test_a_reader_cannot_have_its_answers_written_into_a_stream(server, asked):
    """With rights alone, in the services' account, it could: the server sends an answer wherever the asking message says."""
    async with connected(server, PROJECT) as writer, reading(server) as client:
        await writer.jetstream().publish("interlock.project.home.p.task.created", b"{}")
        before = await written(writer)
        subject = f"$JS.{READER_DOMAIN}.API.CONSUMER.{asked}.PROJECT.tram"
        await client.publish(subject, b"", reply="interlock.project.abroad.p.task.created")
        # Answered in order: when this pull has its answer, the one before had it too.
        await client.request(f"$JS.{READER_DOMAIN}.API.CONSUMER.INFO.PROJECT.tram", b"", timeout=5)
        assert await written(writer) == before


@pytest.mark.usefixtures("streams")
async def test_a_reader_cannot_listen_to_what_others_are_answered(server):
    refused: asyncio.Queue[str] = asyncio.Queue()
    async with connected(server, READER, refused) as client:
        for subject in ("_INBOX.>", "_INBOX_rail.>", "interlock.>"):
            await client.subscribe(subject)
            assert "permissions violation for subscription" in (await asyncio.wait_for(refused.get(), 5)).lower()


async def test_a_stranger_does_not_get_in(server):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    await reader.readline()  # INFO
    writer.write(b"CONNECT {}\r\nPING\r\n")
    assert await reader.readline() == b"-ERR 'Authorization Violation'\r\n"
    writer.close()
    with suppress(ConnectionResetError):  # the server may have gone first
        await writer.wait_closed()


@pytest.mark.usefixtures("streams")
async def test_an_acknowledged_message_survives_a_crash_at_the_same_address(server):
    async with connected(server, PROJECT) as client:
        written = await client.jetstream().publish("interlock.project.o.p.task.created", b"kept")
    port = server.port
    server.kill()
    server.start()
    assert server.port == port
    async with connected(server, OPERATOR) as client:
        assert (await client.jetstream().get_msg("PROJECT", written.seq)).data == b"kept"


def test_what_a_killed_run_left_behind_is_ended_first(tmp_path):
    left = Nats(tmp_path / "store")
    left.start()
    successor = Nats(tmp_path / "store")
    successor.start()
    assert not left.child.is_running
    assert successor.child.is_running
    successor.stop()


async def test_streams_from_before_there_were_accounts_are_kept(tmp_path):
    without = Nats(tmp_path / "store")
    without.start()
    client = await nats.connect(without.url)
    await client.jetstream().add_stream(name="PROJECT", subjects=["interlock.project.>"])
    await client.jetstream().publish("interlock.project.o.p.task.created", b"kept")
    await client.close()
    without.stop()
    server = Nats(tmp_path / "store", users=[OPERATOR])
    server.start()
    try:
        async with connected(server, OPERATOR) as client:
            assert (await client.jetstream().get_msg("PROJECT", 1)).data == b"kept"
    finally:
        server.stop()


async def test_a_process_that_may_not_do_what_it_has_to_is_not_ready(server):
    bus = Bus(server.url_for(GATEWAY), "denied")
    await bus.connected()
    await bus.check()
    await bus.client.publish("interlock.project.o.p.task.updated", b"{}")
    with pytest.raises(PermissionError, match=r'(?i)permissions violation for publish to "interlock\.project'):
        await eventually(lambda: _checked(bus))
    await bus.close()


async def _checked(bus: Bus) -> bool:
    await bus.check()
    return False
