"""Which deliveries are due, in whichever organisation, and which of them this process makes next.

A claim ends by itself: what a killed worker had in hand is tried again. What waits for one webhook is claimed by one process at a time, so that no
more come there at once than it is to bear.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.database import Database
from gateway.tables import INSTANT, now
from gateway.webhooks.sender import TIMEOUT

EACH = 32
"""Deliveries in a claim, at most."""
FRESH = 2.0
"""Seconds for which what was read of a webhook holds; no attempt begins later. By then it may be disabled, or have another secret."""
LEASE = timedelta(seconds=FRESH + 2 * TIMEOUT)
KEPT = timedelta(days=30)
"""A finished delivery, for inspection and redelivery."""

_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('webhook claims', 0))")
# Each step reads the index only as far as it must, however much waits: from webhook to webhook, of each what is due first, and then so many.
_CLAIM = sa.text("""
    WITH RECURSIVE waiting AS (
        (SELECT webhook_id FROM webhook_deliveries WHERE due_at IS NOT NULL ORDER BY webhook_id LIMIT 1)
        UNION ALL
        SELECT (
            SELECT following.webhook_id FROM webhook_deliveries AS following
            WHERE following.webhook_id > waiting.webhook_id AND following.due_at IS NOT NULL
            ORDER BY following.webhook_id LIMIT 1
        ) FROM waiting WHERE waiting.webhook_id IS NOT NULL
    ), receiver AS (
        SELECT waiting.webhook_id FROM waiting, LATERAL (
            SELECT due_at FROM webhook_deliveries
            WHERE webhook_id = waiting.webhook_id AND due_at <= now() AND coalesce(claimed_until, '-infinity') <= now()
            ORDER BY due_at LIMIT 1
        ) AS first
        WHERE waiting.webhook_id <> ALL(:busy) AND NOT EXISTS (
            SELECT FROM webhook_deliveries AS others
            WHERE others.webhook_id = waiting.webhook_id AND others.claimed_until > now() AND others.claimed_until <> ALL(:ours)
        )
        ORDER BY first.due_at LIMIT :most
    ), due AS (
        SELECT picked.id FROM receiver, LATERAL (
            SELECT id FROM webhook_deliveries
            WHERE webhook_id = receiver.webhook_id AND due_at <= now() AND coalesce(claimed_until, '-infinity') <= now()
            ORDER BY due_at, id LIMIT :each
            FOR UPDATE SKIP LOCKED
        ) AS picked
    )
    UPDATE webhook_deliveries SET claimed_until = now() + CAST(:lease AS interval)
    FROM due WHERE webhook_deliveries.id = due.id
    RETURNING webhook_deliveries.id, organization_id, webhook_id, claimed_until
""").bindparams(sa.bindparam("busy", type_=ARRAY(sa.Uuid())), sa.bindparam("ours", type_=ARRAY(INSTANT)))
# A backlog is told up to so many; beyond it only its age matters.
MOST_TOLD = 100_000
_DUE = sa.text("""
    SELECT count(*), coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 FROM (
        SELECT due_at FROM webhook_deliveries WHERE due_at <= now() LIMIT :most
    ) AS due
""")
_FORGET = sa.text("DELETE FROM webhook_deliveries WHERE finished_at < :before")


@dataclass(frozen=True, slots=True)
class Claim:
    """Deliveries of one webhook that are ours to make until an instant; that instant also tells our claims from those of others."""

    organization_id: UUID
    webhook_id: UUID
    until: datetime
    deliveries: tuple[UUID, ...]


class Claims:
    """`overview` is the database as the role that sees what is due in all organisations, and nothing else."""

    def __init__(self, overview: Database) -> None:
        self._overview = overview
        self._ours: set[datetime] = set()

    async def take(self, most: int, busy: Collection[UUID] = ()) -> list[Claim]:
        """Claim for at most so many webhooks, those that wait longest; for none that is busy."""
        self._ours = {until for until in self._ours if until > now()}
        asked = {"each": EACH, "most": most, "lease": LEASE, "busy": list(busy), "ours": list(self._ours)}
        found: dict[tuple[UUID, UUID, datetime], list[UUID]] = {}
        async with self._overview.transaction() as session:
            await session.execute(_ONE_AT_A_TIME)  # whoever comes second sees what the first has claimed
            for row in await session.execute(_CLAIM, asked):
                found.setdefault((row.organization_id, row.webhook_id, row.claimed_until), []).append(row.id)
        claims = [Claim(*whose, deliveries=tuple(ids)) for whose, ids in found.items()]
        self._ours |= {claim.until for claim in claims}
        return claims

    async def due(self) -> tuple[int, float]:
        """How many deliveries should have been made by now, and for how many seconds the oldest of them."""
        async with self._overview.transaction() as session:
            count, seconds = (await session.execute(_DUE, {"most": MOST_TOLD})).one()
        return count, seconds

    async def forget(self) -> None:
        """Remove what was finished long ago."""
        async with self._overview.transaction() as session:
            await session.execute(_FORGET, {"before": now() - KEPT})
