"""How far each boundary's history has been applied, which of its events wait and why: the rows behind a projection."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.message import Message
from chassis.parking import Reason
from chassis.received import MOST_REVISIONS, ReceivedEvent, read
from chassis.statements import execute, fetch, fetch_row

Key = tuple[str, UUID]
Place = tuple[int, int]

# Before any other table is touched, so that whoever waits here for a switch of pictures (`chassis.beside`) holds up nothing that moves.
QUEUE_UP = "LOCK TABLE parked_boundaries IN ROW SHARE MODE"
# One look for all: where each stands, the first of its events that is held, and whether it is parked, which stays so until we commit.
_LOAD = """
    SELECT wanted.kind, wanted.id, here.revision, here.position, here.positions, here.last_event_id,
           held.revision AS held_revision, held.position AS held_position, parked.reason
    FROM unnest($1::text[], $2::uuid[]) AS wanted (kind, id)
    LEFT JOIN boundary_positions AS here USING (kind, id)
    LEFT JOIN LATERAL (
        SELECT revision, position FROM held_events
        WHERE held_events.kind = wanted.kind AND boundary_id = wanted.id ORDER BY revision, position LIMIT 1
    ) AS held ON true
    LEFT JOIN LATERAL (
        SELECT reason FROM parked_boundaries AS parked
        WHERE parked.kind = wanted.kind AND parked.id = wanted.id FOR UPDATE
    ) AS parked ON true
"""
_FIRST_HELD = """
    SELECT revision, position FROM held_events WHERE kind = $1 AND boundary_id = $2 ORDER BY revision, position LIMIT 1
"""
_SAVE = """
    INSERT INTO boundary_positions (kind, id, organization_id, revision, position, positions, last_event_id)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::bigint[], $5::integer[], $6::integer[], $7::uuid[])
    ON CONFLICT (kind, id) DO UPDATE
    SET revision = excluded.revision, position = excluded.position, positions = excluded.positions,
        last_event_id = excluded.last_event_id
"""
# Of two events for one place the later one counts: it can only come from an owner that rewrote its history.
_HOLD = """
    INSERT INTO held_events (kind, boundary_id, revision, position, organization_id, subject, headers, payload)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (kind, boundary_id, revision, position)
    DO UPDATE SET subject = excluded.subject, headers = excluded.headers, payload = excluded.payload
"""
_FORGET_HELD = "DELETE FROM held_events WHERE kind = $1 AND boundary_id = $2 AND revision <= $3"
_LAST_HELD = """
    SELECT revision, position FROM held_events WHERE kind = $1 AND boundary_id = $2 ORDER BY revision DESC, position DESC LIMIT 1
"""
_PARK = """
    INSERT INTO parked_boundaries (kind, id, organization_id, reason)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[])
    ON CONFLICT (kind, id) DO UPDATE SET reason = excluded.reason, parked_at = now()
"""
_UNPARK = """
    DELETE FROM parked_boundaries AS parked USING unnest($1::text[], $2::uuid[]) AS free (kind, id)
    WHERE parked.kind = free.kind AND parked.id = free.id
"""
# Takes out the one event, and says which is the first that is held after it.
_RELEASE = """
    WITH released AS (
        DELETE FROM held_events WHERE kind = $1 AND boundary_id = $2 AND revision = $3 AND position = $4
        RETURNING subject, headers, payload
    ), following AS (
        SELECT revision, position FROM held_events
        WHERE kind = $1 AND boundary_id = $2 AND (revision, position) > ($3, $4) ORDER BY revision, position LIMIT 1
    )
    SELECT * FROM released LEFT JOIN following ON true
"""
NOT_AN_EVENT = UUID(int=0)
"""In place of the last event's id where a snapshot stands in for it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The last event applied of a boundary."""

    revision: int
    position: int
    positions: int
    event_id: UUID

    @property
    def place(self) -> Place:
        return self.revision, self.position

    @property
    def next(self) -> Place:
        """The only place at which the next event may be."""
        return (self.revision, self.position + 1) if self.position < self.positions else (self.revision + 1, 1)


FIRST: Place = (1, 1)


