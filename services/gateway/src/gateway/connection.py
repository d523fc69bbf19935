"""What uvicorn knows of a connection and ASGI does not tell: that the server wants to end, and how to drop a client that does not read.

And what uvicorn would wait for without end: a request's head that does not come, an answer that nobody reads. A client that is slow in
either way is dropped, so that thousands of them are no more than thousands of timers.
"""

import asyncio
from collections.abc import Callable

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "interlock.connection"
HEAD_WITHIN = 15.0
"""Seconds in which the head of a request must have come, from the connection or from its first byte on."""
READ_WITHIN = 30.0
"""Seconds in which a client must have read what waits for it, but for a few kilobytes, once it has left tens of them unread."""


class Connection:
    """`scope["extensions"]["interlock.connection"]` of every request."""

    def __init__(self, abort: Callable[[], None]) -> None:
        self.abort = abort
        """Drop the connection at once, with whatever waits in it."""
        self.on_closing: Callable[[], None] | None = None
        """Called when the server begins to end: an answer without an end should find one."""


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with a `Connection` for the application, for clients that do not take for ever."""

    _until_head: asyncio.TimerHandle | None = None
    _until_read: asyncio.TimerHandle | None = None

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
        super().data_received(data)
        if self._until_head is None and (self.cycle is None or self.cycle.response_complete):
            self._until_head = self.loop.call_later(HEAD_WITHIN, self._abort)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"connection": Connection(self._abort)}}

    def on_headers_complete(self) -> None:
        """Its head is here."""
        self._head_is_here()
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
