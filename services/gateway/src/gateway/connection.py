"""What uvicorn knows of a connection and ASGI does not tell: that the server wants to end, and how to drop a client that does not read.

And what uvicorn would wait for without end: a request's head that does not come, an answer that nobody reads. A client that is slow in
either way is dropped, so that thousands of them are no more than thousands of timers. And what it would keep without end: a head that
goes on and on. Whoever sends one has shown no token yet.
"""

import asyncio
from collections.abc import Callable

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis import failures
from chassis.problem import BadRequest
from gateway.finishing import NOTHING_RUNS, SECURITY

EXTENSION = "interlock.connection"
HEAD_WITHIN = 15.0
"""Seconds in which the head of a request must have come, from the connection or from its first byte on."""
MOST_HEAD = 64 * 1024
"""Bytes of a request's head: its target and its headers."""
TOO_LARGE = f"A request's head may have {MOST_HEAD} bytes."
READ_WITHIN = 30.0
"""Seconds in which a client must have read what waits for it, but for a few kilobytes, once it has left tens of them unread."""


class Connection:
    """`scope["extensions"]["interlock.connection"]` of every request."""

    def __init__(self, abort: Callable[[], None]) -> None:
        self.abort = abort
        """Drop the connection at once, with whatever waits in it."""
        self.on_closing: Callable[[], None] | None = None
        """Called when the server begins to end: an answer without an end should find one."""


class HeadTooLarge(Exception):
    """A request's head has more than MOST_HEAD bytes."""


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with a `Connection` for the application, for clients that do not take for ever."""

    _until_head: asyncio.TimerHandle | None = None
    _until_read: asyncio.TimerHandle | None = None
    _is_in_head = False
    _begun = 0
    """Requests whose first byte has come."""
    _come = 0
    """Bytes of this head in pieces before the one in hand, at least."""
    _piece = 0
    """Bytes in hand."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        """Somebody is there."""
        super().connection_made(transport)
        self._until_head = self.loop.call_later(HEAD_WITHIN, self._abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._head_is_here()
        self._is_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came. If it is of no request that is being answered, it is the beginning of one, or of no use."""
        self._piece, begun = len(data), self._begun
        super().data_received(data)
        if self._is_in_head and self._begun == begun:
            self._come += len(data)
            if self._come > MOST_HEAD and not self.transport.is_closing():
                self.send_400_response(TOO_LARGE)
        if self._until_head is None and (self.cycle is None or self.cycle.response_complete):
            self._until_head = self.loop.call_later(HEAD_WITHIN, self._abort)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_in_head, self._come = True, 0
        self._begun += 1
        self.scope["extensions"] = {EXTENSION: {"connection": Connection(self._abort)}}

    def on_headers_complete(self) -> None:
        """Its head is here. Raises HeadTooLarge."""
        self._head_is_here()
        self._is_in_head = False
        if self._come + self._piece > MOST_HEAD and self._head_size() > MOST_HEAD:
            raise HeadTooLarge
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is here, even if its answer has long been given."""
        self._head_is_here()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._until_read = self.loop.call_later(READ_WITHIN, self._abort)

    def resume_writing(self) -> None:
        """The client has read."""
        self._is_read()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more was asked: end, and wait for nobody to read the last answer."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        """The server begins to end."""
        connection = connection_of(dict(self.scope)) if self.cycle is not None else None
        super().shutdown()
        if connection is not None and connection.on_closing is not None:
            connection.on_closing()

    def send_400_response(self, msg: str) -> None:
        """What came is no request that can be read: say so, as the application would, and end."""
        is_large = msg == TOO_LARGE or (self.headers is not None and self._head_size() > MOST_HEAD)
        answer = failures.render(BadRequest(TOO_LARGE if is_large else "This is not HTTP as it should be."))
        headers = [
            *answer.raw_headers,
            NOTHING_RUNS,
            *SECURITY,
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        head = b"".join(b"%b: %b\r\n" % each for each in headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%b\r\n%b" % (head, bytes(answer.body)))
        self.transport.close()

    def _head_size(self) -> int:
        """Bytes of the target and the headers that have come."""
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _head_is_here(self) -> None:
        if self._until_head is not None:
            self._until_head.cancel()
            self._until_head = None

    def _is_read(self) -> None:
        if self._until_read is not None:
            self._until_read.cancel()
            self._until_read = None

    def _abort(self) -> None:
        self.transport.abort()


def connection_of(scope: Scope) -> Connection | None:
    """The request's connection; None where another server, or a test, called."""
    extension = scope.get("extensions", {}).get(EXTENSION)
    connection: Connection | None = extension["connection"] if extension is not None else None
    return connection
