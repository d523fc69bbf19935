"""How far each boundary's history has been applied, which of its events wait and why: the rows behind a projection."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.message import Message
from chassis.parking import Reason
from chassis.received import MOST_REVISIONS, ReceivedEvent, read

Key = tuple[str, UUID]
Place = tuple[int, int]

_LOAD = text("""
    SELECT kind, id, revision, position, positions, last_event_id
    FROM boundary_positions JOIN unnest(CAST(:kinds AS text[]), CAST(:ids AS uuid[])) AS wanted (kind, id) USING (kind, id)
""")
_FIRST_HELD = text("""
    SELECT DISTINCT ON (kind, boundary_id) kind, boundary_id, revision, position
    FROM held_events JOIN unnest(CAST(:kinds AS text[]), CAST(:ids AS uuid[])) AS wanted (kind, boundary_id)
         USING (kind, boundary_id)
    ORDER BY kind, boundary_id, revision, position
""")
_SAVE = text("""
    INSERT INTO boundary_positions (kind, id, organization_id, revision, position, positions, last_event_id)
    SELECT * FROM unnest(
        CAST(:kind AS text[]), CAST(:id AS uuid[]), CAST(:organization_id AS uuid[]), CAST(:revision AS bigint[]),
        CAST(:position AS integer[]), CAST(:positions AS integer[]), CAST(:last_event_id AS uuid[])
    )
    ON CONFLICT (kind, id) DO UPDATE
    SET revision = excluded.revision, position = excluded.position, positions = excluded.positions,
        last_event_id = excluded.last_event_id
""")
# Of two events for one place the later one counts: it can only come from an owner that rewrote its history.
_HOLD = text("""
    INSERT INTO held_events (kind, boundary_id, revision, position, organization_id, subject, headers, payload)
    VALUES (:kind, :boundary_id, :revision, :position, :organization_id, :subject, :headers, :payload)
    ON CONFLICT (kind, boundary_id, revision, position)
    DO UPDATE SET subject = excluded.subject, headers = excluded.headers, payload = excluded.payload
""").bindparams(bindparam("revision", type_=BigInteger))
_FORGET_HELD = text(
    "DELETE FROM held_events WHERE kind = :kind AND boundary_id = :id AND revision <= :revision"
).bindparams(bindparam("revision", type_=BigInteger))
_LAST_HELD = text("""
    SELECT revision, position FROM held_events WHERE kind = :kind AND boundary_id = :id ORDER BY revision DESC, position DESC LIMIT 1
""")
_PARKED = text("""
    SELECT kind, id, reason
    FROM parked_boundaries JOIN unnest(CAST(:kinds AS text[]), CAST(:ids AS uuid[])) AS wanted (kind, id) USING (kind, id)
    FOR UPDATE OF parked_boundaries
""")
_PARK = text("""
    INSERT INTO parked_boundaries (kind, id, organization_id, reason)
    SELECT * FROM unnest(CAST(:kind AS text[]), CAST(:id AS uuid[]), CAST(:organization_id AS uuid[]), CAST(:reason AS text[]))
    ON CONFLICT (kind, id) DO UPDATE SET reason = excluded.reason, parked_at = now()
""")
_UNPARK = text("""
    DELETE FROM parked_boundaries AS parked USING unnest(CAST(:kind AS text[]), CAST(:id AS uuid[])) AS free (kind, id)
    WHERE parked.kind = free.kind AND parked.id = free.id
""")
# Takes out the one event, and says which is the first that is held after it.
_RELEASE = text("""
    WITH released AS (
        DELETE FROM held_events
        WHERE kind = :kind AND boundary_id = :boundary_id AND revision = :revision AND position = :position
        RETURNING subject, headers, payload
    ), following AS (
        SELECT revision, position FROM held_events
        WHERE kind = :kind AND boundary_id = :boundary_id AND (revision, position) > (:revision, :position)
        ORDER BY revision, position LIMIT 1
    )
    SELECT * FROM released LEFT JOIN following ON true
