"""How large values get, said of every one of them, so that whoever reads an answer knows what to be ready for.

What a client sends is bounded where its shape is declared. What has no bound there is bounded by what a body or an address may be, or is only
ever told by us; that is what is filled in here.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from contracts.values.durations import Duration, WrittenDuration
from gateway.document.parts import Document

OF_FORMAT: Final = {"uuid": 36, "date": 10, "date-time": 40}
PATTERNED: Final = 200
"""Characters; no pattern without a length of its own describes more."""
IN_ADDRESS: Final = 8192
"""Characters of a header; a query's parameters say themselves how long they may be."""
TEXT: Final = 1024 * 1024
"""Characters; a body is not larger."""
EXACT: Final = 2**53 - 1
"""Integers up to here are the same in every language."""
INT32: Final = 2**31 - 1
INT64: Final = 2**63 - 1
ITEMS: Final = 1_000_000
"""Of a list that is no page: as many as a project may have tasks."""
_LIMITS: Final = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
_SET: Final = re.compile(r"\[[^\]]*\]")
_ENDLESS: Final = re.compile(r"(?<!\\)(?:[*+]|\{\d+,\})")
_NOT_SCHEMAS: Final = frozenset({"example", "examples", "default", "enum", "const", "x-problems", "x-permission"})


def tell(document: Document) -> None:
    """Give every string, integer and list of the document its bounds, and every default the type that it is a default for.

    Raises ValueError for a pattern that bounds nothing, and for a query's parameter without a bound: its service would take any.
    """
    for path_item in document["paths"].values():
        for operation in path_item.values():
            for parameter in operation.get("parameters", ()):
                _bound(parameter, None if parameter.get("in") == "query" else IN_ADDRESS)
    for parameter in document["components"]["parameters"].values():
        _bound(parameter, IN_ADDRESS)
    _bound(document, TEXT)


def _bound(node: Any, text: int | None) -> None:
    for schema in _schemas(node):
        match schema["type"]:
            case "string":
                _bound_string(schema, text)
            case "integer":
                _bound_integer(schema)
            case "array":
                schema.setdefault("maxItems", ITEMS)
        if "default" in schema:
            schema["default"] = _default(schema, schema["default"])


def _bound_string(schema: Document, text: int | None) -> None:
    if schema.keys() & {"maxLength", "enum", "const"}:
        return
    kind, pattern = schema.get("format"), schema.get("pattern")
    if kind in OF_FORMAT:
        schema["maxLength"] = OF_FORMAT[kind]
    elif pattern is None and text is None:
        raise ValueError(f"a parameter of any length: give it a max_length where it is declared: {schema}")
    elif pattern is None:
        schema["maxLength"] = text
    elif _ENDLESS.search(_SET.sub("x", pattern)):
        raise ValueError(f"{pattern} describes texts of any length: give the field a max_length where it is declared")
    else:
        schema["maxLength"] = PATTERNED


def _bound_integer(schema: Document) -> None:
    told = {name: min(int(schema[name]), INT64) for name in _LIMITS if name in schema}
    least = told.get("minimum", told.get("exclusiveMinimum", -EXACT))
    most = told.get("maximum", told.get("exclusiveMaximum", EXACT))
    if "exclusiveMinimum" not in schema:
        schema["minimum"] = least
    if "exclusiveMaximum" not in schema:
        schema["maximum"] = most
    schema.setdefault("format", "int32" if least >= -INT32 and most <= INT32 else "int64")


def _default(schema: Document, told: Any) -> Any:
    """A default as it would be sent: pydantic writes a decimal's as a string, a duration's as an object."""
    match schema.get("type"), told:
        case "string", {"days": int(days), "minutes": int(minutes)}:
            return str(WrittenDuration(days, minutes))
        case "string", {"minutes": int(minutes), "minutes_per_day": int(day)}:
            return str(Duration(minutes, day))
        case "integer" | "number", str():
            return int(told) if told.isdecimal() else float(told)
        case "array", list():
            return [_default(schema.get("items", {}), each) for each in told]
    return told


def _schemas(node: Any) -> Iterator[Document]:
    """Every schema of one type within a piece of a document."""
    if isinstance(node, list):
        for each in node:
            yield from _schemas(each)
    elif isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield node
        for name, value in node.items():
            if name not in _NOT_SCHEMAS:
                yield from _schemas(value)
