"""A made-up service with an outbox and a projection: boundaries that count, and a picture of what they counted to."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from textwrap import dedent
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.js.errors import NotFoundError
from sqlalchemy import text
from waiting import eventually

from chassis import migrations
from chassis.bus import Bus
from chassis.database import Database, enter_organization
from chassis.health import Health
from chassis.migrations import MigrationSettings
from chassis.worker import Part
from contracts.subjects import Stream
from counting import HISTORY, ORIGIN, PICTURE, RESTORERS, TABLES, Count, Counted, Written, canonical, count, see
from local_stack.databases import create_database, create_role

__all__ = ["ORIGIN", "RESTORERS", "TABLES", "Count", "Counted", "count", "enter_organization", "eventually", "see"]

MIGRATION = """
    import counting
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
        counting.tables(metadata)
        metadata.create_all(op.get_bind())
        for table in ("outbox", "idempotency_keys", "held_events", "quarantined_events", *counting.TABLES):
            enable_row_level_security(table)
"""
ORGANIZATION = UUID(int=1)
APP, RELAY, OPERATOR = "messaging_app", "messaging_relay", "messaging_operator"


@dataclass(frozen=True)
class Service:
    """The service's database, as each of its roles sees it. `acknowledged`: the revisions that a writer was told of."""

    name: str
    database: Database
    relay_url: str
    owner: Database
    overview: Database
    """As the relay's role."""
    acknowledged: list[tuple[UUID, int]] = field(default_factory=list)

    async def count(self, boundary_id: UUID, organization_id: UUID, numbers: int = 1, *, filling: str = "") -> int:
        """One writing transaction: take the next revision, record so many events. Returns the revision."""
        async with self.database.transaction(organization_id) as session:
            revision = await count(session, boundary_id, organization_id, numbers, filling=filling)
        self.acknowledged.append((boundary_id, revision))
        return revision

    async def history(self) -> list[Written]:
        """All that was written, in an order in which it may be written again."""
        return [Written(*row) for row in await self.rows(HISTORY)]

    async def picture(self) -> bytes:
        """The whole of it, as canonical JSON."""
        return canonical(await self.rows(f"{PICTURE} ORDER BY id"))

    async def rows(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        """What the owner sees, past row-level security."""
        async with self.owner.transaction() as session:
            result = await session.execute(text(sql), values)
            return [tuple(row) for row in result] if result.returns_rows else []


class Owner:
    """Has a snapshot of every boundary that counts: its revision, and what it has counted until then."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.asked: list[UUID] = []

    async def get(self, _organization_id: UUID, path: str) -> dict[str, Any] | None:
        boundary_id = UUID(path.rpartition("/")[2])
        self.asked.append(boundary_id)
        counted = [each for each in await self.service.history() if each.boundary_id == boundary_id]
        return {"revision": counted[-1].revision, "counted": counted} if counted else None


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
    overview = Database(postgres.url(name, RELAY), pool=1)
    yield Service(name, database, postgres.url(name, RELAY), owner, overview)
    for each in (database, owner, overview):
        await each.close()


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
