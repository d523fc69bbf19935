"""A service's HTTP application on a real database, and somebody who talks to it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.app import create_app
from chassis.database import Database
from chassis.failures import Conflicts
from chassis.health import Health
from chassis.identity import Identity, Signer, Verifier
from chassis.migrations import MigrationSettings, migrate
from chassis.seats import Seat, Seats
from chassis.statements import driven, execute
from chassis.unit_of_work import Redact, Runtime
from contracts.vocabulary import ProgramRole, ProjectRole
from local_stack.databases import create_database, create_role
from local_stack.postgres import Postgres

PRIVATE_KEY = Ed25519PrivateKey.generate()


def migrated(postgres: Postgres, package: str, purpose: str = "tests") -> str:
    """The URL of a new database with this package's schema, as a role that neither owns its tables nor may bypass their policies.

    purpose: a part of its name, of each that a run makes another.
    """
    name, app, relay = f"{package}_{purpose}", f"{package}_app", f"{package}_relay"
    create_database(postgres, name)
    create_role(postgres, app, "unused")
    create_role(postgres, relay, "unused")
    told = MigrationSettings(migration_database_url=postgres.url(name), app_role=app, relay_role=relay)
    asyncio.run(migrate(package, told))
    return postgres.url(name, app)


class Inner(Seat):
    """A seat inside an open transaction: what it begins and ends are savepoints, one in the other."""

    depth = 0

    def session(self) -> AsyncSession:
        session = AsyncSession(self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        return driven(session, self.driver)

    async def begin(self, organization_id: UUID | None, *, plans_once: bool = False) -> None:
        self.depth += 1
        await self.driver.execute(f"SAVEPOINT of_test_{self.depth}")
        if organization_id is not None:
            await self.driver.execute(f"SET LOCAL interlock.organization = '{organization_id}'")

    async def commit(self) -> None:
        await self.driver.execute(f"RELEASE of_test_{self.depth}")
        self.depth -= 1

    async def rollback(self) -> None:
        await self.driver.execute(f"ROLLBACK TO of_test_{self.depth}; RELEASE of_test_{self.depth}")
        self.depth -= 1


class OneSeat(Seats):
    """The same seat for everybody."""

    def __init__(self, seat: Inner) -> None:
        self.seat = seat

    async def take(self, organization_id: UUID | None, *, plans_once: bool = False) -> Seat:
        await self.seat.begin(organization_id)
        return self.seat

    async def give_back(self, seat: Seat) -> None:
        pass

    async def leave(self, seat: Seat) -> None:
        await seat.commit()  # at once: the next request has the same seat

    async def close(self) -> None:
        pass


class RolledBack(Database):
    """A database whose transactions are savepoints of one, which the test rolls back at its end."""

    connection: AsyncConnection

    def reading(self, organization_id: UUID) -> AbstractAsyncContextManager[AsyncSession]:
        """Within the test's transaction there is no reading without one."""
        return self.transaction(organization_id)

    writes_at_once = True

    def trying(self, organization_id: UUID) -> AbstractAsyncContextManager[AsyncSession]:
        return self.transaction(organization_id)

    async def write(self, organization_id: UUID, statement: str, *values: object) -> None:
        async with self.transaction(organization_id) as session:
            await execute(session, statement, *values)

    @classmethod
    @asynccontextmanager
    async def at(cls, url: str) -> AsyncIterator["RolledBack"]:
        database = cls(url, pool=1)
        async with database.engine.connect() as connection:
            outer = await connection.begin()
            await connection.execute(text("SELECT"))  # the driver is in the transaction from here on
            database.connection = connection
            raw = await connection.get_raw_connection()
            database.seats = OneSeat(Inner(connection, raw.driver_connection))
            yield database
            await outer.rollback()
        await database.close()


@asynccontextmanager
async def client_of(
    database: Database,
    audience: str,
    routers: Sequence[APIRouter],
    conflicts: Conflicts,
    redact: Redact | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the service's application on this database, without NATS."""

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        yield

    app = create_app(
        title=audience, description="", routers=routers, lifespan=lifespan, health=Health(), conflicts=conflicts
    )
    app.state.runtime = Runtime(database, Verifier(PRIVATE_KEY.public_key(), audience), redact=redact)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{audience}") as client:
        yield client


@dataclass
class Member:
    """Somebody of one organisation, talking to a service."""

    audience: ClassVar[str]

    client: httpx.AsyncClient
    organization_id: UUID = field(default_factory=uuid4)
    roles: frozenset[str] = frozenset({"admin"})
    subject: str = "ada"
    in_programs: Mapping[UUID, ProgramRole] = field(default_factory=dict)
    in_projects: Mapping[UUID, ProjectRole] = field(default_factory=dict)
    credential: str | None = None
    is_restricted: bool = False
    sends: Mapping[str, str] = field(default_factory=dict)
    """Headers of each request, besides."""

    @property
    def headers(self) -> dict[str, str]:
        identity = Identity(
            self.subject,
            self.organization_id,
            self.roles,
            programs=self.in_programs,
            projects=self.in_projects,
            is_restricted=self.is_restricted,
            credential=self.credential,
        )
        token = Signer(PRIVATE_KEY).issue(identity, self.audience, lifetime=600)
        return {"Authorization": f"Bearer {token}", **self.sends}

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        answer = await self.request("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def get_missing(self, path: str) -> None:
        answer = await self.request("GET", path)
        assert answer.status_code == 404, answer.text
        assert answer.json()["type"] == "/problems/not-found"

    async def post(self, path: str, body: Any = None, *, status: int = 201, **options: Any) -> Any:
        answer = await self.request("POST", path, json={} if body is None else body, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def patch(self, path: str, body: Any, *, status: int = 200, **options: Any) -> Any:
        answer = await self.request("PATCH", path, json=body, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def delete(self, path: str, *, status: int = 204, **options: Any) -> httpx.Response:
        answer = await self.request("DELETE", path, **options)
        assert answer.status_code == status, answer.text
        return answer


async def outbox_of(database: Database, organization_id: UUID) -> list[dict[str, Any]]:
    """What the service said of this organisation: subject, revision, position, positions, headers and data of its events, in order."""
    statement = text(
        "SELECT subject, revision, position, positions, headers::json AS headers,"
        " convert_from(payload, 'UTF8')::json AS data FROM outbox WHERE stream IS NULL ORDER BY pos"
    )
    async with database.transaction(organization_id) as session:
        return [dict(row) for row in (await session.execute(statement)).mappings()]
