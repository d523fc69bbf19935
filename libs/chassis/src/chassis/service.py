"""The HTTP process of a service with an outbox: what it opens on the way up, and closes, the other way round, on the way down."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.params import Depends

from chassis.app import create_app
from chassis.arrivals import Arrivals
from chassis.bus import Bus
from chassis.database import Database
from chassis.failures import Conflicts
from chassis.health import Health
from chassis.keys import verifier
from chassis.poke import Poke
from chassis.routes import Responses
from chassis.schema import check_at_head
from chassis.settings import ServiceSettings
from chassis.unit_of_work import Redact, Runtime


def service_app(
    package: str,
    settings: ServiceSettings,
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    own_boundaries: frozenset[str],
    conflicts: Conflicts | None = None,
    dependencies: Sequence[Depends] = (),
    answers: Responses | None = None,
    redact: Redact | None = None,
    writes_at_once: bool = False,
) -> FastAPI:
    """The application of `package`. It is ready while its database answers at the schema that this code was written for.

    writes_at_once: some of its short cuts write with one statement (`chassis.at_once`). NATS does not gate it: a write is complete with its outbox row, and the worker publishes that when it can.
    """
    name = package.replace("_", "-")
    health = Health()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(
            settings.database_url,
            pool=settings.database_pool,
            application=f"{name} http",
            is_pooled=settings.database_pooling == "transaction",
            at_once=writes_at_once,
        )
        bus = Bus(settings.nats_url, f"{name} http", settings.nats_ca_file)
        bus.start()
        arrivals = Arrivals(name, bus)
        app.state.runtime = Runtime(
            database, verifier(settings, name), Poke(name, bus), own_boundaries, redact, arrivals=arrivals
        )
        watching = asyncio.create_task(health.watch("database", lambda: check_at_head(database, package)))
        listening = asyncio.create_task(arrivals.run())
        try:
            yield
        finally:
            for task in (watching, listening):
                task.cancel()
            await asyncio.gather(watching, listening, return_exceptions=True)
            await bus.close()
            await database.close()

    return create_app(
        title=title,
        description=description,
        routers=routers,
        lifespan=lifespan,
        health=health,
        conflicts=conflicts,
        dependencies=dependencies,
        answers=answers,
    )
