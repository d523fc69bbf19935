"""A project service on a database of its own: migrated once a session, everything a test wrote rolled back after it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from service_kit import RolledBack, client_of, migrated, outbox_of
from tests.project_svc.member import ProjectMember
from tests.project_svc.working import Work, worker

from chassis.database import Database
from local_stack.postgres import Postgres
from project_svc.application import CONFLICTS, ROUTERS

APPLICATION = ("project-svc", ROUTERS, CONFLICTS)


@pytest.fixture(scope="session")
def database_url(postgres: Postgres) -> str:
    return migrated(postgres, "project_svc")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[RolledBack]:
    async with RolledBack.at(database_url) as database:
        yield database


@pytest.fixture
async def client(database: RolledBack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(database, *APPLICATION) as client:
        yield client


@pytest.fixture
def api(client: httpx.AsyncClient) -> ProjectMember:
    return ProjectMember(client)


@pytest.fixture
async def project(api: ProjectMember) -> str:
    """The path of a project that starts on Monday 2026-03-02."""
    return await api.project()


@pytest.fixture
def stranger(client: httpx.AsyncClient) -> ProjectMember:
    """A member of another organisation."""
    return ProjectMember(client)


@pytest.fixture
def auditor(client: httpx.AsyncClient, api: ProjectMember) -> ProjectMember:
    """An auditor of the same organisation."""
    return ProjectMember(client, api.organization_id, frozenset({"auditor"}))


@pytest.fixture
async def committed(database_url: str) -> AsyncIterator[Database]:
    """The database with real transactions, for tests about writers at once; what they write stays in an organisation of its own."""
    database = Database(database_url, pool=6, at_once=True)
    yield database
    await database.close()


@pytest.fixture
async def busy(committed: Database) -> AsyncIterator[ProjectMember]:
    """A member whose writes are committed."""
    async with client_of(committed, *APPLICATION) as client:
        yield ProjectMember(client)


@pytest.fixture
def work(database: RolledBack) -> Work:
    """Do what an organisation has asked of the work queue, each piece once, as the worker does it."""
    return worker(database)


@pytest.fixture
def events_of(database: RolledBack) -> Callable[[UUID], Awaitable[list[dict[str, Any]]]]:
    """Reads what was said of an organisation: subject, revision, position, positions, headers and data of its events, in order."""
    return partial(outbox_of, database)
