"""Every way in which a request can fail, as one problem document."""

from collections.abc import Callable, Mapping
from typing import Any

import asyncpg
import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from chassis import problem, tracing
from chassis.problem import FieldError, Problem

Conflicts = Mapping[str, Callable[[], Problem]]
"""Constraint name → the problem that its violation is."""

log = structlog.stdlib.get_logger(__name__)

BY_STATUS: dict[int, type[Problem]] = {
    400: problem.BadRequest,
    404: problem.NotFound,
    405: problem.MethodNotAllowed,
    413: problem.TooLarge,
    415: problem.UnsupportedMediaType,
}
LOCATIONS = {"body": "body", "query": "query", "path": "path", "header": "header", "cookie": "header"}


def render(error: Problem) -> Response:
    """The problem as an HTTP answer."""
    document = orjson.dumps(error.document(tracing.trace_id()), default=str)
    return Response(document, error.status, error.headers, problem.MEDIA_TYPE)


def from_validation(error: RequestValidationError) -> Problem:
    """FastAPI's validation error; broken JSON is 400, a broken rule 422."""
    items = error.errors()
    if any(item["type"] == "json_invalid" for item in items):
        return problem.BadRequest("The body is not valid JSON.")
    errors = [
        FieldError(
            location=LOCATIONS.get(str(item["loc"][0]), "body"),
            pointer="".join(f"/{_escape(part)}" for part in item["loc"][1:]),
            rule=item["type"],
            message=item["msg"],
        )
        for item in items
    ]
    first = errors[0]
    place = f"`{first.pointer}` in the {first.location}" if first.pointer else f"The {first.location}"
    return problem.InvalidRequest(f"{place}: {first.message}", errors=errors)


def _escape(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1").encode("utf-8", "replace").decode()


def from_database(error: DBAPIError, conflicts: Conflicts) -> Problem:
    """What PostgreSQL refused."""
    cause = error.orig.__cause__ if error.orig is not None else None
    known = from_driver(cause, conflicts)
    if known is None and error.connection_invalidated:
        return problem.Unavailable("The database went away; nothing was changed.")
    if known is None:
        log.error("database error", exc_info=error)
    return known or Problem()


def from_driver(cause: BaseException | None, conflicts: Conflicts) -> Problem | None:
    """What the driver was refused, if it is more than an internal error: what a client can cause, or can wait for."""
    match cause:
        case asyncpg.IntegrityConstraintViolationError() if (cause.constraint_name or "") in conflicts:
            return conflicts[cause.constraint_name or ""]()
        case asyncpg.UniqueViolationError():
            return problem.AlreadyExists("Another record already has this value.")
        case asyncpg.DataError():
            return problem.InvalidRequest("A value cannot be stored: it is outside what its field holds.")
        case (
            asyncpg.TransactionRollbackError()
            | asyncpg.LockNotAvailableError()
            | asyncpg.QueryCanceledError()
            | asyncpg.PostgresConnectionError()
            | asyncpg.OperatorInterventionError()
            | asyncpg.InsufficientResourcesError()
            | asyncpg.InterfaceError()
            | asyncpg.InternalClientError()  # what a crashed server leaves on its connections
            | OSError()
            | PoolTimeout()
        ):
            log.warning("database unavailable", reason=str(cause) or type(cause).__name__)
            return problem.Unavailable("The database is busy or away; nothing was changed.")
    return None


def _allowed(request: Request) -> str:
    """Every method of the path; Starlette names only those of the first route that fits it.

    Of paths that fit, the one with the fewest parameters is meant: `/things/mine` is no id of a thing.
    """
    fitting = [
        route
        for route in request.app.routes
        if isinstance(route, APIRoute) and route.matches(dict(request.scope))[0] is not Match.NONE
    ]
    meant = min(fitting, key=lambda route: len(route.param_convertors), default=None)
    same = [route for route in fitting if meant is not None and route.path_format == meant.path_format]
    return ", ".join(sorted({method for route in same for method in route.methods or ()}))


def install(app: FastAPI, conflicts: Conflicts) -> None:
    """Make every failure of this application a problem document."""

    async def on_problem(_: Request, error: Any) -> Response:
        if error.status >= 500:
            log.warning("problem", type=error.slug, detail=error.detail)
        if isinstance(error, problem.NotFound):
            error.headers[problem.MISSING_HEADER] = "record"
        return render(error)

    async def on_http(request: Request, error: Any) -> Response:
        kind = BY_STATUS.get(error.status_code)
        if kind is None:
            log.error("unexpected HTTP error", status=error.status_code, exc_info=error)
            return render(Problem())
        answer = kind() if kind is problem.NotFound else kind(str(error.detail))
        answer.headers.update(error.headers or {})
        if error.status_code == 405 and (allowed := _allowed(request)):
            answer.headers["Allow"] = allowed
        return render(answer)

    async def on_validation(_: Request, error: Any) -> Response:
        return render(from_validation(error))

    async def on_database(_: Request, error: Any) -> Response:
        return render(from_database(error, conflicts))

    async def on_driver(_: Request, error: Any) -> Response:
        known = from_driver(error, conflicts)
        if known is None:
            log.error("database error", exc_info=error)
        return render(known or Problem())

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(DBAPIError, on_database)
    for refused in (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, PoolTimeout, OSError):
        app.add_exception_handler(refused, on_driver)
