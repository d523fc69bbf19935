"""The part of the worker that looks, now and then, for what is due."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime

import structlog

from chassis.database import Database
from chassis.health import Health
from program_svc.subscriptions.due import deliver_due

LOOK_EVERY = 60.0

log = structlog.stdlib.get_logger(__name__)


def today_in_utc() -> date:
    """The day it is."""
    return datetime.now(UTC).date()


class Subscriptions:
    """Sends what is due, looking every minute. See chassis.worker.Part."""

    name = "subscriptions"

    def __init__(self, database: Database, today: Callable[[], date] = today_in_utc, every: float = LOOK_EVERY) -> None:
        self._database, self._today, self._every = database, today, every
        self._stopped = asyncio.Event()

    async def run(self, health: Health) -> None:
        """Look until `stop`. Whatever goes wrong goes wrong for this look alone: the next one finds what is due as well."""
        while not self._stopped.is_set():
            health.beat(self.name, limit=3 * LOOK_EVERY)
            try:
                sent = await deliver_due(self._database, self._today())
            except Exception as error:  # noqa: BLE001  (the database is away, say)
                log.warning("subscriptions not looked at", reason=str(error) or repr(error))
            else:
                if sent:
                    log.info("subscriptions delivered", reports=sent)
            try:
                async with asyncio.timeout(self._every):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopped.set()