""").bindparams(bindparam("revision", type_=BigInteger))
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
        """Read where these boundaries stand."""
        progress = cls(session)
        distinct = list(dict.fromkeys(keys))
        wanted = {"kinds": [kind for kind, _ in distinct], "ids": [id_ for _, id_ in distinct]}
        for row in await session.execute(_LOAD, wanted):
            progress._standing[row.kind, row.id] = Standing(
                row.revision, row.position, row.positions, row.last_event_id
            )
        for row in await session.execute(_FIRST_HELD, wanted):
            progress._first_held[row.kind, row.boundary_id] = (row.revision, row.position)
        for row in await session.execute(_PARKED, wanted):
            progress._parked[row.kind, row.id] = Reason(row.reason)
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
        place = {
            "kind": event.kind,
            "boundary_id": event.boundary_id,
            "revision": event.revision,
            "position": event.position,
        }
        await self._session.execute(
            _HOLD, {**place, "organization_id": event.organization_id, **columns_of(event.message)}
        )
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
        named = {"kind": key[0], "id": key[1]}
        if revision is None:
            last = (await self._session.execute(_LAST_HELD, named)).one_or_none()
            if last is not None:
                self._stand(key, organization_id, Standing(last.revision, last.position, last.position, NOT_AN_EVENT))
            revision = MOST_REVISIONS
        else:
            self._stand(key, organization_id, Standing(revision, 1, 1, NOT_AN_EVENT))
        await self._session.execute(_FORGET_HELD, {**named, "revision": revision})
        wanted = {"kinds": [key[0]], "ids": [key[1]]}
        self._first_held.pop(key, None)
        for row in await self._session.execute(_FIRST_HELD, wanted):
            self._first_held[key] = (row.revision, row.position)

    async def release(self, key: Key) -> ReceivedEvent | None:
        """Take out the held event whose turn it is now, if there is one."""
        expected = self.expected(key)
        if self._first_held.get(key) != expected:
            return None
        place = {"kind": key[0], "boundary_id": key[1], "revision": expected[0], "position": expected[1]}
        row = (await self._session.execute(_RELEASE, place)).one()
        del self._first_held[key]
        if row.revision is not None:
            self._first_held[key] = (row.revision, row.position)
        event = read(Message(row.subject, orjson.loads(row.headers), row.payload))
        if not isinstance(event, ReceivedEvent):
            raise TypeError(f"a held event cannot be read: {event.reason}")
        return event

    async def save(self) -> None:
        """Write how far the boundaries have advanced, and which are parked."""
        await self._save_parked()
        if not self._advanced:
            return
        rows = [(*key, organization_id, self._standing[key]) for key, organization_id in self._advanced.items()]
        columns = {
            "kind": [kind for kind, *_ in rows],
            "id": [id_ for _, id_, *_ in rows],
            "organization_id": [organization_id for _, _, organization_id, _ in rows],
            "revision": [standing.revision for *_, standing in rows],
            "position": [standing.position for *_, standing in rows],
            "positions": [standing.positions for *_, standing in rows],
            "last_event_id": [standing.event_id for *_, standing in rows],
        }
        await self._session.execute(_SAVE, columns)

    async def _save_parked(self) -> None:
        parked = {key: whose for key, whose in self._reparked.items() if whose is not None}
        if parked:
            columns = {
                "kind": [kind for kind, _ in parked],
                "id": [id_ for _, id_ in parked],
                "organization_id": list(parked.values()),
                "reason": [self._parked[key].value for key in parked],
            }
            await self._session.execute(_PARK, columns)
        if free := [key for key, whose in self._reparked.items() if whose is None]:
            await self._session.execute(_UNPARK, {"kind": [kind for kind, _ in free], "id": [id_ for _, id_ in free]})

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
