"""The documents that describe the API: `/v1/openapi.json` for requests, `/v1/asyncapi.json` for events."""

from importlib import resources
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response

from chassis.routes import LateRoute
from gateway import openapi

router = APIRouter(prefix="/v1", tags=["reference"], route_class=LateRoute)
PUBLIC: dict[str, Any] = {"security": []}
JSON_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "the document"}
}


def document_of(app: FastAPI) -> dict[str, Any]:
    """The merged OpenAPI document, made once a process."""
    kept: dict[str, Any] | None = getattr(app.state, "merged_document", None)
    if kept is None:
        kept = app.state.merged_document = openapi.merged(app.openapi())
    return kept


@router.get("/openapi.json", response_class=Response, responses=JSON_DOCUMENT, openapi_extra=PUBLIC)
def get_openapi_document(request: Request) -> Response:
    """The whole API: every route of every service, every problem (OpenAPI 3.1)."""
    return Response(orjson.dumps(document_of(request.app)), media_type="application/json")


@router.get("/asyncapi.json", response_class=Response, responses=JSON_DOCUMENT, openapi_extra=PUBLIC)
def get_asyncapi_document() -> Response:
    """Every event that the services publish (AsyncAPI 3.0)."""
    document = resources.files("contracts").joinpath("asyncapi.json").read_bytes()
    return Response(document, media_type="application/json")
