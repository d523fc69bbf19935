"""A service of three routes on a real PostgreSQL, and its clients."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from tests.chassis.requests.callers import HOME, KEY, client_of
from tests.chassis.requests.notes import DEFERRED, METADATA, ORGANIZATION, router

from chassis.app import create_app
from chassis.database import Database
from chassis.health import Health
from chassis.identity import Verifier
from chassis.problem import AlreadyExists
from chassis.unit_of_work import Runtime
from contracts.permissions import Permission, Who


@pytest.fixture
async def database(postgres, new_database: Callable[..., str]) -> AsyncIterator[Database]:
    name = new_database()
    owner = Database(postgres.url(name))
    async with owner.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(
            text("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE check_violation; END'")
        )
        await connection.execute(text(DEFERRED))
        for table in ("notes", "idempotency_keys"):
            await connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
            await connection.execute(text(f"CREATE POLICY own ON {table} USING (organization_id = {ORGANIZATION})"))
            await connection.execute(text(f"GRANT ALL ON {table} TO notes_app"))
    await owner.close()
    app_role = Database(postgres.url(name, "notes_app"))
    yield app_role
    await app_role.close()


@pytest.fixture(scope="session", autouse=True)
async def _role(postgres):
    owner = Database(postgres.url())
    async with owner.engine.begin() as connection:
        await connection.execute(text("CREATE ROLE notes_app LOGIN"))
    await owner.close()


@pytest.fixture
async def app(database):
    @asynccontextmanager
    async def lifespan(app):
        app.state.runtime = Runtime(
            database,
            Verifier(KEY.public_key(), "notes"),
            own_boundaries=frozenset({"notebook"}),
            permissions=lambda method, _: Permission("note", method, Who(any_member=True), changes=method != "GET"),
        )
        yield

    app = create_app(
        title="Notes",
        description="",
        routers=[router],
        lifespan=lifespan,
        health=Health(),
        conflicts={"uq_notes_title": lambda: AlreadyExists("There is a note of this title.")},
    )
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app):
    async with client_of(app, HOME) as client:
        yield client
