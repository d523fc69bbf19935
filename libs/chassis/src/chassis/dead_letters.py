"""What a person does about events in quarantine: look at them, try them again, or let a snapshot stand in for them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import parking
from chassis.database import Database, enter_organization
from chassis.message import Message
from chassis.parking import Reason
from chassis.progress import QUEUE_UP, Progress
from chassis.received import ReceivedEvent, read
from chassis.statements import execute

_LIST = text("""
    SELECT number, organization_id, kind, boundary_id, event_id, reason, subject, headers, payload, quarantined_at
    FROM quarantined_events WHERE CAST(:number AS bigint) IS NULL OR number = :number ORDER BY number
""")
_DELETE = text("DELETE FROM quarantined_events WHERE number = :number")
_REMAINING = text("SELECT count(*) FROM quarantined_events WHERE kind = :kind AND boundary_id = :id")
_DECIDE = text(
    "UPDATE parked_boundaries SET reason = :reason, parked_at = now() WHERE kind = :kind AND id = :id AND reason = 'poison'"
)


class NotInQuarantine(LookupError):
    """There is no event of this number."""


class NotReplayable(ValueError):
    """There is nowhere to put the event back. Dropping it is what is left."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An event in quarantine."""

    number: int
    organization_id: UUID
    kind: str | None
    boundary_id: UUID | None
    event_id: str | None
    reason: str
    message: Message
    since: str

    def document(self) -> dict[str, Any]:
        """All of it, for a person to read; a payload that is no text is shown as far as it is."""
        return {
            "number": self.number,
            "since": self.since,
            "reason": self.reason,
            "organization_id": str(self.organization_id),
            "boundary": None if self.boundary_id is None else f"{self.kind}/{self.boundary_id}",
            "event_id": self.event_id,
            "subject": self.message.subject,
            "headers": dict(self.message.headers),
            "payload": self.message.payload.decode("utf-8", "replace"),
        }


async def listed(overview: Database, number: int | None = None) -> list[Quarantined]:
    """All events in quarantine, of all organisations, the first one first; or the one of this number.

    overview: the database as the operators' role, which alone sees those of all organisations.
    """
    async with overview.transaction() as session:
        return [
            Quarantined(
                row.number,
                row.organization_id,
                row.kind,
                row.boundary_id,
                row.event_id,
                row.reason,
                Message(row.subject, orjson.loads(row.headers), row.payload),
                row.quarantined_at.isoformat(),
            )
            for row in await session.execute(_LIST, {"number": number})
        ]


async def found(overview: Database, number: int) -> Quarantined:
    """The event of this number. Raises NotInQuarantine."""
    events = await listed(overview, number)
    if not events:
        raise NotInQuarantine(f"there is no event {number} in quarantine")
    return events[0]


async def replay(database: Database, quarantined: Quarantined) -> None:
    """Put the event back among the held ones; the worker tries it again. Raises NotReplayable."""
    number = quarantined.number
    event = read(quarantined.message)
    if not isinstance(event, ReceivedEvent):
        raise NotReplayable(f"event {number} cannot be put back: {event.reason}")
    async with database.transaction(quarantined.organization_id) as session:
        key = (event.kind, event.boundary_id)
        await execute(session, QUEUE_UP)
        progress = await Progress.load(session, [key])
        if progress.parked(key) is not Reason.POISON:
            raise NotReplayable(f"event {number} cannot be put back: its boundary does not wait for it")
        await progress.hold(event)
        await _decided(session, quarantined, Reason.REPLAY)


async def drop(database: Database, quarantined: Quarantined) -> None:
    """Forget the event. When it was the last one of its boundary, a snapshot stands in for what it said."""
    async with database.transaction() as session:
        await enter_organization(session, quarantined.organization_id)
        await _decided(session, quarantined, Reason.DROPPED)


async def trust_nothing(database: Database, kinds: list[str]) -> int:
    """Have every boundary of these kinds restored from its owner's snapshot. Returns how many there are."""
    async with database.transaction() as session:
        return await parking.park_all(session, kinds)


async def left(database: Database) -> dict[Reason, int]:
    """How many boundaries are parked, by every reason."""
    async with database.transaction() as session:
        return await parking.counts(session)


async def _decided(session: AsyncSession, quarantined: Quarantined, reason: Reason) -> None:
    await session.execute(_DELETE, {"number": quarantined.number})
    boundary = {"kind": quarantined.kind, "id": quarantined.boundary_id}
    if quarantined.boundary_id is not None and (
        reason is Reason.REPLAY or not await session.scalar(_REMAINING, boundary)
    ):
        await session.execute(_DECIDE, {**boundary, "reason": reason.value})