class Progress:
    """The progress of a few boundaries of one organisation, in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._standing: dict[Key, Standing] = {}
        self._first_held: dict[Key, Place] = {}
        self._advanced: dict[Key, UUID] = {}
        self._parked: dict[Key, Reason] = {}
        self._reparked: dict[Key, UUID | None] = {}

    @classmethod
    async def load(cls, session: AsyncSession, keys: Iterable[Key]) -> "Progress":
        """Read where these boundaries stand. The transaction has done QUEUE_UP before anything else."""
        progress = cls(session)
        distinct = list(dict.fromkeys(keys))
        for row in await fetch(session, _LOAD, [kind for kind, _ in distinct], [id_ for _, id_ in distinct]):
            kind, id_, revision, position, positions, event_id, held_revision, held_position, reason = row
            if revision is not None:
                progress._standing[kind, id_] = Standing(revision, position, positions, event_id)
            if held_revision is not None:
                progress._first_held[kind, id_] = (held_revision, held_position)
            if reason is not None:
                progress._parked[kind, id_] = Reason(reason)
        return progress

    def parked(self, key: Key) -> Reason | None:
        """Why this boundary is parked, if it is."""
        return self._parked.get(key)

    def park(self, key: Key, organization_id: UUID, reason: Reason) -> None:
        """Let its events wait. What a person must look at outweighs every other reason, and any other one a mere gap."""
        present = self._parked.get(key)
        if present is Reason.POISON or present is reason or (present is not None and reason is Reason.GAP):
            return
        self._parked[key] = reason
        self._reparked[key] = organization_id

    def unpark(self, key: Key) -> None:
        """Let its events go on."""
        if self._parked.pop(key, None) is not None:
            self._reparked[key] = None

    def close_gap(self, key: Key) -> None:
        """Unpark a boundary of which nothing is held any more, if it was parked for a gap alone."""
        if key not in self._first_held and self._parked.get(key) is Reason.GAP:
            self.unpark(key)

    def standing(self, key: Key) -> Standing | None:
        """The last event applied of this boundary, if any was."""
        return self._standing.get(key)

    def expected(self, key: Key) -> Place:
        """The place of the next event of this boundary."""
        standing = self._standing.get(key)
        return standing.next if standing else FIRST

    def advance(self, event: ReceivedEvent) -> None:
        """This event is applied."""
        key = (event.kind, event.boundary_id)
        self._standing[key] = Standing(event.revision, event.position, event.positions, event.id)
        self._advanced[key] = event.organization_id

    async def hold(self, event: ReceivedEvent) -> None:
        """Keep an event that came before its predecessor."""
        key = (event.kind, event.boundary_id)
        self._first_held[key] = min(event.place, self._first_held.get(key, event.place))
        columns = columns_of(event.message).values()
        await execute(self._session, _HOLD, *key, *event.place, event.organization_id, *columns)
        self.park(key, event.organization_id, Reason.GAP)

    def is_holding(self, key: Key) -> bool:
        """Whether any event of this boundary waits."""
        return key in self._first_held

    def missing(self, key: Key) -> int | None:
        """The last revision that must be made up for before what is held can go on; None if nothing is held."""
        first = self._first_held.get(key)
        if first is None:
            return None
        revision, position = first
        return revision - 1 if position == 1 else revision

    def pass_over(self, key: Key, organization_id: UUID) -> None:
        """Stand right before the first event that is held, as if all before it had been applied."""
        if (first := self._first_held.get(key)) is not None:
            revision, position = first
            standing = (
                Standing(revision - 1, 1, 1, NOT_AN_EVENT)
                if position == 1
                else Standing(revision, position - 1, position, NOT_AN_EVENT)
            )
            self._stand(key, organization_id, standing)

    async def restored(self, key: Key, organization_id: UUID, revision: int | None) -> None:
        """A snapshot of this revision stands in for all up to it; None: the boundary is gone, and all that is held of it void."""
        if revision is None:
            last = await fetch_row(self._session, _LAST_HELD, *key)
            if last is not None:
                self._stand(key, organization_id, Standing(last[0], last[1], last[1], NOT_AN_EVENT))
            revision = MOST_REVISIONS
        else:
            self._stand(key, organization_id, Standing(revision, 1, 1, NOT_AN_EVENT))
        await execute(self._session, _FORGET_HELD, *key, revision)
        self._first_held.pop(key, None)
        first = await fetch_row(self._session, _FIRST_HELD, *key)
        if first is not None:
            self._first_held[key] = (first[0], first[1])

    async def release(self, key: Key) -> ReceivedEvent | None:
        """Take out the held event whose turn it is now, if there is one."""
        expected = self.expected(key)
        if self._first_held.get(key) != expected:
            return None
        row = await fetch_row(self._session, _RELEASE, *key, *expected)
        if row is None:
            raise LookupError(f"event {expected} of {key} was held a moment ago")
        del self._first_held[key]
        if row["revision"] is not None:
            self._first_held[key] = (row["revision"], row["position"])
        event = read(Message(row["subject"], orjson.loads(row["headers"]), row["payload"]))
        if not isinstance(event, ReceivedEvent):
            raise TypeError(f"a held event cannot be read: {event.reason}")
        return event

    async def save(self) -> None:
        """Write which boundaries are parked now and, along with the events, how far they have advanced."""
        await self._save_parked()
        if not self._advanced:
            return
        rows = [(*key, organization_id, self._standing[key]) for key, organization_id in self._advanced.items()]
        outbox.send_along(
            self._session,
            "boundary_positions",
            _SAVE,
            [kind for kind, *_ in rows],
            [id_ for _, id_, *_ in rows],
            [organization_id for _, _, organization_id, _ in rows],
            [standing.revision for *_, standing in rows],
            [standing.position for *_, standing in rows],
            [standing.positions for *_, standing in rows],
            [standing.event_id for *_, standing in rows],
        )

    async def _save_parked(self) -> None:
        parked = {key: whose for key, whose in self._reparked.items() if whose is not None}
        if parked:
            kinds, ids = [kind for kind, _ in parked], [id_ for _, id_ in parked]
            reasons = [self._parked[key].value for key in parked]
            await execute(self._session, _PARK, kinds, ids, list(parked.values()), reasons)
        if free := [key for key, whose in self._reparked.items() if whose is None]:
            await execute(self._session, _UNPARK, [kind for kind, _ in free], [id_ for _, id_ in free])

    def _stand(self, key: Key, organization_id: UUID, standing: Standing) -> None:
        self._standing[key] = standing
        self._advanced[key] = organization_id


def columns_of(message: Message) -> dict[str, object]:
    """A message as the columns of a table that keeps it."""
    return {
        "subject": message.subject,
        "headers": orjson.dumps(dict(message.headers)).decode(),
        "payload": message.payload,
    }
