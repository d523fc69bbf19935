"""Parameters: those that a client may send besides what a route declares, and what each of the others means."""

import re
from typing import Any, Final

from gateway.document.parts import Document, routes, without_null

SHARED: Final[Document] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and body give the first answer again, for 24 hours; another body is refused.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
        "example": "0197a3c2-8f0e-7b1c-9d52-3f6f2b1c4d5e",
    },
    "InterlockOrganization": {
        "name": "Interlock-Organization",
        "in": "header",
        "description": "The key of the organisation to act in, for a person who is a member of several. An API token is of one, and refused (400) for any other.",
        "schema": {"type": "string", "maxLength": 40, "pattern": "^[a-z][a-z0-9-]{0,39}$"},
        "example": "demo",
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
OF_READS: Final = ("InterlockAfter", "Prefer")
"""Of the services' reads; a service that owns what is read has nothing to wait for."""

_SORTABLE: Final = re.compile(r"Sort by `(\w+)`")
_MEANINGS: Final = {
    "after": "Go on behind the record with this id.",
    "currency": "Only those of this currency.",
    "email": "Only the member with this address.",
    "is_drafted": "Only those that the system drafted, or only those that people wrote.",
    "is_open": "Only those that are still open, or only those that are not.",
    "limit": "How many there are on a page at most.",
    "name": "Only those of exactly this name.",
    "period": "How long each period of the answer is.",
    "scenario_id": "A scenario's id.",
    "since": "Only those of this day or later.",
    "state": "Only those in this state.",
}
"""Of a query's parameters that nobody described where they are declared. The rest are filters."""


def add(operation: Document, *shared: str) -> None:
    """Let the operation take these of the shared parameters, unless it declares them itself."""
    told = {parameter.get("name", "").lower() for parameter in operation.get("parameters", [])}
    missing = [name for name in shared if SHARED[name]["name"].lower() not in told]
    if missing:
        refs = [{"$ref": f"#/components/parameters/{name}"} for name in missing]
        operation["parameters"] = [*operation.get("parameters", []), *refs]


def describe(document: Document) -> None:
    """Every POST takes an Idempotency-Key, everything with a token an organisation; every parameter says what it is for, and what it looks like when it is sent."""
    document["components"]["parameters"] = SHARED
    for _, method, operation in routes(document):
        if method == "post":
            add(operation, "IdempotencyKey")
        if operation.get("security") != []:
            add(operation, "InterlockOrganization")
        for parameter in operation.get("parameters", ()):
            if "$ref" not in parameter:
                _describe(parameter)
                sortable = _SORTABLE.search(operation["description"]) if parameter["name"] == "sort" else None
                if sortable:
                    parameter["example"] = f"-{sortable[1]}"


def _describe(parameter: dict[str, Any]) -> None:
    # A parameter that may be left out is not null then: there is no way to write null into an address.
    parameter["schema"] = without_null(parameter["schema"])
    name = parameter["name"]
    words = name.removesuffix("_id").replace("_", " ")
    if "description" in parameter:
        return
    if parameter["in"] == "path":
        parameter["description"] = f"The {words}'s id." if name.endswith("_id") else f"The {words}."
    elif name in _MEANINGS:
        parameter["description"] = _MEANINGS[name]
    elif name.endswith("_id"):
        parameter["description"] = f"Only those of this {words}."
    else:
        parameter["description"] = f"Only those with this {words}."
