"""What is watched of a consumer: how late its picture is, which boundaries are parked, what lies in quarantine.

Every worker asks the database and the stream for it, in a task of its own and whether or not it leads. So the figures stay true of a
consumer that starts again and again, and no worker goes on saying what was true when it led.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import Gauge
from sqlalchemy import text

from chassis import parking
from chassis.bus import Bus
from chassis.database import Database
from chassis.lateness import Lateness, Reached
from chassis.statements import fetch_row
from contracts.subjects import Stream

MEASURE_EVERY = 5.0

LAG = Gauge("interlock_consumer_lag", "Messages in the stream that the picture does not include yet", ["consumer"])
LAG_SECONDS = Gauge("interlock_consumer_lag_seconds", "Age of the oldest of them, 0 if there is none", ["consumer"])
PARKED = Gauge("interlock_parked_boundaries", "Boundaries whose events wait", ["consumer", "reason"])
QUARANTINED = Gauge("interlock_quarantined_events", "Events in quarantine, which wait for a person", ["consumer"])

_CURSOR = "SELECT stream_epoch, sequence FROM consumer_cursors WHERE consumer = $1"
_QUARANTINED = text("SELECT count(number) FROM quarantined_events")

log = structlog.stdlib.get_logger(__name__)


async def keep_measuring(what: str, *measures: Callable[[], Awaitable[None]]) -> None:
    """Measure every few seconds, for ever; whatever goes wrong goes wrong for this time alone."""
    while True:
        for measure in measures:
            try:
                await measure()
            except Exception as error:  # noqa: BLE001  (the database is away, say; the next time it may be back)
                log.warning("not measured", what=what, reason=str(error) or repr(error))
        await asyncio.sleep(MEASURE_EVERY)


class Watching:
    """The figures of one consumer, as one process sees them.

    overview: the database as the relay's role, which counts the quarantine of all organisations; without it that is not measured.
    """

    def __init__(
        self, consumer: str, stream: Stream, database: Database, bus: Bus, overview: Database | None = None
    ) -> None:
        self._consumer = consumer
        self._database = database
        self._overview = overview
        self._lateness = Lateness(stream, bus)

    async def run(self) -> None:
        """Measure for ever."""
        await keep_measuring(self._consumer, self._measure_lag, self._measure_parked)

    async def _measure_lag(self) -> None:
        async with self._database.transaction() as session:
            cursor = await fetch_row(session, _CURSOR, self._consumer)
        reached = None if cursor is None else Reached(cursor["stream_epoch"], cursor["sequence"])
        late = await self._lateness.behind(reached)
        if late is not None:
            LAG.labels(self._consumer).set(late.messages)
            LAG_SECONDS.labels(self._consumer).set(late.seconds)

    async def _measure_parked(self) -> None:
        if self._overview is not None:
            async with self._overview.transaction() as session:
                QUARANTINED.labels(self._consumer).set(await session.scalar(_QUARANTINED) or 0)
        async with self._database.transaction() as session:
            by_reason = await parking.counts(session)
        for reason, count in by_reason.items():
            PARKED.labels(self._consumer, reason).set(count)
