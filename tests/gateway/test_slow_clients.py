"""Clients that are slow in every way there is, on a real server: none of them stops others, and none is waited for without end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from urllib.parse import urlsplit

import httpx
import pytest
from aiohttp import web
from gateway_kit import bearer
from live_kit import served
from waiting import eventually

from gateway import connection
from gateway.application import create_gateway
from gateway.request_body import BUFFERED

pytestmark = pytest.mark.slow
MANY = 40
MEGABYTE = b"x" * 1024 * 1024


class Slow:
    """A gateway on a real server, whose token has two large transfers at once, and clients that speak to it byte by byte."""

    def __init__(self, runtime, url: str, token: str) -> None:
        self.runtime, self.token = runtime, token
        self._url = url
        self._opened: list[asyncio.StreamWriter] = []

    async def connected(self, sent: str, number: int = MANY) -> list[asyncio.StreamReader]:
        """So many connections, on each of which this was sent."""
        address = urlsplit(self._url)
        readers = []
        for _ in range(number):
            reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1024)
            writer.write(sent.encode())
            await writer.drain()
            self._opened.append(writer)
            readers.append(reader)
        return readers

    def head(self, request: str, *more: str) -> str:
        return "\r\n".join([f"{request} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.token}", *more, "", ""])

    async def read(self) -> int:
        """What somebody else gets meanwhile, with a token of its own."""
        async with httpx.AsyncClient(base_url=self._url, headers=bearer(self.token)) as client:
            return (await client.get("/v1/projects/1", timeout=2)).status_code

    @property
    def free(self) -> int:
        """Connections to the project service that nobody uses."""
        return self.runtime.project._pool._free._value

    def leave(self) -> None:
        for writer in self._opened:
            writer.transport.abort()


@pytest.fixture
async def slow(settings, tokens) -> AsyncIterator[Slow]:
    app = create_gateway(settings.model_copy(update={"transfers_per_token": 2}))
    async with served(app) as (url, _):
        clients = Slow(app.state.runtime, url, await tokens.create())
        yield clients
        clients.leave()


async def statuses(readers: list[asyncio.StreamReader], number: int = MANY) -> list[bytes]:
    """Of the first answers that come, whichever connection they come on."""
    lines = [asyncio.create_task(reader.readline()) for reader in readers]
    try:
        return [(await line).split()[1] for line in islice(asyncio.as_completed(lines), number)]
    finally:
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


@pytest.mark.parametrize(
    "sent", ["", "GET /v1/projects HTTP/1.1\r\nHost:", "\r\n\r\n"], ids=["nothing", "half a head", "empty lines"]
)
async def test_a_head_that_does_not_come_is_not_waited_for(slow, monkeypatch, sent):
    monkeypatch.setattr(connection, "HEAD_WITHIN", 0.2)
    readers = await slow.connected(sent)
    assert await slow.read() == 200
    assert [await reader.read() for reader in readers] == [b""] * MANY


async def test_nor_is_the_next_one_on_a_connection_that_was_answered(slow, monkeypatch):
    monkeypatch.setattr(connection, "HEAD_WITHIN", 0.2)
    (reader,) = await slow.connected(slow.head("GET /v1/projects/1") + "GET /v1", 1)
    assert b"200 OK" in await reader.read()


@asynccontextmanager
async def held(slow: Slow, number: int) -> AsyncIterator[None]:
    """Only so many connections to the service are held, and a reader gets through."""
    await eventually(lambda: slow.free == 4 - number)
    assert await slow.read() == 200
    yield
    slow.leave()
    await eventually(lambda: slow.free == 4)


async def test_a_body_of_unknown_length_bothers_no_service_before_it_is_there(slow):
    await slow.connected(slow.head("POST /v1/projects", "Transfer-Encoding: chunked") + "3\r\nabc\r\n")
    async with held(slow, 0):
        pass


async def test_a_token_has_few_large_bodies_on_their_way_at_once(slow):
    readers = await slow.connected(slow.head("POST /v1/imports", f"Content-Length: {BUFFERED + 1}") + "abc")
    async with held(slow, 2):
        assert await statuses(readers, MANY - 2) == [b"429"] * (MANY - 2)


async def test_who_does_not_read_a_large_answer_holds_few_connections_and_is_dropped(slow, project, monkeypatch):
    async def large(request: web.Request) -> web.Response:
        return web.Response(body=MEGABYTE * 8 if "large" in request.path else b"{}", content_type="application/json")

    project.handler = large
    readers = await slow.connected(slow.head("GET /v1/projects/large"))
    async with held(slow, 2):
        found = sorted(await statuses(readers))
        assert found[:2] == [b"200"] * 2
        assert set(found[2:]) <= {b"429", b"503"}  # too many of its own, or all connections busy for a moment
    monkeypatch.setattr(connection, "READ_WITHIN", 0.2)
    await slow.connected(slow.head("GET /v1/projects/large"), 2)
    await eventually(lambda: slow.free == 2)
    await eventually(lambda: slow.free == 4)


async def test_all_tokens_together_leave_connections_for_what_is_small(slow, tokens):
    head = slow.head("POST /v1/imports", f"Content-Length: {BUFFERED + 1}")
    await slow.connected(head, 2)
    await eventually(lambda: slow.free == 2)
    other = await tokens.create(member="bob@example.org")
    readers = await slow.connected(head.replace(slow.token, other), 2)
    await eventually(lambda: slow.free == 1)
    done, _ = await asyncio.wait(
        [asyncio.create_task(reader.readline()) for reader in readers], return_when="FIRST_COMPLETED"
    )
    assert {each.result().split()[1] for each in done} == {b"503"}
    assert await slow.read() == 200
