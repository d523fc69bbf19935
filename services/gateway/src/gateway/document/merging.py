"""One OpenAPI document out of three: the gateway's own routes, and the services' as committed in `openapi/*-svc.json`.

Merging is mechanical. A name that two documents use for different things is told apart by its service; a name for the same thing is
shared. Nothing may be left dangling: a reference always names something that is there.
"""

from importlib import resources

import orjson

from chassis.problem import Forbidden, TooLarge, Unauthenticated, responses
from gateway.document import answers, authority, bounds, examples, links, names, parameters
from gateway.document.parts import METHODS, PREFIX, Document, operations, references, rewritten
from gateway.oidc.persons import OrganizationNeeded
from gateway.rates import TooManyRequests
from gateway.request_body import RequestTimeout
from gateway.transfers import TooManyTransfers
from gateway.upstreams import UpstreamBusy, UpstreamFailed, UpstreamTimeout, UpstreamUnavailable

OF_FORWARDING = (
    *(Unauthenticated, OrganizationNeeded, TooManyRequests, TooManyTransfers),
    *(UpstreamFailed, UpstreamUnavailable, UpstreamBusy, UpstreamTimeout),
)
OF_FORWARDED_WRITES = (*OF_FORWARDING, Forbidden, RequestTimeout, TooLarge)


def committed() -> dict[str, Document]:
    """Service → its document, as `python -m <service> openapi` wrote it."""
    folder = resources.files("gateway").joinpath("openapi")
    files = sorted((file for file in folder.iterdir() if file.name.endswith("-svc.json")), key=lambda file: file.name)
    return {file.name.removesuffix(".json"): orjson.loads(file.read_bytes()) for file in files}


def published(own: Document) -> Document:
    """The public document: `own` and the services' as committed, complete. `own` is not changed."""
    document = merged(own, committed())
    names.settle(document)
    parameters.describe(document)
    bounds.tell(document)
    answers.complete(document)
    links.tie(document)
    examples.add(document)
    authority.tell(document)
    return document


def merged(own: Document, services: dict[str, Document]) -> Document:
    """The documents put together; none of them is changed."""
    document: Document = orjson.loads(orjson.dumps(own))
    schemas = document["components"]["schemas"]
    taken = {operation["operationId"] for _, operation in operations(document)}
    for service, part in services.items():
        part = _with_own_names(part, service, schemas, taken)
        schemas |= part.get("components", {}).get("schemas", {})
        for path, item in part["paths"].items():
            document["paths"].setdefault(f"{PREFIX}{path}", {}).update(item)
        document.setdefault("x-problems", {}).update(part.get("x-problems", {}))
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


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
    if method == "get":
        parameters.add(operation, *parameters.OF_READS)
    for status, ours in responses(*(OF_FORWARDING if method == "get" else OF_FORWARDED_WRITES)).items():
        _add_examples(operation["responses"].setdefault(str(status), ours), ours)


def _add_examples(response: Document, ours: Document) -> None:
    for media_type, content in ours["content"].items():
        theirs = response.setdefault("content", {}).setdefault(media_type, content)
        theirs["examples"] = content["examples"] | theirs.get("examples", {})
