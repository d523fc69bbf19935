"""One OpenAPI document out of three: the gateway's own routes, and the services' as committed in `openapi/*.json`.

Merging is mechanical. A name that two documents use for different things is told apart by its service; a name for the same thing is
shared. Nothing may be left dangling: a reference always names something that is there.
"""

import re
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import orjson

from chassis.problem import Forbidden, TooLarge, Unauthenticated, responses
from gateway.rates import TooManyRequests
from gateway.request_body import RequestTimeout
from gateway.upstreams import UpstreamBusy, UpstreamFailed, UpstreamTimeout, UpstreamUnavailable

Document = dict[str, Any]

PREFIX = "/v1"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PARAMETERS: Document = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and body give the first answer again, for 24 hours; another body is refused.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
        "example": "0197a3c2-8f0e-7b1c-9d52-3f6f2b1c4d5e",
    },
    "InterlockAfter": {
        "name": "Interlock-After",
        "in": "header",
        "description": "Positions that the answer must include, as `Interlock-Position` gave them; else 504 `position-not-reached`.",
        "schema": {"type": "string"},
        "example": "project/0197a3c2-8f0e-7b1c-9d52-3f6f2b1c4d5e@7",
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "description": "`wait=N`: seconds to wait for `Interlock-After`; 2 if not said, 10 at most.",
        "schema": {"type": "string"},
        "example": "wait=5",
    },
}
"""What a client may send besides what a route itself declares."""
OF_METHOD = {"post": ("IdempotencyKey",), "get": ("InterlockAfter", "Prefer")}
SCHEMA_REF = "#/components/schemas/"
OF_FORWARDING = (Unauthenticated, TooManyRequests, UpstreamFailed, UpstreamUnavailable, UpstreamBusy, UpstreamTimeout)
OF_FORWARDED_WRITES = (*OF_FORWARDING, Forbidden, RequestTimeout, TooLarge)


def committed() -> dict[str, Document]:
    """Service → its document, as `python -m <service> openapi` wrote it."""
    folder = resources.files("gateway").joinpath("openapi")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return {file.name.removesuffix(".json"): orjson.loads(file.read_bytes()) for file in files}


def merged(own: Document, services: dict[str, Document] | None = None) -> Document:
    """The public document. `own` is not changed."""
    document: Document = orjson.loads(orjson.dumps(own))
    schemas = document["components"]["schemas"]
    taken = {operation["operationId"] for _, operation in operations(document)}
    for service, part in (committed() if services is None else services).items():
        part = _with_own_names(part, service, schemas, taken)
        schemas |= part.get("components", {}).get("schemas", {})
        for path, item in part["paths"].items():
            document["paths"].setdefault(f"{PREFIX}{path}", {}).update(item)
        document.setdefault("x-problems", {}).update(part.get("x-problems", {}))
    document["components"]["parameters"] = PARAMETERS
    for method, operation in operations(document):
        if method == "post":
            _add_parameters(operation, "IdempotencyKey")
    tags = {tag for _, operation in operations(document) for tag in operation.get("tags", [])}
    document["tags"] = [{"name": tag} for tag in sorted(tags)]
    document["paths"] = dict(sorted(document["paths"].items()))
    document["servers"] = [{"url": "/"}]
    return document


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Every operation of a document, with its method."""
    for item in document["paths"].values():
        yield from ((method, item[method]) for method in METHODS if method in item)


def _with_own_names(part: Document, service: str, schemas: Document, taken: set[str]) -> Document:
    mine = part.get("components", {}).get("schemas", {})
    renamed = _renamed(mine, service, schemas)
    part = rewritten(part, lambda name: renamed.get(name, name))
    part["components"]["schemas"] = {
        renamed.get(name, name): schema for name, schema in part["components"]["schemas"].items()
    }
    for path, item in part["paths"].items():
        for method, operation in ((method, item[method]) for method in METHODS if method in item):
            _complete(operation, service, taken, method, path)
    return part


def _add_parameters(operation: Document, *names: str) -> None:
    told = {parameter.get("name", "").lower() for parameter in operation.get("parameters", [])}
    missing = [name for name in names if PARAMETERS[name]["name"].lower() not in told]
    if missing:
        refs = [{"$ref": f"#/components/parameters/{name}"} for name in missing]
        operation["parameters"] = [*operation.get("parameters", []), *refs]


def _renamed(mine: Document, service: str, schemas: Document) -> dict[str, str]:
    """Which of a service's schema names mean something else in what is merged so far, and their new names.

    A schema that refers to a renamed one is itself another thing, so this goes on until nothing changes.
    """
    title = "".join(word.capitalize() for word in service.removesuffix("-svc").split("-"))
    renamed = {name: f"{title}{name}" for name, schema in mine.items() if name in schemas and schemas[name] != schema}
    while True:
        more = {
            name: f"{title}{name}"
            for name, schema in mine.items()
            if name in schemas and name not in renamed and not renamed.keys().isdisjoint(references(schema))
        }
        if not more:
            return renamed
        renamed |= more


def _complete(operation: Document, service: str, taken: set[str], method: str, path: str) -> None:
    if operation["operationId"] in taken:
        operation["operationId"] = f"{service.replace('-', '_')}_{operation['operationId']}"
    taken.add(operation["operationId"])
    operation.setdefault("tags", [path.split("/")[1]])
    _add_parameters(operation, *OF_METHOD.get(method, ()))
    for status, ours in responses(*(OF_FORWARDING if method == "get" else OF_FORWARDED_WRITES)).items():
        _add_examples(operation["responses"].setdefault(str(status), ours), ours)


def _add_examples(response: Document, ours: Document) -> None:
    for media_type, content in ours["content"].items():
        theirs = response.setdefault("content", {}).setdefault(media_type, content)
        theirs["examples"] = content["examples"] | theirs.get("examples", {})


def references(node: Any) -> set[str]:
    """The names of the schemas that a piece of a document refers to."""
    return set(re.findall(r'"#/components/schemas/([^"]+)"', orjson.dumps(node).decode()))


def rewritten(node: Any, rename: Callable[[str], str]) -> Any:
    """A copy of a piece of a document whose references go through `rename`; so do discriminator mappings."""
    if isinstance(node, dict):
        return {key: rewritten(value, rename) for key, value in node.items()}
    if isinstance(node, list):
        return [rewritten(value, rename) for value in node]
    if isinstance(node, str) and node.startswith(SCHEMA_REF):
        return SCHEMA_REF + rename(node.removeprefix(SCHEMA_REF))
    return node
