"""Kept connections to one upstream, the latest used first, never more than `most`."""

import asyncio
import time
from collections import deque
from urllib.parse import urlsplit

from gateway.http1 import Connection

KEEP_ALIVE = 30.0
"""Seconds. Less than a server keeps an idle connection (ours: 75), so that we do not write to one that is being closed."""


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
        self._idle: deque[tuple[float, Connection]] = deque()

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
        if connection.is_reusable:
            self._idle.append((time.monotonic(), connection))
        else:
            connection.close()

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop()[1].close()

    def _kept(self) -> Connection | None:
        oldest = time.monotonic() - KEEP_ALIVE
        while self._idle and self._idle[0][0] < oldest:
            self._idle.popleft()[1].close()
        while self._idle:
            connection = self._idle.pop()[1]
            if connection.is_reusable:
                return connection
        return None

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._connect_timeout):
            _, connection = await loop.create_connection(Connection, self._host, self._port, ssl=self._ssl)
        return connection
