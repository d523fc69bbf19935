"""Boundaries whose events wait: why, since when, and who may let them go on. Everybody else goes on meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

GRACE = 1.0
"""Seconds that a gap has to close by itself before its boundary is restored from a snapshot."""


class Reason(StrEnum):
    """Why a boundary is parked."""

    GAP = "gap"
    """An event is missing. Closes by itself when it comes, else a snapshot stands in for it."""
    POISON = "poison"
    """An event that cannot be read or applied lies in quarantine. Waits for a person: replay it or drop it."""
    REWRITTEN = "rewritten"
    """Two events claim one place: the owner's history is not the one that we applied. A snapshot replaces ours."""
    STALE = "stale"
    """The stream lost messages that we may not have read. A snapshot replaces what we know."""
    DROPPED = "dropped"
    """A person dropped the poison: a snapshot stands in for it."""
    REPLAY = "replay"
    """A person put the poison back among the held events: try it again."""


TAKES_ALL = frozenset({Reason.REWRITTEN, Reason.STALE})
"""What we applied may be wrong, so that even an event from before our place may be needed."""

_DUE = text("""
    SELECT kind, id, organization_id, reason FROM parked_boundaries
    WHERE kind = ANY(:kinds) AND reason <> 'poison' AND (reason <> 'gap' OR parked_at <= now() - make_interval(secs => :grace))
    ORDER BY parked_at, id LIMIT :most
""")
_PARK_ALL = text("""
    INSERT INTO parked_boundaries (kind, id, organization_id, reason)
    SELECT kind, id, organization_id, 'stale' FROM boundary_positions WHERE kind = ANY(:kinds)
    ON CONFLICT (kind, id) DO UPDATE SET reason = 'stale', parked_at = now() WHERE parked_boundaries.reason <> 'poison'
""")
_COUNT = text("SELECT reason, count(*) FROM parked_boundaries GROUP BY reason")
_LIST = text("SELECT kind, id, organization_id, reason, parked_at::text FROM parked_boundaries ORDER BY parked_at, id")


@dataclass(frozen=True, slots=True)
class Parked:
    """A boundary that waits."""

    kind: str
    id: UUID
    organization_id: UUID
    reason: Reason

    @property
    def key(self) -> tuple[str, UUID]:
        """What identifies the boundary."""
        return self.kind, self.id


async def due(session: AsyncSession, kinds: Collection[str], most: int) -> list[Parked]:
    """The boundaries that may go on without a person, the longest parked first."""
    rows = await session.execute(_DUE, {"kinds": list(kinds), "grace": GRACE, "most": most})
    return [Parked(row.kind, row.id, row.organization_id, Reason(row.reason)) for row in rows]


async def park_all(session: AsyncSession, kinds: Collection[str]) -> int:
    """Trust nothing that we know of these kinds of boundaries. Returns how many there are."""
    result = await session.execute(_PARK_ALL, {"kinds": list(kinds)})
    return int(getattr(result, "rowcount", 0))


async def counts(session: AsyncSession) -> dict[Reason, int]:
    """How many boundaries are parked, by every reason."""
    found = {str(row[0]): int(row[1]) for row in await session.execute(_COUNT)}
    return {reason: found.get(reason.value, 0) for reason in Reason}


async def listed(session: AsyncSession) -> list[tuple[Parked, str]]:
    """All that are parked, with the instant since when, the longest first."""
    rows = await session.execute(_LIST)
    return [(Parked(row.kind, row.id, row.organization_id, Reason(row.reason)), row.parked_at) for row in rows]
