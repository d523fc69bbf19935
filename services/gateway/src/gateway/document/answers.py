"""Answers: what they are, the headers that come with them, and problems said once instead of with every route."""

from typing import Any, Final

from gateway.document.parts import Document, routes

PROBLEMS: Final = "application/problem+json"
MOST_TOGETHER: Final = 3
"""So many kinds of problem at most share an answer that is described once and referred to; others are rare combinations."""

HEADERS: Final[Document] = {
    "RateLimit": {
        "description": "How many more requests may come now (`r`), and in how many seconds all of them may again (`t`).",
        "schema": {"type": "string", "maxLength": 200},
        "example": '"token";r=1998;t=2',
    },
    "RateLimit-Policy": {
        "description": "How many requests may come at once (`q`), in how many seconds as many again (`w`).",
        "schema": {"type": "string", "maxLength": 200},
        "example": '"token";q=2000;w=2',
    },
    "Retry-After": {
        "description": "Seconds to wait before the request is repeated.",
        "schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86400},
        "example": 1,
    },
    "X-Request-Id": {
        "description": "The request's own `X-Request-Id`, or else the id of its trace.",
        "schema": {"type": "string", "maxLength": 128},
        "example": "4bf92f3577b34da6a3ce929d0e0e4736",
    },
    "Access-Control-Allow-Origin": {
        "description": "Only to pages of the origins that the operator allows; by default there are none.",
        "schema": {"type": "string", "maxLength": 300},
        "example": "https://pm.example.org",
    },
    "ETag": {
        "description": "The record's revision, for `If-Match` and `If-None-Match`.",
        "schema": {"type": "string", "maxLength": 80},
        "example": '"7"',
    },
    "Interlock-Position": {
        "description": "What the answer reflects; a read with `Interlock-After` waits for it.",
        "schema": {"type": "string", "maxLength": 8192},
        "example": "project/0197a3c2-8f0e-7b1c-9d52-3f6f2b1c4d5e@7",
    },
}
EVERYWHERE: Final = ("RateLimit", "RateLimit-Policy", "X-Request-Id", "Access-Control-Allow-Origin")
_WHEN_DONE: Final = {
    "201": "What was made.",
    "202": "It has been taken on; the job tells how it goes.",
    "204": "It is done.",
}


def complete(document: Document) -> None:
    """Describe the answers of every operation."""
    components = document["components"]
    components["headers"] = HEADERS
    components["examples"], components["responses"] = {}, {}
    for _, method, operation in routes(document):
        _tell_previews_apart(operation["responses"])
        for status, response in operation["responses"].items():
            if response["description"] == "Successful Response":
                response["description"] = _WHEN_DONE.get(status) or _description(response)
            _add_headers(response, status, method, components["schemas"])
            _name_examples(response, components["examples"])
        operation["responses"] = {
            status: _shared(response, components["responses"])
            for status, response in sorted(operation["responses"].items())
        }


def _tell_previews_apart(responses: Document) -> None:
    """What is created is 201, a preview of it 200: their shapes are not two forms of the one answer."""
    created, preview = _schema(responses.get("201")), _schema(responses.get("200"))
    if created is not None and preview is not None and preview in created.get("anyOf", ()):
        kept = [each for each in created["anyOf"] if each != preview]
        responses["201"]["content"]["application/json"]["schema"] = kept[0] if len(kept) == 1 else {"anyOf": kept}


def _description(response: Document) -> str:
    schema = _schema(response) or {}
    return "A page of them." if schema.get("$ref", "").endswith("Page") else "The answer."


def _add_headers(response: Document, status: str, method: str, schemas: Document) -> None:
    names = [*EVERYWHERE]
    if status in {"429", "503"}:
        names.append("Retry-After")
    if status[0] == "2":
        names += ["ETag"] if _has_revision(_schema(response), schemas) else []
        names += ["Interlock-Position"] if method != "get" else []
    told = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    response["headers"] = told | response.get("headers", {})


def _has_revision(schema: Document | None, schemas: Document) -> bool:
    forms = (schema or {}).get("anyOf", [schema or {}])
    names = [form["$ref"].rsplit("/", 1)[1] for form in forms if "$ref" in form]
    return any("revision" in schemas[name].get("properties", {}) for name in names)


def _name_examples(response: Document, examples: Document) -> None:
    for slug, example in list(response.get("content", {}).get(PROBLEMS, {}).get("examples", {}).items()):
        examples[f"problem-{slug}"] = example
        response["content"][PROBLEMS]["examples"][slug] = {"$ref": f"#/components/examples/problem-{slug}"}


def _shared(response: Document, responses: Document) -> Document:
    slugs = sorted(response.get("content", {}).get(PROBLEMS, {}).get("examples", {}))
    if not slugs or len(slugs) > MOST_TOGETHER:
        return response
    name = "Or".join("".join(word.capitalize() for word in slug.split("-")) for slug in slugs)
    if responses.setdefault(name, response) != response:
        return response
    return {"$ref": f"#/components/responses/{name}"}


def _schema(response: dict[str, Any] | None) -> Document | None:
    schema: Document | None = (response or {}).get("content", {}).get("application/json", {}).get("schema")
    return schema
