"""The application factory: what every HTTP process of Interlock has, and nothing that only one has."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import failures, openapi
from chassis.failures import Conflicts
from chassis.health import Health, health_routes
from chassis.problem import BadRequest, InvalidRequest, Problem, TooLarge, Unauthenticated, Unavailable, responses
from chassis.telemetry import Observe

MAX_BODY = 1024 * 1024
"""Bytes; larger bodies answer 413. A route that takes more says so itself (`max_body_size`)."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

log = structlog.stdlib.get_logger(__name__)


class Guard:
    """Pure ASGI middleware: what nothing else caught becomes one problem document, and one log entry with its trace."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception:
            log.exception("unhandled error", path=scope["path"])
            if started:
                raise
            await failures.render(Problem())(scope, receive, send)


def create_app(
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    lifespan: Lifespan,
    health: Health,
    conflicts: Conflicts | None = None,
) -> FastAPI:
    """A service's application. `lifespan` opens what the service needs and sets `app.state`; `conflicts` names its constraints."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with lifespan(app):
            health.started()
            yield
            health.stopping()

    app = FastAPI(
        title=title,
        description=description,
        version="1",
        lifespan=running,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=MAX_BODY,
        responses=responses(BadRequest, Unauthenticated, TooLarge, InvalidRequest, Unavailable, Problem),
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
    )
    for router in routers:
        app.include_router(router)
    app.include_router(health_routes(health))
    app.add_middleware(Guard)
    app.add_middleware(Observe)
    failures.install(app, conflicts or {})

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
    return app
