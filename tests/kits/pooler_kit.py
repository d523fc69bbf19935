"""A pooler of transactions in front of PostgreSQL, as PgBouncer with `pool_mode = transaction`, over one connection of the server.

Whoever speaks has the server's connection until the server says that no transaction is open. Prepared statements are kept apart by
names of ours, as PgBouncer does with `max_prepared_statements`. Roles need no password.
"""

import asyncio
import itertools
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from local_stack.postgres import Postgres

_SSL_REQUEST, _READY, _TERMINATE = 80877103, b"Z", b"X"
_SYNC = (b"S", b"Q")
"""After these the server ends its answer by saying how the transaction stands."""


class Pooler:
    """`url` says how to reach it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, greeting: bytes) -> None:
        self._reader, self._writer, self._greeting = reader, writer, greeting
        self._turn = asyncio.Lock()
        self.answers = asyncio.Event()
        """Cleared, it is as if the server were frozen: connections are there, and nothing answers."""
        self.answers.set()
        self._numbers = itertools.count(1)
        self._clients: set[asyncio.Task[None]] = set()
        self._client: asyncio.StreamWriter | None = None
        self._standings: asyncio.Queue[bytes] = asyncio.Queue()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, from its greeting to its end."""
        serving = asyncio.current_task()
        assert serving is not None
        self._clients.add(serving)
        try:
            await _startup(reader, writer)
            await self.answers.wait()
            writer.write(self._greeting)
            number = next(self._numbers)
            while (message := await _message(reader))[0] != _TERMINATE:
                async with self._turn:
                    self._client = writer
                    await self._until_idle(message, number, reader)
        except (asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._clients.discard(serving)
            writer.close()

    async def close(self) -> None:
        """Leave every client."""
        serving = list(self._clients)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving)

    async def answer(self) -> None:
        """Hand on what the server says to the client whose turn it is, for ever."""
        while True:
            kind, body = await _message(self._reader)
            await self.answers.wait()
            if self._client is not None:
                self._client.write(_packed(kind, body))
            if kind == _READY:
                self._standings.put_nowait(body)

    async def _until_idle(self, message: tuple[bytes, bytes], number: int, reader: asyncio.StreamReader) -> None:
        while True:
            kind, body = message
            self._writer.write(_packed(kind, _renamed(kind, body, number)))
            if kind in _SYNC and await self._standings.get() == b"I":
                return
            message = await _message(reader)


@asynccontextmanager
async def pooled(postgres: Postgres, database: str) -> AsyncIterator[Pooler]:
    """A pooler in front of a database, until the block ends."""
    at = urlsplit(postgres.url(database).replace("postgresql+asyncpg", "postgresql"))
    folder = dict(each.split("=") for each in at.query.split("&"))["host"]
    reader, writer = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
    said = f"user\0{at.username}\0database\0{database}\0\0".encode()
    writer.write(struct.pack("!II", len(said) + 8, 3 << 16) + said)
    greeting, kind = b"", b""
    while kind != _READY:
        kind, body = await _message(reader)
        greeting += _packed(kind, body)
    pooler = Pooler(reader, writer, greeting)
    server = await asyncio.start_server(pooler.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pooler.url = f"postgresql://{at.username}@127.0.0.1:{port}/{database}"
    answering = asyncio.create_task(pooler.answer())
    try:
        yield pooler
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        server.close()
        await pooler.close()
        writer.close()


async def _startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        length, code = struct.unpack("!II", await reader.readexactly(8))
        await reader.readexactly(length - 8)
        if code != _SSL_REQUEST:
            return
        writer.write(b"N")


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(5)
    return head[:1], await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)


def _packed(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _renamed(kind: bytes, body: bytes, number: int) -> bytes:
    """The message with the prepared statement's name made this client's; the unnamed one needs none, it is prepared anew each time."""
    ours = f"client_{number}".encode()
    if kind == b"P":
        return body if body.startswith(b"\0") else ours + body
    if kind == b"B":
        portal, _, rest = body.partition(b"\0")
        return body if rest.startswith(b"\0") else portal + b"\0" + ours + rest
    if kind in {b"D", b"C"} and body[:1] == b"S" and body[1:2] != b"\0":
        return b"S" + ours + body[1:]
    return body
