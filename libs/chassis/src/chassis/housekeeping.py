"""What an outbox needs besides its relay: to be measured every few seconds, and tidied up every hour.

Of the database alone, so that it goes on while NATS is away, which is when the outbox grows. Every worker measures, whether or not its
relay is the active one: all say the same, and none what was true when it last led.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import structlog
from prometheus_client import Gauge

from chassis.database import Database
from chassis.health import Health
from chassis.statements import execute, fetch, fetch_row
from contracts.subjects import Stream

MEASURE_EVERY = 5.0
TIDY_UP_EVERY = 3600.0
PATIENCE = 30.0
"""Seconds that one look, or one tidying up, may take."""

DEPTH = Gauge("interlock_outbox_depth", "Events that wait to be published", ["stream"])
OLDEST = Gauge("interlock_outbox_oldest_seconds", "Age of the oldest event that waits to be published", ["stream"])

_WAITING = """
    SELECT stream, count(*) AS depth, extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS oldest
    FROM outbox WHERE published_at IS NULL GROUP BY stream
"""
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('housekeeping', 0))"
# Answered keys are forgotten after a day. Partitions are made for the next days, and dropped when the stream has forgotten them too.
_TIDY_UP = (
    "DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'",
    "SELECT outbox_maintain()",
)

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows are unsent, and the age of the oldest in seconds."""

    depth: int = 0
    oldest: float = 0.0


async def waiting(overview: Database) -> dict[str | None, Waiting]:
    """What waits, by the stream that it goes to; None stands for the service's own. A stream for which nothing waits is not there.

    overview: the database as the relay's role.
    """
    async with overview.transaction() as session:
        rows = await fetch(session, _WAITING)
    return {row["stream"]: Waiting(row["depth"], max(row["oldest"], 0.0)) for row in rows}


async def tidy_up(overview: Database) -> None:
    """Forget old keys, make and drop partitions; whoever finds another one at it leaves it to that one.

    Raises asyncpg.LockNotAvailableError when the outbox is in use; another time will do.
    """
    for statement in _TIDY_UP:
        async with overview.transaction() as session:
            alone = await fetch_row(session, _ALONE)
            if alone is not None and alone[0]:
                await execute(session, statement)


class Housekeeping:
    """A part of the worker. `overview` is the database as the relay's role, `own` the stream that the service writes, `others` what else it sends to."""

    name = "housekeeping"

    def __init__(self, overview: Database, own: Stream, others: Sequence[str] = ()) -> None:
        self._overview = overview
        self._labels: dict[str | None, str] = {None: own.value, **{other: other for other in others}}
        self._tidied = float("-inf")
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """`run` returns when what is in hand is finished."""
        self._stopping.set()

    async def run(self, health: Health) -> None:
        """Measure and tidy up until `stop`; whatever goes wrong goes wrong for this time alone."""
        while not self._stopping.is_set():
            health.beat(self.name, limit=4 * PATIENCE)
            for work in (self._measure, self._tidy_up_if_due):
                try:
                    async with asyncio.timeout(PATIENCE):
                        await work()
                except Exception as error:  # noqa: BLE001  (the database is away, say; the next time it may be back)
                    log.warning("the outbox is not looked after", reason=str(error) or repr(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(MEASURE_EVERY):
                    await self._stopping.wait()

    async def _measure(self) -> None:
        found = await waiting(self._overview)
        for stream, label in self._labels.items():
            now = found.get(stream, Waiting())
            DEPTH.labels(label).set(now.depth)
            OLDEST.labels(label).set(now.oldest)

    async def _tidy_up_if_due(self) -> None:
        if time.monotonic() - self._tidied < TIDY_UP_EVERY:
            return
        try:
            await tidy_up(self._overview)
        except asyncpg.LockNotAvailableError:
            log.info("outbox partitions are in use; next try in an hour")
        self._tidied = time.monotonic()
