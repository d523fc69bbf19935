"""The services behind the gateway: each has its own connections, its own breaker and its own retry budget."""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog

from chassis.problem import Problem, Unavailable
from gateway.breaker import Breaker
from gateway.http1 import Answer, Broken, Connection, RawHeaders
from gateway.pool import Pool, PoolBusy
from gateway.retry_budget import RetryBudget

ACQUIRE_TIMEOUT = 0.1
CONNECT_TIMEOUT = 1.0
DEADLINE_HEADER = b"interlock-deadline"
"""Milliseconds that the caller will still wait."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose empty body is announced as such."""

log = structlog.stdlib.get_logger(__name__)

Body = bytes | AsyncIterable[bytes]


class UpstreamUnavailable(Unavailable):
    """The service behind this route cannot be reached; the request was not begun."""

    slug, title = "upstream-unavailable", "The service behind this route is away"


class UpstreamBusy(Unavailable):
    """The service behind this route has too many requests under way; this one was not begun."""

    slug, title = "upstream-busy", "The service behind this route is busy"


class UpstreamFailed(Problem):
    """The service behind this route broke the connection. A write may or may not have happened: repeat it with its `Idempotency-Key`."""

    slug, status, title = "upstream-failed", 502, "The service behind this route broke off"


class UpstreamTimeout(Problem):
    """The service behind this route did not answer in time. A write may still happen: repeat it with its `Idempotency-Key`."""

    slug, status, title = "upstream-timeout", 504, "The service behind this route takes too long"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request for an upstream. `target` is path and query exactly as they go on the wire."""

    method: str
    target: bytes
    headers: RawHeaders = field(default_factory=list)
    """Without `Host` and what frames the body."""
    body: Body = b""
    length: int | None = None
    """Of a body that comes in pieces, if it is known."""
    is_keyed: bool = False
    """It is a POST that carries an Idempotency-Key: done twice, it is done once. Of other methods services keep no keys."""

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be sent a second time when it is not known what became of the first."""
        return isinstance(self.body, bytes) and (self.method in {"GET", "HEAD"} or self.is_keyed)


class Upstream:
    """One service. Use `exchange`; `close` when done."""

    def __init__(
        self, name: str, url: str, *, connections: int, deadline: float, breaker: Breaker | None = None
    ) -> None:
        self.name = name
        self.breaker = breaker or Breaker()
        self.deadline = deadline
        self._host = urlsplit(url).netloc.encode()
        self._retries = RetryBudget()
        self._pool = Pool(url, most=connections, acquire_timeout=ACQUIRE_TIMEOUT, connect_timeout=CONNECT_TIMEOUT)

    def close(self) -> None:
        """Close every idle connection."""
        self._pool.close()

    @asynccontextmanager
    async def exchange(self, request: Outgoing) -> AsyncIterator[Answer]:
        """Send, wait for the answer's head, and hold its connection until the block ends.

        Raises UpstreamBusy, UpstreamUnavailable, UpstreamFailed or UpstreamTimeout, and what iterating the request's body raises.
        """
        connection, answer = await self._send_and_repeat(request)
        try:
            yield answer
        except TimeoutError as error:
            raise UpstreamTimeout from error
        except Broken as error:
            raise UpstreamFailed from error
        finally:
            self._pool.release(connection)

    async def _send_and_repeat(self, request: Outgoing) -> tuple[Connection, Answer]:
        self._retries.earn()
        until = time.monotonic() + self.deadline
        try:
            return await self._send(request, until)
        except (UpstreamUnavailable, UpstreamFailed) as error:
            if not request.is_repeatable or self.breaker.is_open or not self._retries.spend():
                raise
            log.info("repeating a request", upstream=self.name, method=request.method, because=error.slug)
            return await self._send(request, until)

    async def _send(self, request: Outgoing, until: float) -> tuple[Connection, Answer]:
        connection = await self._connection()
        try:
            async with asyncio.timeout(until - time.monotonic()):
                answer = await self._ask(connection, request, until)
        except BaseException as error:
            connection.close()
            self._pool.release(connection)
            match error:
                case Broken():
                    self._lost(request, error)
                    raise UpstreamFailed from error
                case TimeoutError():
                    # Behind a body that comes in pieces it may be the client that is slow: that must not cut the others off.
                    self._lost(request, error, is_upstreams_fault=isinstance(request.body, bytes))
                    raise UpstreamTimeout from error
            raise
        self.breaker.succeeded()
        return connection, answer

    async def _connection(self) -> Connection:
        if not self.breaker.admit():
            raise UpstreamUnavailable
        try:
            return await self._pool.acquire()
        except PoolBusy:
            raise UpstreamBusy from None
        except (OSError, TimeoutError) as error:
            self.breaker.failed()
            log.warning("cannot connect", upstream=self.name, error=repr(error))
            raise UpstreamUnavailable from error

    async def _ask(self, connection: Connection, request: Outgoing, until: float) -> Answer:
        left = b"%d" % max(1, int((until - time.monotonic()) * 1000))
        head = [b"%b %b HTTP/1.1\r\nhost: %b\r\n" % (request.method.encode(), request.target, self._host)]
        head += [b"%b: %b\r\n" % header for header in (*request.headers, (DEADLINE_HEADER, left))]
        if isinstance(request.body, bytes):
            framing = (
                b"content-length: %d\r\n\r\n" % len(request.body)
                if request.body or request.method in WITH_BODY
                else b"\r\n"
            )
            answered = connection.begin(b"".join([*head, framing, request.body]), is_head=request.method == "HEAD")
            connection.sent()
            return await answered
        framing = (
            b"transfer-encoding: chunked\r\n\r\n"
            if request.length is None
            else b"content-length: %d\r\n\r\n" % request.length
        )
        answered = connection.begin(b"".join([*head, framing]), is_head=False)
        async for piece in request.body:
            if answered.done():  # it has heard enough
                return answered.result()
            await connection.write(piece if request.length is not None else b"%x\r\n%b\r\n" % (len(piece), piece))
        if request.length is None:
            await connection.write(b"0\r\n\r\n")
        connection.sent()
        return await answered

    def _lost(self, request: Outgoing, error: Exception, *, is_upstreams_fault: bool = True) -> None:
        if is_upstreams_fault:
            self.breaker.failed()
        log.warning(
            "no answer",
            upstream=self.name,
            method=request.method,
            target=request.target.decode("latin-1"),
            error=repr(error),
        )
