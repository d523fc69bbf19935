"""One attempt to post one delivery: a connection of its own to the checked address, a bounded time, a bounded look at the answer."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from gateway.http1 import Answer, Broken, Connection
from gateway.webhooks.address import AddressGuard, AddressRefused, Target

TIMEOUT = 15.0
"""Seconds for everything, the look-up of the name included."""
MOST_HEAD = 64 * 1024
"""Bytes of an answer until its head is complete."""
MOST_SNIPPET = 1024
"""Bytes of an answer's body that are read; then the connection is dropped."""
USER_AGENT = "Interlock-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: a status, or an error."""

    latency_ms: int
    status: int | None = None
    error: str | None = None
    answer: str = ""
    """The first bytes of the answer's body as text."""
    retry_after: str | None = None

    @property
    def is_accepted(self) -> bool:
        """2xx, and nothing else."""
        return self.status is not None and 200 <= self.status < 300


class Sender:
    """Posts deliveries. `trust` verifies servers; the system's authorities, if not given."""

    def __init__(self, guard: AddressGuard, *, timeout: float = TIMEOUT, trust: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._timeout = timeout
        self._trust = trust or ssl.create_default_context()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Post; never raises for what the other side does."""
        began = time.perf_counter()
        status, error, answer, retry_after = None, None, "", None
        try:
            async with asyncio.timeout(self._timeout):
                target = await self._guard.resolve(url)
                connection = await self._connect(target)
                try:
                    told = await _ask(connection, target, headers, body)
                    status, retry_after = told.status, (told.header(b"retry-after") or b"").decode("latin-1") or None
                    answer = await _snippet(told, self._timeout)
                finally:
                    connection.close()
        except TimeoutError:
            error = f"no complete answer within {self._timeout:g} s"
        except (
            AddressRefused,
            Broken,
            OSError,
            UnicodeError,
        ) as problem:  # ssl.SSLError is an OSError; UnicodeError: a name that is none
            error = str(problem) or type(problem).__name__
        if status is not None:
            error = None  # the rest of its answer does not matter
        latency = int((time.perf_counter() - began) * 1000)
        return Outcome(latency, status, error and error[:300], answer, retry_after)

    async def _connect(self, target: Target) -> Connection:
        """To the first of the addresses that takes the connection. Raises OSError."""
        *others, last = target.addresses
        for address in others:
            with suppress(OSError):
                return await self._connect_to(address, target)
        return await self._connect_to(last, target)

    async def _connect_to(self, address: str, target: Target) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            _Bounded,
            address,
            target.port,
            ssl=self._trust if target.is_tls else None,
            server_hostname=target.host if target.is_tls else None,
        )
        return connection


class _Bounded(Connection):
    """A connection that gives up on an answer whose head does not end."""

    def __init__(self) -> None:
        super().__init__()
        self._come = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._come += len(data)
        if self._come > MOST_HEAD and self._answered is not None and not self._answered.done():
            self._fail(Broken("the answer's head is too large"))
            self._transport.abort()


async def _ask(connection: Connection, target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
    told = {"user-agent": USER_AGENT, "content-type": "application/cloudevents+json", "connection": "close", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items()).encode("latin-1")
    head = b"POST %b HTTP/1.1\r\nhost: %b\r\ncontent-length: %d\r\n%b\r\n" % (
        target.path,
        target.authority,
        len(body),
        lines,
    )
    answered = connection.begin(head + body, is_head=False)
    connection.sent()
    return await answered


async def _snippet(answer: Answer, patience: float) -> str:
    found = b""
    async for piece in answer.pieces(patience):
        found += piece
        if len(found) >= MOST_SNIPPET:
            break
    return found[:MOST_SNIPPET].decode("utf-8", "replace").replace("\x00", "�")
