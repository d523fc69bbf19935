"""A program service on a database of its own, and the projects that it hears of.

The schema is migrated once a session; everything a test wrote is rolled back after it. Events go through the service's own projection,
as the consumer hands them over.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_kit import RolledBack, client_of, migrated
from tests.program_svc.golden_program import Golden
from tests.program_svc.member import ProgramMember

from chassis.database import Database
from local_stack.postgres import Postgres
from program_svc.application import CONFLICTS, ROUTERS
from program_svc.sight import redacted

GOLDEN = Path(__file__).parent.parent / "golden"
APPLICATION = ("program-svc", ROUTERS, CONFLICTS, redacted)


@pytest.fixture(scope="session")
def database_url(postgres: Postgres) -> str:
    return migrated(postgres, "program_svc")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[RolledBack]:
    async with RolledBack.at(database_url) as database:
        yield database


@pytest.fixture
async def client(database: RolledBack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(database, *APPLICATION) as client:
        yield client


@pytest.fixture
def api(client: httpx.AsyncClient, database: RolledBack) -> ProgramMember:
    return ProgramMember(client, database=database)


@pytest.fixture
async def crowd(database_url: str) -> AsyncIterator[ProgramMember]:
    """A member whose requests really run at once, each on a connection of its own. What they write stays, in their own organisation."""
    database = Database(database_url, pool=8)
    async with client_of(database, *APPLICATION) as client:
        yield ProgramMember(client, database=database)
    await database.close()


@pytest.fixture
def stranger(client: httpx.AsyncClient, database: RolledBack) -> ProgramMember:
    """A member of another organisation."""
    return ProgramMember(client, database=database)


@pytest.fixture
def auditor(client: httpx.AsyncClient, database: RolledBack, api: ProgramMember) -> ProgramMember:
    """An auditor of the same organisation."""
    return ProgramMember(client, api.organization_id, frozenset({"auditor"}), database=database)


@pytest.fixture(scope="session")
def networks() -> dict[str, Any]:
    """`golden/networks.json`."""
    return dict(json.loads((GOLDEN / "networks.json").read_text()))


@pytest.fixture(scope="session")
def figures() -> dict[str, Any]:
    """`golden/figures.json`."""
    return dict(json.loads((GOLDEN / "figures.json").read_text()))


@pytest.fixture
def eleven(networks: dict[str, Any], api: ProgramMember) -> Golden:
    """The golden network, told."""
    return Golden.told(networks["eleven_tasks"], api)
