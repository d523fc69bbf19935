"""One HTTP/1.1 connection to an upstream, parsed by httptools (llhttp), one request at a time.

Nothing here decides anything: no redirects, cookies, decompression, retries. That is why it costs a third of a general client.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import cast

import httptools

HIGH_WATER = 256 * 1024
"""Bytes of an answer that wait for a slow client before the upstream is told to wait as well."""

RawHeaders = list[tuple[bytes, bytes]]


class Broken(ConnectionError):
    """The connection ended, or what came over it was not HTTP, before the answer was complete."""


class Answer:
    """An answer whose head is here: `status`, `headers` (lower-case names), and the body as it comes."""

    def __init__(self, connection: "Connection", status: int, headers: RawHeaders) -> None:
        self.status = status
        self.headers = headers
        self._connection = connection

    def header(self, name: bytes) -> bytes | None:
        """The first header of this (lower-case) name."""
        return next((value for known, value in self.headers if known == name), None)

    @property
    def length(self) -> int | None:
        """The announced length of the body in bytes."""
        value = self.header(b"content-length")
        return int(value) if value is not None else None

    async def pieces(self, patience: float) -> AsyncIterator[bytes]:
        """The body, as it comes. Raises Broken, or TimeoutError when nothing comes for `patience` seconds."""
        while (piece := await self._connection.next_piece(patience)) is not None:
            yield piece

    async def read(self, patience: float) -> bytes:
        """The whole body. Raises like `pieces`."""
        pieces = []
        while (piece := await self._connection.next_piece(patience)) is not None:
            pieces.append(piece)
        return b"".join(pieces)


class Connection(asyncio.Protocol):
    """A connection. After `is_reusable`, it takes the next request; else close it."""

    def __init__(self) -> None:
        self.opened_at = time.monotonic()
        self._transport: asyncio.Transport
        self._parser: httptools.HttpResponseParser | None = None
        self._answered: asyncio.Future[Answer] | None = None
        self._headers: RawHeaders = []
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._news = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_head = False
        self._is_sent = False
        self._is_complete = True
        self._is_reading_paused = False
        self._keeps_alive = False
        self._ends_with_connection = False
        self._lost: Broken | None = None

    @property
    def is_reusable(self) -> bool:
        """Whether the last exchange is over on both sides and the server keeps the connection."""
        return self._is_complete and self._is_sent and self._keeps_alive and not self._transport.is_closing()

    def begin(self, head: bytes, *, is_head: bool) -> "asyncio.Future[Answer]":
        """Send a request's head, or all of it; the future is its answer."""
        self._parser = httptools.HttpResponseParser(self)
        self._answered = asyncio.get_running_loop().create_future()
        self._headers, self._is_head = [], is_head
        self._is_complete = self._is_sent = self._keeps_alive = False
        self._pieces.clear()
        self._news.clear()
        self._transport.write(head)
        return self._answered

    async def write(self, piece: bytes) -> None:
        """Send a piece of the body, when the upstream takes it. Raises Broken."""
        if self._lost is not None:
            raise self._lost
        self._transport.write(piece)
        await self._writable.wait()

    def sent(self) -> None:
        """The whole request is sent."""
        self._is_sent = True

    async def next_piece(self, patience: float) -> bytes | None:
        """The next piece of the answer's body, None after the last. Raises Broken, TimeoutError."""
        while not self._pieces:
            if self._is_complete:
                return None
            if self._lost is not None:
                raise self._lost
            self._news.clear()
            async with asyncio.timeout(patience):
                await self._news.wait()
        piece = self._pieces.popleft()
        self._waiting -= len(piece)
        if self._is_reading_paused and self._waiting <= HIGH_WATER // 2:
            self._is_reading_paused = False
            self._transport.resume_reading()
        return piece

    def close(self) -> None:
        """Drop the connection, whatever is under way on it."""
        if self._answered is not None:
            self._answered.cancel()
        self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        if self._parser is None or self._is_complete:
            self._transport.abort()  # nobody asked
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(Broken(f"not an HTTP answer: {error}"))
            self._transport.abort()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._writable.set()
        if exc is None and self._ends_with_connection:
            self._complete()
        self._fail(Broken(str(exc or "the upstream closed the connection")))

    # What httptools calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is here. One of 1xx is followed by the real one."""
        parser, answered = self._parser, self._answered
        if parser is None or answered is None or answered.done():
            raise Broken("an answer that nobody asked for")
        status = parser.get_status_code()
        if status < 200:
            self._headers = []
            return
        names = {name for name, _ in self._headers}
        self._keeps_alive = parser.should_keep_alive()
        self._ends_with_connection = names.isdisjoint({b"content-length", b"transfer-encoding"})
        answered.set_result(Answer(self, status, self._headers))
        self._headers = []  # trailers end here
        if self._is_head:
            self._complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._pieces.append(body)
        self._waiting += len(body)
        self._news.set()
        if self._waiting > HIGH_WATER and not self._is_reading_paused:
            self._is_reading_paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """The end of the answer, unless it was one of 1xx."""
        if self._answered is not None and self._answered.done():
            self._complete()

    def _complete(self) -> None:
        self._is_complete = True
        self._ends_with_connection = False
        self._news.set()

    def _fail(self, error: Broken) -> None:
        self._lost = error
        self._news.set()
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error)
