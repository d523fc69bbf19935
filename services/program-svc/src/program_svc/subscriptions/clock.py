"""The part of the worker that sends the reports that are due."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from chassis.database import Database
from program_svc.clock import LOOK_EVERY, Clock
from program_svc.subscriptions.due import deliver_due


def today_in_utc() -> date:
    """The day it is."""
    return datetime.now(UTC).date()


class Subscriptions(Clock):
    """Sends what is due."""

    name = "subscriptions"

    def __init__(self, database: Database, today: Callable[[], date] = today_in_utc, every: float = LOOK_EVERY) -> None:
        super().__init__(every)
        self._database, self._today = database, today

    async def look(self) -> int:
        """How many reports were sent."""
        return await deliver_due(self._database, self._today())
