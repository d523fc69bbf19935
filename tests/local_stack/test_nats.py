import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
import pytest
from nats.aio.client import Client

from local_stack.nats import Nats
from local_stack.nats_users import User, gateway_user, operator_user, program_user, project_user

PROJECT, PROGRAM, GATEWAY, OPERATOR = project_user("a"), program_user("b"), gateway_user("c"), operator_user("d")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Nats(tmp_path_factory.mktemp("own") / "store", users=[PROJECT, PROGRAM, GATEWAY, OPERATOR])
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


async def test_a_stranger_does_not_get_in(server):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    await reader.readline()  # INFO
    writer.write(b"CONNECT {}\r\nPING\r\n")
    assert await reader.readline() == b"-ERR 'Authorization Violation'\r\n"
    writer.close()
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
