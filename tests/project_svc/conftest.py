"""A project service on a database of its own: migrated once a session, everything a test wrote rolled back after it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, async_sessionmaker

from chassis.app import create_app
from chassis.database import Database
from chassis.health import Health
from chassis.identity import Identity, Signer, Verifier
from chassis.migrations import MigrationSettings, migrate
from chassis.unit_of_work import Runtime
from local_stack.databases import create_database, create_role
from local_stack.postgres import Postgres
from project_svc.application import CONFLICTS, ROUTERS
from project_svc.jobs.kinds import HANDLERS
from project_svc.jobs.running import Workshop
from project_svc.records import IDEMPOTENCY_KEYS

APP_ROLE = "project_app"
RELAY_ROLE = "project_relay"
PRIVATE_KEY = Ed25519PrivateKey.generate()


@pytest.fixture(scope="session")
def database_url(postgres: Postgres) -> str:
    """A migrated database, as the application's role."""
    create_database(postgres, "project_svc_tests")
    create_role(postgres, APP_ROLE, "unused")
    create_role(postgres, RELAY_ROLE, "unused")
    told = MigrationSettings(
        migration_database_url=postgres.url("project_svc_tests"), app_role=APP_ROLE, relay_role=RELAY_ROLE
    )
    asyncio.run(migrate("project_svc", told))
    return postgres.url("project_svc_tests", APP_ROLE)


class RolledBack(Database):
    """A database whose transactions are savepoints of one, which the test rolls back at its end."""

    def __init__(self, url: str) -> None:
        super().__init__(url, pool=1)
        self.connection: AsyncConnection | None = None

    @asynccontextmanager
    async def isolated(self) -> AsyncIterator["RolledBack"]:
        async with self.engine.connect() as connection:
            outer = await connection.begin()
            self.sessions = async_sessionmaker(
                connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
            )
            yield self
            await outer.rollback()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[RolledBack]:
    database = RolledBack(database_url)
    async with database.isolated():
        yield database
    await database.close()


def app_on(database: Database) -> FastAPI:
    """The application on a database, without NATS."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_app(
        title="projects", description="", routers=ROUTERS, lifespan=lifespan, health=Health(), conflicts=CONFLICTS
    )
    verifier = Verifier(PRIVATE_KEY.public_key(), "project-svc")
    app.state.runtime = Runtime(database, verifier, IDEMPOTENCY_KEYS)
    return app


@dataclass
class Api:
    """A member of one organisation, talking to the service."""

    client: httpx.AsyncClient
    organization_id: UUID = field(default_factory=uuid4)
    roles: frozenset[str] = frozenset({"admin"})

    @property
    def headers(self) -> dict[str, str]:
        identity = Identity(subject="ada", organization_id=self.organization_id, roles=self.roles)
        return {"Authorization": f"Bearer {Signer(PRIVATE_KEY).issue(identity, 'project-svc', lifetime=600)}"}

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        answer = await self.request("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: dict[str, Any], *, status: int = 201, **options: Any) -> Any:
        answer = await self.request("POST", path, json=body, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def patch(self, path: str, body: dict[str, Any], *, status: int = 200, **options: Any) -> Any:
        answer = await self.request("PATCH", path, json=body, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def delete(self, path: str, *, status: int = 204, **options: Any) -> httpx.Response:
        answer = await self.request("DELETE", path, **options)
        assert answer.status_code == status, answer.text
        return answer

    async def get_missing(self, path: str) -> None:
        answer = await self.request("GET", path)
        assert answer.status_code == 404, answer.text
        assert answer.json()["type"] == "/problems/not-found"

    async def project(self, **fields: Any) -> str:
        """A project that starts on Monday 2026-03-02; returns its path."""
        body = {"key": f"P{uuid4().hex[:8].upper()}", "name": "Tram line 4", "start": "2026-03-02", "currency": "EUR"}
        return f"/projects/{(await self.post('/projects', body | fields))['id']}"

    async def task(self, project: str, name: str = "A", duration: str = "P1D", **fields: Any) -> str:
        """A task; returns its id."""
        return str((await self.post(f"{project}/tasks", {"name": name, "duration": duration} | fields))["id"])

    async def summary(self, project: str, name: str = "S", **fields: Any) -> str:
        """A summary; returns its id."""
        return str((await self.post(f"{project}/tasks", {"name": name, "kind": "summary"} | fields))["id"])

    async def link(self, project: str, predecessor: str, successor: str, **fields: Any) -> str:
        """A link; returns its id."""
        body = {"predecessor_id": predecessor, "successor_id": successor} | fields
        return str((await self.post(f"{project}/links", body))["id"])

    async def schedule(self, project: str) -> dict[str, Any]:
        """The schedule's items by task id."""
        return {item["task_id"]: item for item in (await self.get(f"{project}/schedule"))["items"]}


@pytest.fixture
async def client(database: RolledBack) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_on(database), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://project-svc") as client:
        yield client


@pytest.fixture
def api(client: httpx.AsyncClient) -> Api:
    return Api(client)


@pytest.fixture
def stranger(client: httpx.AsyncClient) -> Api:
    """A member of another organisation."""
    return Api(client)


@pytest.fixture
async def committed(database_url: str) -> AsyncIterator[Database]:
    """The database with real transactions, for tests about writers at once; what they write stays in an organisation of its own."""
    database = Database(database_url, pool=6)
    yield database
    await database.close()


@pytest.fixture
async def busy(committed: Database) -> AsyncIterator[Api]:
    """A member whose writes are committed."""
    transport = httpx.ASGITransport(app_on(committed), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://project-svc") as client:
        yield Api(client)


@pytest.fixture
def auditor(client: httpx.AsyncClient, api: Api) -> Api:
    """An auditor of the same organisation."""
    return Api(client, api.organization_id, frozenset({"auditor"}))


@pytest.fixture
def work(database: RolledBack) -> Callable[[UUID], Awaitable[None]]:
    """Do what an organisation has asked of the work queue, each piece once, as the worker does it."""
    done: set[str] = set()
    asked = text(
        "SELECT convert_from(payload, 'UTF8')::json FROM outbox WHERE stream = 'WORK_PROJECT_SVC' ORDER BY pos"
    )

    async def do_all(organization_id: UUID) -> None:
        async with database.transaction(organization_id) as session:
            waiting = [each["work_id"] for each in await session.scalars(asked)]
        for job_id in waiting:
            if job_id not in done:
                done.add(job_id)
                await Workshop(database, HANDLERS).do(organization_id, UUID(job_id))

    return do_all


Outbox = Callable[[UUID], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def events_of(database: RolledBack) -> Outbox:
    """Reads an organisation's outbox: subject, revision, position, positions, headers and data of its events, in order."""
    statement = text(
        "SELECT subject, revision, position, positions, headers::json AS headers,"
        " convert_from(payload, 'UTF8')::json AS data FROM outbox WHERE stream IS NULL ORDER BY pos"
    )

    async def read(organization_id: UUID) -> list[dict[str, Any]]:
        async with database.transaction(organization_id) as session:
            return [dict(row) for row in (await session.execute(statement)).mappings()]

    return read
