"""The unsent rows of the outbox, as the relay sees them: over one connection of its own role, each statement its own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from chassis.database import SERVER_SETTINGS
from chassis.message import Message
from chassis.publisher import MOST_IN_BATCH

MOST_BYTES = 8_000_000
"""Of the payloads read at once."""

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('relay', 0))"
_UNSENT = """
    SELECT pos, created_on, subject, headers, payload FROM (
        SELECT *, sum(octet_length(payload)) OVER (ORDER BY pos) - octet_length(payload) AS before FROM (
            SELECT pos, created_on, subject, headers, payload FROM outbox WHERE published_at IS NULL ORDER BY pos LIMIT $1
        ) AS first
    ) AS measured
    WHERE before < $2 ORDER BY pos
"""
_MARK = """
    UPDATE outbox SET published_at = now(), stream_seq = sent.sequence, stream_epoch = $4
    FROM unnest($1::date[], $2::bigint[], $3::bigint[]) AS sent (created_on, pos, sequence)
    WHERE outbox.created_on = sent.created_on AND outbox.pos = sent.pos AND published_at IS NULL
"""
_MARK_FOUND = """
    UPDATE outbox SET published_at = now(), stream_seq = found.sequence, stream_epoch = $3
    FROM unnest($1::uuid[], $2::bigint[]) AS found (id, sequence)
    WHERE outbox.id = found.id AND published_at IS NULL
"""
_KNOWN = """
    SELECT stream_epoch, stream_seq FROM outbox WHERE stream_seq IS NOT NULL ORDER BY stream_epoch DESC, stream_seq DESC LIMIT 1
"""
_FORGET_KEYS = "DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'"
_DEPTH = """
    SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 FROM outbox WHERE published_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A row that is to be published."""

    pos: int
    created_on: date
    message: Message


@dataclass(frozen=True, slots=True)
class Known:
    """The last message of the stream that the outbox knows to be its own."""

    epoch: datetime
    sequence: int


class Backlog:
    """The outbox through one connection. Every method may raise asyncpg.PostgresError, OSError or asyncpg.InterfaceError."""

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    @classmethod
    async def connect(cls, url: str) -> "Backlog":
        """Open the connection; `close` it."""
        settings: Mapping[str, str] = {**SERVER_SETTINGS, "application_name": "relay"}
        return cls(await asyncpg.connect(url, server_settings=dict(settings), timeout=5, command_timeout=30))

    async def close(self) -> None:
        """Close the connection, and with it the lock."""
        await self._connection.close(timeout=1)

    async def lock(self) -> bool:
        """Become the active relay; False if another one is. Only for efficiency: two at once would do no harm."""
        return bool(await self._connection.fetchval(_LOCK))

    async def unsent(self) -> list[Unsent]:
        """The oldest unsent rows, at most 1,000 and about 8 MB of them."""
        rows = await self._connection.fetch(_UNSENT, MOST_IN_BATCH, MOST_BYTES)
        return [
            Unsent(row["pos"], row["created_on"], Message(row["subject"], orjson.loads(row["headers"]), row["payload"]))
            for row in rows
        ]

    async def mark(self, rows: Sequence[Unsent], last: int, epoch: datetime) -> None:
        """These rows were published, one behind the other, the last one as `last`."""
        first = last - len(rows) + 1
        sequences = list(range(first, last + 1))
        await self._connection.execute(
            _MARK, [row.created_on for row in rows], [row.pos for row in rows], sequences, epoch
        )

    async def mark_found(self, found: Mapping[UUID, int], epoch: datetime) -> None:
        """The stream holds these events, at these sequences. Ids that are not ours are ignored."""
        await self._connection.execute(_MARK_FOUND, list(found), list(found.values()), epoch)

    async def known(self) -> Known | None:
        """How far the outbox knows the stream; None before the first mark."""
        row = await self._connection.fetchrow(_KNOWN)
        return Known(row["stream_epoch"], row["stream_seq"]) if row else None

    async def depth(self) -> tuple[int, float]:
        """How many rows are unsent, and the age of the oldest in seconds."""
        row = await self._connection.fetchrow(_DEPTH)
        return (row[0], row[1]) if row else (0, 0.0)

    async def maintain(self) -> None:
        """Forget answered keys after a day; make the partitions of the next days, drop those that the stream has forgotten too.

        Raises asyncpg.LockNotAvailableError when the outbox was busy; another time will do.
        """
        await self._connection.execute(_FORGET_KEYS)
        await self._connection.execute("SELECT outbox_maintain()")
