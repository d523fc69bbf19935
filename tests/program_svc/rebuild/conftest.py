"""A program service on a committed database, with a stream, a running consumer and somebody who has snapshots."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from service_kit import client_of, migrated
from sqlalchemy import text
from tests.program_svc.conftest import APPLICATION
from tests.program_svc.member import ProgramMember
from tests.program_svc.story import Story
from waiting import eventually

from chassis import streams
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.rebuilding import Rebuild
from contracts.subjects import Stream
from messaging_kit import bus, running
from program_svc.consumers import CONSUMER, projection, replica_alone
from program_svc.network.memory import Memory
from program_svc.picture import canonical_picture
from program_svc.rebuild.derived import Programs

__all__ = ["bus", "running"]


class World:
    """A story that is told on the stream, and what the service makes of it."""

    def __init__(self, url: str, owners_url: str, api: ProgramMember, bus, running) -> None:
        self.url, self.api, self.bus, self.running = url, api, bus, running
        self.owners_url, self.owner = owners_url, Database(owners_url, pool=2)
        self.story = Story(api, seed=11)
        self.story.hear = self.tell
        self.said: list[str] = []
        self.asked: list[UUID] = []
        self.told = 0

    async def begin(self) -> None:
        await streams.declare(self.bus.jetstream, streams.stream_config(Stream.PROJECT))
        self.consumer = Consumer(CONSUMER, Stream.PROJECT, self.api.database, self.bus, projection(Memory()))
        self.running(self.consumer)
        await self.story.begin()

    async def say(self) -> None:
        """Put what was said into the stream."""
        for event in self.story.projects.take():
            await self.bus.jetstream.publish(
                event.message.subject, event.message.payload, headers=event.message.headers
            )
            self.told += 1

    async def tell(self) -> None:
        """Say it, and wait until it is heard."""
        await self.say()
        await eventually(self.is_heard)

    async def is_heard(self) -> bool:
        return await self.has("SELECT 1 FROM consumer_cursors WHERE sequence >= :told", told=self.told)

    async def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """As the owner of the tables, past row-level security."""
        async with self.owner.transaction() as session:
            result = await session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    async def has(self, statement: str, **values: object) -> bool:
        return await self.sql(statement, **values) != []

    async def eventually(self, is_so) -> None:
        await eventually(is_so)

    async def picture(self) -> bytes:
        async with self.api.database.transaction(self.api.organization_id) as session:
            return await canonical_picture(session, UUID(self.story.program.removeprefix("/programs/")))

    async def get(self, _organization_id: UUID, path: str):
        """What the projects' owner answers."""
        self.asked.append(UUID(path.split("/")[2]))
        return self.story.projects.snapshot(self.asked[-1])

    def rebuild(self, owner="world") -> Rebuild:
        asked = self if owner == "world" else owner
        return Rebuild(
            CONSUMER, Stream.PROJECT, self.bus, self.url, replica_alone(), Programs(), asked, self.said.append
        )


@pytest.fixture(scope="module")
def committed_url(postgres, request) -> str:
    return migrated(postgres, "program_svc", f"rebuild_{request.module.__name__.rpartition('_')[2]}")


@pytest.fixture
async def world(committed_url, postgres, bus, running) -> AsyncIterator[World]:
    database = Database(committed_url, pool=8)
    owners_url = postgres.url(urlsplit(committed_url).path.removeprefix("/"))
    async with client_of(database, *APPLICATION) as client:
        world = World(committed_url, owners_url, ProgramMember(client, database=database), bus, running)
        for table in (
            "consumer_cursors",
            "boundary_positions",
            "parked_boundaries",
            "held_events",
            "quarantined_events",
        ):
            await world.sql(f"DELETE FROM {table}")  # what another test of the module left of other projects
        await world.begin()
        yield world
        world.consumer.stop()
    await world.owner.close()
    await database.close()
