"""The application factory: what every HTTP process of Interlock has, and nothing that only one has."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.params import Depends
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import failures, openapi
from chassis.failures import Conflicts
from chassis.health import Health, health_routes
from chassis.problem import BadRequest, InvalidRequest, Problem, TooLarge, Unauthenticated, Unavailable, responses
from chassis.routes import Responses, Signpost, routes_of, with_words
from chassis.telemetry import Observe
from chassis.uploads import UploadRoute

MAX_BODY = 1024 * 1024
"""Bytes; larger bodies answer 413."""

EVERYWHERE = responses(BadRequest, Unauthenticated, TooLarge, InvalidRequest, Unavailable, Problem)
"""What any route may answer."""

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


class BodyLimit:
    """Pure ASGI middleware: a body that is too large is refused when its length is told, or as soon as it has come too far."""

    def __init__(self, app: ASGIApp, most: int, larger: Mapping[str, int]) -> None:
        self.app = app
        self.usual = most
        self.larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.larger.get(scope["path"], self.usual)
        detail = f"A body is at most {most} bytes."
        told = Headers(scope=scope).get("content-length", "0")
        if told.isdecimal() and int(told) > most:
            await failures.render(TooLarge(detail))(scope, receive, send)
            return
        come = 0

        async def counting() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > most:
                raise HTTPException(413, detail)
            return message

        await self.app(scope, counting, send)


class Application(FastAPI):
    """FastAPI without the layers that ours make needless: `Guard` answers for errors, `BodyLimit` counts bodies, `Observe` has the spans.

    Each of FastAPI's own costs every request a frame and every message of an answer another one.
    """

    def build_middleware_stack(self) -> ASGIApp:
        """Our layers, the first one outermost, around the router and the two that routes rely on."""
        handlers = dict(self.exception_handlers)
        app: ASGIApp = ExceptionMiddleware(AsyncExitStackMiddleware(self.router), handlers)
        for cls, args, told in reversed(self.user_middleware):
            app = cls(app, *args, **told)
        return app


def create_app(
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    lifespan: Lifespan,
    health: Health,
    conflicts: Conflicts | None = None,
    dependencies: Sequence[Depends] = (),
    answers: Responses | None = None,
) -> FastAPI:
    """A service's application. `lifespan` opens what the service needs and sets `app.state`; `conflicts` names its constraints.

    All its routes have `dependencies`, and may answer `answers` besides what every application may.
    """

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with lifespan(app):
            health.started()
            yield
            health.stopping()

    app = Application(
        title=title,
        description=description,
        version="1",
        lifespan=running,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        # Observe has the request's span; FastAPI's own would be a second one, at a tenth of what forwarding costs.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    answered = EVERYWHERE | dict(answers or {})
    app.router.routes += with_words([*routes_of(routers, dependencies=dependencies, responses=answered)])
    app.router.routes += routes_of([health_routes(health)])
    app.router.middleware_stack = Signpost(app.router)
    app.add_middleware(BodyLimit, most=MAX_BODY, larger=_larger_bodies(routers))
    app.add_middleware(Guard)
    app.add_middleware(Observe)
    failures.install(app, conflicts or {})

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
    return app


def _larger_bodies(routers: Sequence[APIRouter]) -> Mapping[str, int]:
    """Paths of routes that take more than the usual, and how much."""
    routes = (route for router in routers for route in router.routes)
    return {route.path: route.most_bytes for route in routes if isinstance(route, UploadRoute)}
