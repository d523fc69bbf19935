"""What uvicorn knows of a connection and ASGI does not tell: that the server wants to end, and how to drop a client that does not read."""

from collections.abc import Callable

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "interlock.connection"


class Connection:
    """`scope["extensions"]["interlock.connection"]` of every request."""

    def __init__(self, abort: Callable[[], None]) -> None:
        self.abort = abort
        """Drop the connection at once, with whatever waits in it."""
        self.on_closing: Callable[[], None] | None = None
        """Called when the server begins to end: an answer without an end should find one."""


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with a `Connection` for the application."""

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"connection": Connection(self._abort)}}

    def shutdown(self) -> None:
        """The server begins to end."""
        connection = connection_of(dict(self.scope)) if self.cycle is not None else None
        super().shutdown()
        if connection is not None and connection.on_closing is not None:
            connection.on_closing()

    def _abort(self) -> None:
        self.transport.abort()


def connection_of(scope: Scope) -> Connection | None:
    """The request's connection; None where another server, or a test, called."""
    extension = scope.get("extensions", {}).get(EXTENSION)
    connection: Connection | None = extension["connection"] if extension is not None else None
    return connection
