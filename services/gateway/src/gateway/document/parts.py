"""Ways through an OpenAPI document that all steps share."""

from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]

PREFIX = "/v1"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SCHEMA_REF = "#/components/schemas/"


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Every operation of a document, with its method."""
    for _, method, operation in routes(document):
        yield method, operation


def routes(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Every operation of a document, with its path and method."""
    for path, item in document["paths"].items():
        yield from ((path, method, item[method]) for method in METHODS if method in item)


def references(node: Any) -> set[str]:
    """The names of the schemas that a piece of a document refers to."""
    return {node["$ref"].removeprefix(SCHEMA_REF) for node in objects(node) if _is_schema_reference(node)}


def rewritten(node: Any, rename: Callable[[str], str]) -> Any:
    """A copy of a piece of a document whose references go through `rename`; so do discriminator mappings."""
    if isinstance(node, dict):
        return {key: rewritten(value, rename) for key, value in node.items()}
    if isinstance(node, list):
        return [rewritten(value, rename) for value in node]
    if isinstance(node, str) and node.startswith(SCHEMA_REF):
        return SCHEMA_REF + rename(node.removeprefix(SCHEMA_REF))
    return node


def objects(node: Any) -> Iterator[Document]:
    """Every object within a piece of a document, itself included, outer ones first."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)


def without_null(schema: Document) -> Document:
    """The schema of a value that may be null, but for that: what a parameter of a path or a query can be."""
    kept = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(kept) != 1 or len(kept) == len(schema["anyOf"]):
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf" and not (key == "default" and value is None)}
    return {**kept[0], **rest}


def _is_schema_reference(node: Document) -> bool:
    target = node.get("$ref")
    return isinstance(target, str) and target.startswith(SCHEMA_REF)
