"""Where a consumer stands in its stream, in our own database, and whether it can go on from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis import parking, streams
from chassis.projection import Projection
from contracts.subjects import BoundaryKind, Stream

REBUILDS = Counter(
    "interlock_consumer_rebuilds_total",
    "Times that what we know could not be gone on from: the stream was not as we had left it, or we are to know more",
    ["consumer", "why"],
)

CURSORS = "consumer_cursors"

_START = text("""
    INSERT INTO consumer_cursors (consumer, stream, stream_epoch, sequence, picture)
    VALUES (:consumer, :stream, :epoch, 0, :picture) ON CONFLICT DO NOTHING
""")
_READ = text("SELECT stream_epoch, sequence, picture FROM consumer_cursors WHERE consumer = :consumer")
# Null, which the column refuses, unless the cursor is where it was left. Without parameters, which would make it a message of its own.
_MOVE = """
    UPDATE consumer_cursors SET updated_at = now(),
        sequence = CASE WHEN stream_epoch = '{epoch}' AND sequence = {sequence:d} THEN {to:d} END
    WHERE consumer = '{consumer}'
"""
_RESET = text(
    "UPDATE consumer_cursors SET stream_epoch = :epoch, sequence = :to, updated_at = now() WHERE consumer = :consumer"
)
_EXTEND = text("UPDATE consumer_cursors SET picture = :picture WHERE consumer = :consumer")

log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True)
class Cursor:
    """The last sequence of the stream of this epoch whose effects are committed."""

    epoch: datetime
    sequence: int

    def moving(self, consumer: str, to: int) -> str:
        """The statement by which a transaction stands there once it is committed; asyncpg.NotNullViolationError if somebody else has moved it.

        consumer: its name, of letters, digits and hyphens.
        """
        return _MOVE.format(epoch=self.epoch.isoformat(), sequence=self.sequence, to=to, consumer=consumer)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a lease of a consumer finds its place. Without snapshots nothing can be made anew."""

    consumer: str
    stream: Stream
    projection: Projection
    has_snapshots: bool

    async def cursor(self, connection: AsyncConnection, now: streams.StreamState) -> Cursor:
        """Where to go on. Raises StreamNotAsLeft when the stream cannot be gone on with and nobody has snapshots to rebuild from."""
        picture = self.projection.picture
        beginning = {"stream": self.stream.value, "epoch": now.epoch, "picture": picture}
        await connection.execute(_START, {"consumer": self.consumer, **beginning})
        row = (await connection.execute(_READ, {"consumer": self.consumer})).one()
        await connection.commit()
        cursor = Cursor(row.stream_epoch, row.sequence)
        if row.picture != picture:
            await self._extend(connection)
        try:
            streams.verify(now, cursor.epoch, cursor.sequence)
        except streams.StreamNotAsLeft as error:
            return await self._start_over(connection, now, cursor, error)
        return cursor

    async def _start_over(
        self, connection: AsyncConnection, now: streams.StreamState, left: Cursor, error: streams.StreamNotAsLeft
    ) -> Cursor:
        """Go on with a stream that is not as we left it.

        Where it merely ends earlier, what was lost comes again and is judged by its revision. Where messages are missing that we may not
        have read, no boundary is trusted any more: each is restored from a snapshot.
        """
        is_shortened = now.epoch == left.epoch and now.last < left.sequence
        if not is_shortened and not self.has_snapshots:
            raise error
        to = now.last if is_shortened else max(now.first - 1, 0)
        kinds = [] if is_shortened else [kind for kind in BoundaryKind if kind.stream is self.stream]
        async with AsyncSession(connection) as session, session.begin():
            stale = await parking.park_all(session, kinds)
            await session.execute(_RESET, {"consumer": self.consumer, "epoch": now.epoch, "to": to})
        why = "shortened" if is_shortened else "recreated" if now.epoch != left.epoch else "trimmed"
        REBUILDS.labels(self.consumer, why).inc()
        log.critical(
            "the stream is not as we left it", consumer=self.consumer, reason=str(error), boundaries_to_restore=stale
        )
        return Cursor(now.epoch, to)

    async def _extend(self, connection: AsyncConnection) -> None:
        """We are to know more of each boundary than those before us kept: its snapshot says what they passed over."""
        kinds: Sequence[str] = [kind for kind, restorer in self.projection.restorers.items() if restorer is not None]
        if not self.has_snapshots and kinds:
            log.error(
                "the picture is to hold more than it does, and no owner of snapshots is configured",
                consumer=self.consumer,
            )
            return
        async with AsyncSession(connection) as session, session.begin():
            stale = await parking.park_all(session, kinds)
            await session.execute(_EXTEND, {"consumer": self.consumer, "picture": self.projection.picture})
        REBUILDS.labels(self.consumer, "extended").inc()
        log.warning("the picture is to hold more than it does", consumer=self.consumer, boundaries_to_restore=stale)
