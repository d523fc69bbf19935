"""The outbox's rows for one stream, as its relay sees them: over one connection of its own role, in short transactions."""

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from chassis.database import ANSWER_WITHIN, CONNECT_WITHIN, SERVER_SETTINGS
from chassis.message import Message
from chassis.publisher import MOST_IN_BATCH

MOST_ROWS, MOST_BYTES = 4 * MOST_IN_BATCH, 8_000_000
"""Read at once: rows, and bytes of their payloads."""

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
_UNSENT = """
    SELECT pos, created_on, subject, headers, payload FROM (
        SELECT *, sum(octet_length(payload)) OVER (ORDER BY pos) - octet_length(payload) AS before FROM (
            SELECT pos, created_on, subject, headers, payload FROM outbox
            WHERE published_at IS NULL AND {mine} ORDER BY pos LIMIT $1
        ) AS first
    ) AS measured
    WHERE before < $2 ORDER BY pos
"""
# In the order in which the stream once had them. What it would have forgotten by now is not sent again.
_LOST = """
    SELECT pos, created_on, subject, headers, payload FROM (
        SELECT *, sum(octet_length(payload)) OVER earlier - octet_length(payload) AS before, row_number() OVER earlier AS number FROM (
            SELECT pos, created_on, subject, headers, payload, stream_epoch, stream_seq FROM outbox
            WHERE stream_seq IS NOT NULL AND (stream_epoch < $3 OR (stream_epoch, stream_seq) > ($3, $4)) AND {mine}
              AND created_at > now() - interval '30 days'
            ORDER BY stream_epoch, stream_seq LIMIT $1
        ) AS first WINDOW earlier AS (ORDER BY stream_epoch, stream_seq)
    ) AS measured
    WHERE before < $2 ORDER BY number
"""
_MARK = """
    UPDATE outbox SET published_at = now(), stream_seq = sent.sequence, stream_epoch = $4
    FROM unnest($2::bigint[], $3::bigint[]) AS sent (pos, sequence)
    WHERE outbox.created_on = $1 AND outbox.pos = sent.pos
"""
_MARK_FOUND = """
    UPDATE outbox SET published_at = now(), stream_seq = found.sequence, stream_epoch = $3
    FROM unnest($1::uuid[], $2::bigint[]) AS found (id, sequence)
    WHERE outbox.id = found.id AND {mine}
"""
_KNOWN = """
    SELECT stream_seq FROM outbox WHERE stream_epoch = $1 AND stream_seq <= $2 AND {mine} ORDER BY stream_seq DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A row that is to be published."""

    pos: int
    created_on: date
    message: Message


class Backlog:
    """The outbox through one connection. Every method may raise asyncpg.PostgresError, OSError or asyncpg.InterfaceError."""

    def __init__(self, connection: "asyncpg.Connection[Any]", stream: str | None = None) -> None:
        self._connection = connection
        self._stream = stream
        self._mine = "stream IS NULL" if stream is None else f"stream = '{stream}'"

    @classmethod
    async def connect(cls, url: str, stream: str | None = None) -> "Backlog":
        """Open the connection; `close` it. `stream` is the name of one that is not the service's own: letters, digits, underscores."""
        if stream is not None and not re.fullmatch("[A-Z0-9_]+", stream):
            raise ValueError(f"not the name of a stream: {stream}")
        # A crash may forget marks: the relay begins by reading what the stream holds behind the last one that is known.
        settings: Mapping[str, str] = {
            **SERVER_SETTINGS,
            "application_name": "relay",
            "synchronous_commit": "off",
            # Each row is looked up. To mark a thousand, PostgreSQL would read the whole day, which takes six times as long.
            "enable_hashjoin": "off",
            "enable_mergejoin": "off",
        }
        connection = await asyncpg.connect(
            url, server_settings=dict(settings), timeout=CONNECT_WITHIN, command_timeout=ANSWER_WITHIN
        )
        return cls(connection, stream)

    async def close(self) -> None:
        """Close the connection, and with it the lock."""
        await self._connection.close(timeout=1)

    async def lock(self) -> bool:
        """Become the active relay; False if another one is. Only for efficiency: two at once would do no harm."""
        name = "relay" if self._stream is None else f"relay {self._stream}"
        return bool(await self._connection.fetchval(_LOCK, name))

    async def unsent(self) -> list[Unsent]:
        """The oldest unsent rows, at most 4,000 and about 8 MB of them."""
        return _rows(await self._connection.fetch(self._sql(_UNSENT), MOST_ROWS, MOST_BYTES))

    async def lost(self, epoch: datetime, last: int) -> list[Unsent]:
        """Rows that were published, but not to the stream of this epoch, or behind its present end: the first of them, as `unsent`."""
        return _rows(await self._connection.fetch(self._sql(_LOST), MOST_ROWS, MOST_BYTES, epoch, last))

    async def mark(self, rows: Sequence[Unsent], last: int, epoch: datetime) -> None:
        """These rows were published, one behind the other, the last one as `last`; all of them are marked, or none.

        Whoever leads next reads the stream behind the last mark that is there (`known`), so there must be no hole before it.
        """
        of_day: dict[
            date, list[tuple[int, int]]
        ] = {}  # a day's rows are in one table, so nothing is looked for in the others
        for sequence, row in enumerate(rows, start=last - len(rows) + 1):
            of_day.setdefault(row.created_on, []).append((row.pos, sequence))
        async with self._connection.transaction() if len(of_day) > 1 else nullcontext():
            for day, sent in of_day.items():
                await self._connection.execute(_MARK, day, [pos for pos, _ in sent], [at for _, at in sent], epoch)

    async def mark_found(self, found: Mapping[UUID, int], epoch: datetime) -> int:
        """The stream holds these events, at these sequences. Ids that are not ours are ignored; returns how many are."""
        done = await self._connection.execute(self._sql(_MARK_FOUND), list(found), list(found.values()), epoch)
        return int(done.rpartition(" ")[2])

    async def known(self, epoch: datetime, last: int) -> int:
        """The last sequence of this stream, up to `last`, of which the outbox knows that the message is its own; 0 before the first."""
        return int(await self._connection.fetchval(self._sql(_KNOWN), epoch, last) or 0)

    def _sql(self, statement: str) -> str:
        """The statement about the rows of our stream."""
        return statement.format(mine=self._mine)


def _rows(found: Sequence[Mapping[str, Any]]) -> list[Unsent]:
    return [
        Unsent(row["pos"], row["created_on"], Message(row["subject"], orjson.loads(row["headers"]), row["payload"]))
        for row in found
    ]
