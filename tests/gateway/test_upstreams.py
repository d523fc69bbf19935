"""Repeating, breaking and not hiding what became of a request, against a server that misbehaves on purpose."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.breaker import Breaker
from gateway.upstreams import Outgoing, Upstream, UpstreamFailed, UpstreamUnavailable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


class Flaky:
    """Answers a connection's requests from a list: bytes are sent, None closes the connection without an answer."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.seen: list[bytes] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.seen.append(head.split(b" ", 1)[0])
                answer = self.answers.pop(0)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
                if b"Connection: close" in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def upstream_of(flaky: Flaky, **more) -> AsyncIterator[Upstream]:
    server = await asyncio.start_server(flaky.talk, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    upstream = Upstream("project-svc", url, connections=4, deadline=2.0, **more)
    try:
        yield upstream
    finally:
        upstream.close()
        server.close()
        await server.wait_closed()


async def text_of(upstream: Upstream, request: Outgoing) -> bytes:
    async with upstream.exchange(request) as response:
        return await response.read(2.0)


@pytest.mark.parametrize(
    "request_",
    [
        Outgoing("GET", b"/projects", []),
        Outgoing("HEAD", b"/projects", []),
        Outgoing("POST", b"/projects", [], b"", is_keyed=True),
    ],
)
async def test_what_is_safe_to_do_twice_is_repeated_once(request_):
    flaky = Flaky(None, NO_CONTENT)
    async with upstream_of(flaky) as upstream:
        await text_of(upstream, request_)
    assert flaky.seen == [request_.method.encode()] * 2


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_a_write_without_a_key_is_never_repeated(method):
    # DELETE was: aiohttp repeats what HTTP calls idempotent when a kept connection breaks, and answers 404 for what it deleted.
    flaky = Flaky(OK, None, OK)
    async with upstream_of(flaky) as upstream:
        await text_of(upstream, Outgoing("GET", b"/warm", []))
        with pytest.raises(UpstreamFailed):
            await text_of(upstream, Outgoing(method, b"/projects/1", [], b""))
    assert flaky.seen == [b"GET", method.encode()]


async def test_nothing_is_repeated_twice():
    flaky = Flaky(None, None, OK)
    async with upstream_of(flaky) as upstream:
        with pytest.raises(UpstreamFailed):
            await text_of(upstream, Outgoing("GET", b"/projects", []))
    assert len(flaky.seen) == 2


async def test_retries_end_with_their_budget():
    flaky = Flaky(*[None] * 100)
    async with upstream_of(flaky, breaker=Breaker(threshold=1000)) as upstream:
        for _ in range(40):
            with pytest.raises(UpstreamFailed):
                await text_of(upstream, Outgoing("GET", b"/projects", []))
    assert 50 <= len(flaky.seen) <= 40 + 10 + 40 * 0.15


async def test_a_streamed_body_is_not_repeated_even_with_a_key():
    async def body():
        yield b"once"

    flaky = Flaky(None, OK)
    async with upstream_of(flaky) as upstream:
        with pytest.raises(UpstreamFailed):
            await text_of(upstream, Outgoing("POST", b"/projects", [], body(), is_keyed=True))
    assert len(flaky.seen) == 1


async def test_an_open_breaker_asks_nothing_until_its_pause_is_over():
    now = 0.0
    flaky = Flaky(None, None, OK, OK)
    async with upstream_of(flaky, breaker=Breaker(threshold=2, pause=1.0, clock=lambda: now)) as upstream:
        for _ in range(2):
            with pytest.raises(UpstreamFailed):
                await text_of(upstream, Outgoing("DELETE", b"/projects/1", []))
        with pytest.raises(UpstreamUnavailable):
            await text_of(upstream, Outgoing("GET", b"/projects", []))
        assert len(flaky.seen) == 2
        now = 1.5
        assert await text_of(upstream, Outgoing("GET", b"/projects", [])) == b"ok"
        assert await text_of(upstream, Outgoing("GET", b"/projects", [])) == b"ok"
        assert not upstream.breaker.is_open


async def test_an_answer_that_breaks_off_frees_its_connection():
    # After the half comes the end of the connection: the next request finds a new one.
    flaky = Flaky(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nhalf", OK)
    async with upstream_of(flaky) as upstream:
        with pytest.raises(UpstreamFailed):
            await text_of(upstream, Outgoing("GET", b"/projects", []))
        assert upstream._pool._free._value == 4
        assert await text_of(upstream, Outgoing("GET", b"/projects", [])) == b"ok"
