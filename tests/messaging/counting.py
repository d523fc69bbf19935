"""What the made-up service does, without the means of its tests: it counts, and keeps a picture of what was counted.

The picture has the whole of what was told: which revisions, a digest over every event in the order in which they were applied, and the
last event's data. So whatever is lost, doubled, reordered or spoilt gives other bytes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB

from chassis import outbox
from chassis.outbox import Boundary, Origin
from chassis.received import ReceivedEvent
from chassis.restoring import Restorer
from contracts.events import Event
from contracts.subjects import BoundaryKind
from contracts.values import Shape

ORIGIN = Origin(actor="ann", traceparent=None, correlation_id="c" * 32, causation_id=None)
TABLES = ("boundaries", "history", "picture")
HISTORY = "SELECT boundary_id, organization_id, revision, numbers, filling FROM history ORDER BY boundary_id, revision"
PICTURE = "SELECT id::text, organization_id::text, seen, digest, last::text FROM picture"

_COUNT = text("""
    WITH taken AS (
        INSERT INTO boundaries (id, organization_id, revision) VALUES (:id, :organization_id, 1)
        ON CONFLICT (id) DO UPDATE SET revision = boundaries.revision + 1 RETURNING id, organization_id, revision
    )
    INSERT INTO history (boundary_id, organization_id, revision, numbers, filling)
    SELECT id, organization_id, revision, CAST(:numbers AS integer), CAST(:filling AS text) FROM taken RETURNING revision
""")
_SEE = text("""
    INSERT INTO picture (id, organization_id, seen, digest, last)
    VALUES (:id, :organization_id, ARRAY[CAST(:revision AS integer)], encode(sha256(convert_to(:told, 'UTF8')), 'hex'), CAST(:data AS jsonb))
    ON CONFLICT (id) DO UPDATE SET
        seen = picture.seen || excluded.seen, last = excluded.last,
        digest = encode(sha256(convert_to(coalesce(picture.digest, '') || :told, 'UTF8')), 'hex')
""")
_RESTORE = text(
    "INSERT INTO picture (id, organization_id, seen, digest, last)"
    " VALUES (:id, :organization_id, :seen, :digest, CAST(:data AS jsonb))"
)


class Count(Shape):
    id: UUID
    number: int
    filling: str = ""


class Counted(Event):
    boundary: ClassVar[BoundaryKind] = BoundaryKind.PROJECT
    record: ClassVar[str] = "counter"
    happened: ClassVar[str] = "counted"
    path: ClassVar[str] = "projects/{id}"

    data: Count


class Written(NamedTuple):
    """One revision, as its writer made it: so many events, each with that filling."""

    boundary_id: UUID
    organization_id: UUID
    revision: int
    numbers: int
    filling: str

    def events(self) -> Iterable[Counted]:
        """What was recorded."""
        return (
            Counted(data=Count(id=self.boundary_id, number=number, filling=self.filling))
            for number in range(self.numbers)
        )


def tables(metadata: sa.MetaData) -> None:
    """The service's own tables."""

    def whose(name: str) -> tuple[sa.Column[UUID], sa.Column[UUID]]:
        return sa.Column(name, sa.Uuid, primary_key=True), sa.Column("organization_id", sa.Uuid, nullable=False)

    written = (sa.Column("numbers", sa.Integer), sa.Column("filling", sa.Text))
    drawn = (sa.Column("seen", sa.ARRAY(sa.Integer)), sa.Column("digest", sa.Text), sa.Column("last", JSONB))
    sa.Table("boundaries", metadata, *whose("id"), sa.Column("revision", sa.BigInteger))
    sa.Table(
        "history", metadata, *whose("boundary_id"), sa.Column("revision", sa.BigInteger, primary_key=True), *written
    )
    sa.Table("picture", metadata, *whose("id"), *drawn)


async def count(session, boundary_id, organization_id, numbers=1, *, filling="") -> int:
    """Take the boundary's next revision, record so many events. Returns the revision."""
    values = {"id": boundary_id, "organization_id": organization_id, "numbers": numbers, "filling": filling}
    revision = await session.scalar(_COUNT, values)
    boundary = Boundary("project", boundary_id, organization_id, revision)
    for event in Written(boundary_id, organization_id, revision, numbers, filling).events():
        outbox.record(session, boundary, event)
    await outbox.flush(session, ORIGIN)
    return revision


async def see(session, event: ReceivedEvent) -> None:
    """The projection's handler: draw each event into the picture."""
    Counted.read(event.data)
    values = {"id": event.boundary_id, "organization_id": event.organization_id, "revision": event.revision}
    data, told = _told(event.revision, event.position, event.positions, event.data)
    await session.execute(_SEE, {**values, "told": told, "data": data})


async def restore_picture(session, organization_id, boundary_id, snapshot) -> None:
    """The picture of a boundary as it is after what the snapshot says was counted: one event a revision, unless it says more."""
    await session.execute(text("DELETE FROM picture WHERE id = :id"), {"id": boundary_id})
    if snapshot is None:
        return
    counted: Sequence[Written] = snapshot.get("counted") or [
        Written(boundary_id, organization_id, revision, 1, "") for revision in range(1, snapshot["revision"] + 1)
    ]
    seen, digest, data = [], "", ""
    for written in counted:
        for position, event in enumerate(written.events(), start=1):
            data, told = _told(written.revision, position, written.numbers, orjson.loads(event.data_json()))
            digest = hashlib.sha256((digest + told).encode()).hexdigest()
            seen.append(written.revision)
    values = {"id": boundary_id, "organization_id": organization_id, "seen": seen, "digest": digest, "data": data}
    await session.execute(_RESTORE, values)


RESTORERS = {"project": Restorer("/counters/{id}", restore_picture)}


def canonical(rows: Iterable[Sequence[Any]]) -> bytes:
    """A picture's rows (`PICTURE`) as canonical JSON, by boundary."""
    return orjson.dumps({row[0]: list(row[1:]) for row in rows}, option=orjson.OPT_SORT_KEYS)


def _told(revision: int, position: int, positions: int, data: dict[str, Any]) -> tuple[str, str]:
    """The data as canonical JSON, and the whole event with its place."""
    written = orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()
    return written, f"{revision}.{position}/{positions} {written}\n"
