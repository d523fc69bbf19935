"""A part of the worker that looks, now and then, for what is due."""

import asyncio
from abc import ABC, abstractmethod

import structlog

from chassis.health import Health

LOOK_EVERY = 60.0

log = structlog.stdlib.get_logger(__name__)


class Clock(ABC):
    """Looks every so many seconds, a minute unless told otherwise. See chassis.worker.Part."""

    name: str
    limit = 3 * LOOK_EVERY
    """Seconds without a look after which it counts as stuck."""

    def __init__(self, every: float = LOOK_EVERY) -> None:
        self._every = every
        self._stopped = asyncio.Event()

    @abstractmethod
    async def look(self) -> int:
        """Do what is due. How much that was."""

    async def run(self, health: Health) -> None:
        """Look until `stop`. Whatever goes wrong goes wrong for this look alone: the next one finds what is due as well."""
        while not self._stopped.is_set():
            health.beat(self.name, limit=self.limit)
            try:
                done = await self.look()
            except Exception as error:  # noqa: BLE001  (the database is away, say)
                log.warning(f"{self.name} not looked at", reason=str(error) or repr(error))
            else:
                if done:
                    log.info(f"{self.name} done", count=done)
            try:
                async with asyncio.timeout(self._every):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopped.set()
