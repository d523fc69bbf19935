"""The services behind the gateway: each has its own connections, its own breaker and its own retry budget."""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import structlog
from yarl import URL

from chassis.problem import Problem, Unavailable
from gateway.breaker import Breaker
from gateway.retry_budget import RetryBudget

ACQUIRE_TIMEOUT = 0.1
CONNECT_TIMEOUT = 1.0
KEEP_ALIVE = 4.0
"""Seconds. Less than a server keeps an idle connection (uvicorn: 5), so that we never write to one that is being closed."""
DEADLINE_HEADER = "Interlock-Deadline"
"""Milliseconds that the caller will still wait."""

log = structlog.stdlib.get_logger(__name__)

Headers = Sequence[tuple[str, str]]
Body = bytes | AsyncIterable[bytes] | None


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
    target: str
    headers: Headers
    body: Body = None
    is_keyed: bool = False
    """It carries an Idempotency-Key: done twice, it is done once."""

    @property
    def is_buffered(self) -> bool:
        """Whether the whole body is here."""
        return self.body is None or isinstance(self.body, bytes)

    @property
    def is_repeatable(self) -> bool:
        """Whether it may be sent a second time when it is not known what became of the first."""
        return self.is_buffered and (self.method in {"GET", "HEAD"} or self.is_keyed)


class Upstream:
    """One service. Use `exchange`; `close` when done."""

    def __init__(
        self, name: str, url: str, *, connections: int, deadline: float, breaker: Breaker | None = None
    ) -> None:
        self.name = name
        self.breaker = breaker or Breaker()
        self._origin = url.rstrip("/")
        self._deadline = deadline
        self._retries = RetryBudget()
        self._slots = asyncio.Semaphore(connections)
        # The semaphore bounds the connections: only it can tell "all busy" from "cannot connect".
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE, ttl_dns_cache=10),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=deadline),
        )
        # aiohttp would silently repeat any DELETE on a connection that broke; what is repeated is decided here.
        self._session._retry_connection = False  # noqa: SLF001

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    @asynccontextmanager
    async def exchange(self, request: Outgoing) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send, wait for the answer's head, and hold its connection until the block ends.

        Raises UpstreamBusy, UpstreamUnavailable, UpstreamFailed or UpstreamTimeout.
        """
        await self._acquire()
        try:
            until = time.monotonic() + self._deadline
            response = await self._send_and_repeat(request, until)
            try:
                yield response
            finally:
                response.release()
        finally:
            self._slots.release()

    async def _acquire(self) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(ACQUIRE_TIMEOUT):
                await self._slots.acquire()
        except TimeoutError:
            raise UpstreamBusy from None

    async def _send_and_repeat(self, request: Outgoing, until: float) -> aiohttp.ClientResponse:
        self._retries.earn()
        try:
            return await self._send(request, until)
        except (UpstreamUnavailable, UpstreamFailed) as error:
            if not request.is_repeatable or self.breaker.is_open or not self._retries.spend():
                raise
            log.info("repeating a request", upstream=self.name, method=request.method, because=error.slug)
            return await self._send(request, until)

    async def _send(self, request: Outgoing, until: float) -> aiohttp.ClientResponse:
        if not self.breaker.admit():
            raise UpstreamUnavailable
        left = until - time.monotonic()
        try:
            async with asyncio.timeout(left):
                response = await self._session.request(
                    request.method,
                    URL(self._origin + request.target, encoded=True),
                    headers=[*request.headers, (DEADLINE_HEADER, str(max(1, int(left * 1000))))],
                    data=request.body,
                    allow_redirects=False,
                )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            self._lost(request, error)
            raise UpstreamUnavailable from error
        except TimeoutError as error:
            # Behind a streamed body it may be the client that is slow: that must not cut the others off.
            self._lost(request, error, is_upstreams_fault=request.is_buffered)
            raise UpstreamTimeout from error
        except aiohttp.ClientError as error:
            self._lost(request, error)
            raise UpstreamFailed from error
        self.breaker.succeeded()
        return response

    def _lost(self, request: Outgoing, error: Exception, *, is_upstreams_fault: bool = True) -> None:
        if is_upstreams_fault:
            self.breaker.failed()
        log.warning("no answer", upstream=self.name, method=request.method, target=request.target, error=repr(error))
