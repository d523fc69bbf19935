"""A migrated database of one of the services, with its roles, for a measurement alone; and events to fill it with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from nats.js.errors import NotFoundError
from uuid_utils.compat import uuid7

from bench.stack import Stack
from chassis import outbox
from chassis.bus import Bus
from chassis.database import Database
from chassis.message import Message
from chassis.migrations import MigrationSettings, migrate
from chassis.outbox import Boundary, Origin
from contracts import project_events
from contracts.events import Event
from local_stack.databases import create_database, create_role, drop_database

EXAMPLES = Path(project_events.__file__).parent.parent / "examples"
ORIGIN = Origin(actor="bench", traceparent=None, correlation_id="bench", causation_id=None)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A service's database as each of its roles sees it."""

    application: Database
    relay_url: str
    owner_url: str


@asynccontextmanager
async def prepared(stack: Stack, package: str) -> AsyncIterator[Prepared]:
    """A fresh database with the package's schema."""
    name, app, relay = f"bench_{package}", f"bench_{package}_app", f"bench_{package}_relay"
    for role in (app, relay):
        create_role(stack.postgres, role, "bench")
    create_database(stack.postgres, name)
    owner_url = stack.postgres.url(name)
    await migrate(package, MigrationSettings(migration_database_url=owner_url, app_role=app, relay_role=relay))
    application = Database(stack.postgres.url(name, app))
    try:
        yield Prepared(application, stack.postgres.url(name, relay), owner_url)
    finally:
        await application.close()
        drop_database(stack.postgres, name)


@asynccontextmanager
async def connected(stack: Stack) -> AsyncIterator[Bus]:
    """A connection to a NATS without streams."""
    bus = Bus(stack.nats.url, "bench")
    await bus.connected()
    with suppress(NotFoundError):
        await bus.jetstream.delete_stream("PROJECT")
    try:
        yield bus
    finally:
        await bus.close()


def project_with_tasks(organization_id: UUID, tasks: int) -> list[tuple[UUID, Message]]:
    """The history of one project, a revision each: it is created, then so many tasks are. Ids and messages, as the outbox has them."""
    project_id = uuid7()
    boundary = Boundary("project", project_id, organization_id, 1)
    project = _example(project_events.ProjectCreated, id=project_id, organization_id=organization_id, key="BENCH")
    created = (example_task(organization_id, project_id, uuid7()) for _ in range(tasks))
    return [
        outbox.message(replace(boundary, revision=revision), event, 1, 1, ORIGIN)
        for revision, event in enumerate([project, *created], start=1)
    ]


def example_task(organization_id: UUID, project_id: UUID, task_id: UUID) -> Event:
    """A task is created."""
    whose = {"organization_id": organization_id, "project_id": project_id}
    return _example(project_events.TaskCreated, id=task_id, **whose, parent_id=None)


def _example(kind: type[Event], **record: Any) -> Event:
    """The contract's own example of an event, about another record."""
    [path] = EXAMPLES.glob(f"{kind.event_name()}.v*.json")
    data = orjson.loads(path.read_bytes())["data"]
    data["record"].update({name: str(value) if isinstance(value, UUID) else value for name, value in record.items()})
    return kind.read(data)
