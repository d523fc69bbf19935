"""The least HTTP client: kept connections, whole bodies, no errors. Also the load generator, so that it costs both sides the same."""

import asyncio
from collections import deque
from typing import cast

import httptools


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._answered: asyncio.Future[Connection]
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        answered = getattr(self, "_answered", None)
        if answered is not None and not answered.done():
            answered.set_exception(exc or ConnectionResetError("the server closed the connection"))

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._answered.set_result(self)

    def send(self, request: bytes) -> "asyncio.Future[Connection]":
        self.headers, self.body = [], b""
        self._parser = httptools.HttpResponseParser(self)
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answered

    def close(self) -> None:
        self._transport.close()

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()


class Pool:
    """Connections to one server; as many as there are requests at once."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: deque[Connection] = deque()

    async def request(self, method: str, target: str, headers: bytes = b"", body: bytes = b"") -> Connection:
        """Send and wait for the whole answer. The connection is the answer, until the next request."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                break
        else:
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(Connection, self._host, self._port)
        head = f"{method} {target} HTTP/1.1\r\nHost: {self._host}\r\n".encode() + headers
        length = b"Content-Length: %d\r\n" % len(body) if body else b""
        answer = await connection.send(head + length + b"\r\n" + body)
        self._idle.append(connection)
        return answer

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
