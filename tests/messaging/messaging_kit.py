"""A made-up service with an outbox and a projection: boundaries that count, and a picture of what they counted to."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from textwrap import dedent
from types import ModuleType
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from nats.js.errors import NotFoundError
from sqlalchemy import text
from waiting import eventually

from chassis import migrations, outbox
from chassis.bus import Bus
from chassis.database import Database, enter_organization
from chassis.health import Health
from chassis.migrations import MigrationSettings
from chassis.outbox import Boundary, Origin
from chassis.received import ReceivedEvent
from chassis.restoring import Restorer
from chassis.worker import Part
from contracts.events import Event
from contracts.subjects import BoundaryKind, Stream
from contracts.values import Shape
from local_stack.databases import create_database, create_role

__all__ = ["enter_organization", "eventually"]

MIGRATION = """
    import sqlalchemy as sa
    from alembic import op
    from chassis.consumer_schema import consumer_tables
    from chassis.database import new_metadata
    from chassis.idempotency import idempotency_table
    from chassis.migrations import enable_row_level_security
    from chassis.outbox_schema import outbox_table

    revision, down_revision = "0001", None


    def upgrade():
        metadata = new_metadata()
        outbox_table(metadata)
        consumer_tables(metadata)
        idempotency_table(metadata)
        for name, column in (("boundaries", sa.Column("revision", sa.BigInteger)), ("picture", sa.Column("seen", sa.ARRAY(sa.Integer)))):
            whose = sa.Column("id", sa.Uuid, primary_key=True), sa.Column("organization_id", sa.Uuid, nullable=False)
            sa.Table(name, metadata, *whose, column)
        metadata.create_all(op.get_bind())
        for table in ("outbox", "idempotency_keys", "held_events", "quarantined_events", "boundaries", "picture"):
            enable_row_level_security(table)
"""
ORGANIZATION = UUID(int=1)
APP, RELAY, OPERATOR = "messaging_app", "messaging_relay", "messaging_operator"
ORIGIN = Origin(actor="ann", traceparent=None, correlation_id="c" * 32, causation_id=None)


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


@dataclass(frozen=True)
class Service:
    """The service's database, as each of its roles sees it."""

    name: str
    database: Database
    relay_url: str
    owner: Database

    async def count(self, boundary_id: UUID, organization_id: UUID, numbers: int = 1, *, filling: str = "") -> int:
        """One writing transaction: take the next revision, record so many events. Returns the revision."""
        async with self.database.transaction(organization_id) as session:
            return await count(session, boundary_id, organization_id, numbers, filling=filling)

    async def rows(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        """What the owner sees, past row-level security."""
        async with self.owner.transaction() as session:
            result = await session.execute(text(sql), values)
            return [tuple(row) for row in result] if result.returns_rows else []


async def count(session, boundary_id, organization_id, numbers=1, *, filling="") -> int:
    statement = """
        INSERT INTO boundaries (id, organization_id, revision) VALUES (:id, :organization_id, 1)
        ON CONFLICT (id) DO UPDATE SET revision = boundaries.revision + 1 RETURNING revision
    """
    revision = await session.scalar(text(statement), {"id": boundary_id, "organization_id": organization_id})
    boundary = Boundary("project", boundary_id, organization_id, revision)
    for number in range(numbers):
        outbox.record(session, boundary, Counted(data=Count(id=boundary_id, number=number, filling=filling)))
    await outbox.flush(session, ORIGIN)
    return revision


async def see(session, event: ReceivedEvent) -> None:
    """The projection's handler: note each event, so that a lost, doubled or reordered one shows."""
    Counted.read(event.data)
    statement = """
        INSERT INTO picture (id, organization_id, seen) VALUES (:id, :organization_id, ARRAY[CAST(:revision AS integer)])
        ON CONFLICT (id) DO UPDATE SET seen = picture.seen || excluded.seen
    """
    values = {"id": event.boundary_id, "organization_id": event.organization_id, "revision": event.revision}
    await session.execute(text(statement), values)


class Owner:
    """Has a snapshot of every boundary that counts: its revision, as the boundaries' own table says."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.asked: list[UUID] = []

    async def get(self, _organization_id: UUID, path: str) -> dict[str, int] | None:
        boundary_id = UUID(path.rpartition("/")[2])
        self.asked.append(boundary_id)
        rows = await self.service.rows("SELECT revision FROM boundaries WHERE id = :id", id=boundary_id)
        return {"revision": rows[0][0]} if rows else None


async def restore_picture(session, organization_id, boundary_id, snapshot) -> None:
    """The picture of a boundary at a revision has seen all up to it."""
    await session.execute(text("DELETE FROM picture WHERE id = :id"), {"id": boundary_id})
    if snapshot is not None:
        seen = {"id": boundary_id, "organization_id": organization_id, "seen": list(range(1, snapshot["revision"] + 1))}
        await session.execute(text("INSERT INTO picture VALUES (:id, :organization_id, :seen)"), seen)


RESTORERS = {"project": Restorer("/counters/{id}", restore_picture)}


@pytest.fixture(scope="session")
async def service_template(postgres, tmp_path_factory) -> str:
    """A migrated database to copy."""
    folder = tmp_path_factory.mktemp("messaging")
    (folder / "src/messaging_svc").mkdir(parents=True)
    (folder / "src/messaging_svc/__init__.py").touch()
    (folder / "migrations/versions").mkdir(parents=True)
    (folder / "migrations/versions/0001_all.py").write_text(dedent(MIGRATION))
    for role in (APP, RELAY, OPERATOR):
        create_role(postgres, role, "secret")
    name = f"messaging_{uuid4().hex}"
    create_database(postgres, name)
    sys.path.insert(0, str(folder / "src"))
    try:
        settings = MigrationSettings(
            migration_database_url=postgres.url(name), app_role=APP, relay_role=RELAY, operator_role=OPERATOR
        )
        await migrations.migrate("messaging_svc", settings)
    finally:
        sys.path.remove(str(folder / "src"))
        sys.modules.pop("messaging_svc", None)
    return name


@pytest.fixture
async def service(postgres, service_template, new_database) -> AsyncIterator[Service]:
    name = new_database(template=service_template)
    database = Database(postgres.url(name, APP))
    owner = Database(postgres.url(name))
    yield Service(name, database, postgres.url(name, RELAY), owner)
    await database.close()
    await owner.close()


@pytest.fixture
async def bus(nats_server) -> AsyncIterator[Bus]:
    """A connection to a NATS without streams."""
    bus = Bus(nats_server.url, "test")
    await bus.connected()
    for stream in (*(stream.value for stream in Stream), "DEAD_LETTER_MESSAGING_SVC", "WORK_MESSAGING_SVC"):
        try:
            await bus.jetstream.delete_stream(stream)
        except NotFoundError:
            continue
    yield bus
    await bus.close()


@pytest.fixture
async def running() -> AsyncIterator[Callable[[Part], Health]]:
    """Run parts of a worker until the end of the test: `running(part)` answers its health."""
    started: list[tuple[Part, asyncio.Task[None]]] = []

    def run(part: Part) -> Health:
        health = Health()
        health.started()
        health.fail(part.name, "not begun")  # until it recovers by itself
        started.append((part, asyncio.create_task(part.run(health))))
        return health

    yield run
    for part, _ in started:
        part.stop()
    async with asyncio.timeout(10):
        for _, task in started:
            await task


@pytest.fixture(scope="session")
def kit() -> ModuleType:
    """The names of this module, for the tests."""
    return sys.modules[__name__]
