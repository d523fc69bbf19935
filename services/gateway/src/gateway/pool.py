"""Kept connections to one upstream, the latest used first, never more than `most`."""

import asyncio
import time
from collections import deque
from urllib.parse import urlsplit

from gateway.http1 import Connection

LIFE = 5.0
"""Seconds after which a connection is not used again. A pod that is told to end gets no new ones and waits twice as long for its signal: by
then nobody writes to it any more. Load spreads to pods that came later. And a server keeps an idle one longer (ours: 75)."""


class PoolBusy(Exception):
    """Every connection was in use for too long."""


class Pool:
    """Use `acquire`, then `release` exactly once for each connection."""

    def __init__(self, url: str, *, most: int, acquire_timeout: float, connect_timeout: float) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._ssl = True if parts.scheme == "https" else None
        self._acquire_timeout = acquire_timeout
        self._connect_timeout = connect_timeout
        self._free = asyncio.Semaphore(most)
        self._idle: deque[Connection] = deque()

    async def acquire(self) -> Connection:
        """A connection. Raises PoolBusy; OSError or TimeoutError when the upstream cannot be reached."""
        if self._free.locked():
            try:
                async with asyncio.timeout(self._acquire_timeout):
                    await self._free.acquire()
            except TimeoutError:
                raise PoolBusy from None
        else:
            await self._free.acquire()
        try:
            return self._kept() or await self._connect()
        except BaseException:
            self._free.release()
            raise

    def release(self, connection: Connection) -> None:
        """Give a connection back; one that cannot take another request is closed."""
        self._free.release()
        if _is_good(connection):
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> Connection | None:
        while self._idle and not _is_good(self._idle[0]):
            self._idle.popleft().close()
        while self._idle:
            connection = self._idle.pop()
            if _is_good(connection):
                return connection
            connection.close()
        return None

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._connect_timeout):
            _, connection = await loop.create_connection(Connection, self._host, self._port, ssl=self._ssl)
        return connection


def _is_good(connection: Connection) -> bool:
    return connection.is_reusable and time.monotonic() - connection.opened_at < LIFE
