"""The documents that describe the API: `/v1/openapi.json` for requests, `/v1/asyncapi.json` for events."""

from functools import cache
from importlib import resources
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from chassis.routes import LateRoute
from gateway.identity.dependencies import Stranger
from gateway.published import answering

router = APIRouter(prefix="/v1", tags=["reference"], route_class=LateRoute, dependencies=[Stranger])
PUBLIC: dict[str, Any] = {"security": []}
JSON_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "the document"}
}


def openapi_document() -> bytes:
    """The merged document as it was made at build time, without the white space that makes its changes readable."""
    return orjson.dumps(_built())


def asyncapi_document() -> bytes:
    """The document of events as it was made at build time."""
    return resources.files("contracts").joinpath("asyncapi.json").read_bytes()


_OPENAPI, _ASYNCAPI = (answering(read, "application/json") for read in (openapi_document, asyncapi_document))


@cache
def problem_kinds() -> dict[str, dict[str, str | int]]:
    """Every problem that the API may answer, by its name."""
    kinds: dict[str, dict[str, str | int]] = _built()["x-problems"]
    return kinds


def _built() -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(resources.files("gateway").joinpath("openapi/interlock.json").read_bytes())
    return document


@router.get("/openapi.json", response_class=Response, responses=JSON_DOCUMENT, openapi_extra=PUBLIC)
def get_openapi_document(request: Request) -> Response:
    """The whole API: every route of every service, every problem (OpenAPI 3.1)."""
    return _OPENAPI(request)


@router.get("/asyncapi.json", response_class=Response, responses=JSON_DOCUMENT, openapi_extra=PUBLIC)
def get_asyncapi_document(request: Request) -> Response:
    """Every event that the services publish (AsyncAPI 3.0)."""
    return _ASYNCAPI(request)
