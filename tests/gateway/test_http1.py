"""The connection to an upstream, against every way in which HTTP/1.1 ends a message, and some in which it does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.http1 import HIGH_WATER, Broken
from gateway.pool import Pool, PoolBusy

PATIENCE = 2.0
GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"


@asynccontextmanager
async def pool_to(*answers: bytes, ends: bool = False, most: int = 2) -> AsyncIterator[Pool]:
    """A pool to a server that gives these answers one after the other, on whichever connection."""
    left = list(answers)
    connections: list[asyncio.Task[None] | None] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.current_task())
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(left.pop(0))
                await writer.drain()
                if ends:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pool = Pool(f"http://127.0.0.1:{port}", most=most, acquire_timeout=0.05, connect_timeout=1.0)
    pool.connections = connections  # type: ignore[attr-defined]
    yield pool
    pool.close()
    server.close()
    await asyncio.gather(*connections)
    await server.wait_closed()


async def ask(pool: Pool, head: bytes = GET) -> tuple[int, bytes, bool]:
    connection = await pool.acquire()
    try:
        answered = connection.begin(head, is_head=head.startswith(b"HEAD"))
        connection.sent()
        answer = await answered
        return answer.status, await answer.read(PATIENCE), connection.is_reusable
    finally:
        pool.release(connection)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", (200, b"ok", True)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", (200, b"", True)),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"", True)),
        (b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n', (304, b"", True)),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", (200, b"ok", True)),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", (200, b"ok", False)),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok", (201, b"ok", True)),
    ],
)
async def test_an_answer_ends_where_it_says(answer, expected):
    async with pool_to(answer) as pool:
        assert await ask(pool) == expected


async def test_an_answer_may_end_with_its_connection():
    async with pool_to(b"HTTP/1.1 200 OK\r\n\r\nall of it", ends=True) as pool:
        assert await ask(pool) == (200, b"all of it", False)


async def test_the_answer_to_head_has_no_body_whatever_length_it_tells():
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    async with pool_to(answer, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") as pool:
        assert await ask(pool, b"HEAD / HTTP/1.1\r\nhost: a\r\n\r\n") == (200, b"", True)
        assert await ask(pool) == (200, b"ok", True)
        assert len(pool.connections) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
        b"SSH-2.0-OpenSSH\r\n\r\n",
    ],
)
async def test_an_answer_that_breaks_off_is_never_taken_for_a_whole_one(answer):
    async with pool_to(answer, ends=True) as pool:
        with pytest.raises(Broken):
            await ask(pool)


async def test_what_comes_unasked_costs_the_connection_and_reaches_nobody():
    smuggled = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen"
    honest = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    async with pool_to(honest + smuggled, honest) as pool:
        assert await ask(pool) == (200, b"ok", False)
        assert await ask(pool) == (200, b"ok", True)
        assert len(pool.connections) == 2


async def test_trailers_are_dropped():
    body = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nok\r\n0\r\nX: late\r\n\r\n"
    async with pool_to(body) as pool:
        connection = await pool.acquire()
        answered = connection.begin(GET, is_head=False)
        connection.sent()
        answer = await answered
        assert await answer.read(PATIENCE) == b"ok"
        assert [name for name, _ in answer.headers] == [b"transfer-encoding", b"trailer"]
        pool.release(connection)


async def test_a_kept_connection_is_used_again_and_a_closed_one_is_not():
    honest = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    async with pool_to(*[honest] * 3) as pool:
        await ask(pool)
        await ask(pool)
        assert len(pool.connections) == 1
        pool._idle[0].close()
        assert await ask(pool) == (200, b"ok", True)
        assert len(pool.connections) == 2


async def test_a_connection_that_has_lived_long_is_not_used_again_however_busy_it_was(monkeypatch):
    """One that is kept for ever stays with the pod it began with, until that pod ends under a request."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    async with pool_to(*[answer] * 4) as pool:
        await ask(pool)
        await ask(pool)
        assert len(pool.connections) == 1
        monkeypatch.setattr("gateway.pool.LIFE", 0.0)
        await ask(pool)
        await ask(pool)
        assert len(pool.connections) == 3
        assert not pool._idle


async def test_an_upstream_waits_for_a_slow_client():
    size = 8 * HIGH_WATER
    async with pool_to(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (size, b"x" * size)) as pool:
        connection = await pool.acquire()
        answered = connection.begin(GET, is_head=False)
        connection.sent()
        answer = await answered
        most = read = 0
        async for piece in answer.pieces(PATIENCE):
            read += len(piece)
            for _ in range(3):
                await asyncio.sleep(0)
            most = max(most, connection._waiting)
        pool.release(connection)
        assert read == size
        assert most < 3 * HIGH_WATER


async def test_a_body_that_stops_coming_times_out():
    async with pool_to(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok") as pool:
        connection = await pool.acquire()
        answered = connection.begin(GET, is_head=False)
        answer = await answered
        with pytest.raises(TimeoutError):
            await answer.read(0.05)
        pool.release(connection)


async def test_who_waits_too_long_for_a_connection_is_told():
    honest = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    async with pool_to(*[honest] * 2, most=1) as pool:
        await ask(pool)
        held = await pool.acquire()
        with pytest.raises(PoolBusy):
            await pool.acquire()
        pool.release(held)
        assert (await ask(pool))[1] == b"ok"
