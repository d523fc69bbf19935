"""The service's OpenAPI document: FastAPI's, with our problem documents in place of its validation errors."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from chassis.problem import FieldError, Problem, ProblemDocument, UnsupportedMediaType, responses

FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")
TOKENS = "An API token (`ilk_…`), or an access token (JWT) of the OpenID Connect issuer that the operator trusts."
JSON = "application/json"
OF_JSON_BODIES = {str(status): answer for status, answer in responses(UnsupportedMediaType).items()}
REF = "#/components/schemas/{model}"


def document(app: FastAPI) -> dict[str, Any]:
    """The complete document: every route, every problem, an example each."""
    body = get_openapi(
        title=app.title, version=app.version, openapi_version="3.1.0", description=app.description, routes=app.routes
    )
    for item in body["paths"].values():
        for operation in item.values():
            if JSON in operation.get("requestBody", {}).get("content", {}):
                operation["responses"] |= OF_JSON_BODIES
    components = body.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in FASTAPIS_OWN:
        schemas.pop(name, None)
    _, problem = models_json_schema(
        [(ProblemDocument, "serialization"), (FieldError, "serialization")], ref_template=REF
    )
    schemas["Problem"] = problem["$defs"]["ProblemDocument"]
    schemas["FieldError"] = problem["$defs"]["FieldError"]
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": TOKENS}}
    body["security"] = [{"token": []}]
    body["x-problems"] = {
        slug: {"status": kind.status, "title": kind.title, "description": (kind.__doc__ or "").strip()}
        for slug, kind in sorted(Problem.known.items())
    }
    return body
