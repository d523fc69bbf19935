"""How far each boundary's history has been applied, which of its events wait, which were put away: the rows behind a projection."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.message import Message
from chassis.received import ReceivedEvent, Unreadable, read

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
_HOLD = text("""
    INSERT INTO held_events (kind, boundary_id, revision, position, organization_id, subject, headers, payload)
    VALUES (:kind, :boundary_id, :revision, :position, :organization_id, :subject, :headers, :payload)
    ON CONFLICT DO NOTHING
""").bindparams(bindparam("revision", type_=BigInteger))
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
_QUARANTINE = text("""
    INSERT INTO quarantined_events (organization_id, kind, boundary_id, event_id, reason, subject, headers, payload)
    VALUES (:organization_id, :kind, :boundary_id, :event_id, :reason, :subject, :headers, :payload)
    ON CONFLICT DO NOTHING
""")


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
        return progress

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
            _HOLD, {**place, "organization_id": event.organization_id, **_columns(event.message)}
        )

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

    async def quarantine(self, item: ReceivedEvent | Unreadable, reason: str) -> None:
        """Put an event away for a person to look at. Its boundary does not advance, so whatever follows it is held."""
        event_id = str(item.id) if isinstance(item, ReceivedEvent) else item.event_id
        whose = {"organization_id": item.organization_id, "kind": item.kind, "boundary_id": item.boundary_id}
        await self._session.execute(
            _QUARANTINE, {**whose, "event_id": event_id, "reason": reason, **_columns(item.message)}
        )

    async def save(self) -> None:
        """Write how far the boundaries have advanced."""
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


def _columns(message: Message) -> dict[str, object]:
    return {
        "subject": message.subject,
        "headers": orjson.dumps(dict(message.headers)).decode(),
        "payload": message.payload,
    }
