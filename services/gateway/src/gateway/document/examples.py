"""An example of every request and every answer, worked out from its schema and the words of `vocabulary`."""

from collections.abc import Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator

from gateway.document.parts import SCHEMA_REF, Document, routes
from gateway.document.vocabulary import BODIES, FIELDS

DEPTH: Final = 6
"""Schemas within schemas; what lies deeper and may be left out is left out."""
UNTOLD: Final = frozenset({"cursor", "sort"})
"""Parameters whose values come from an answer, or from the operation's own description."""
TEXTS: Final[Mapping[str, str]] = {
    "text/html": "<!doctype html><title>Tram line 7</title><h1>Tram line 7</h1>",
    "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 120"></svg>',
    "application/xml": '<?xml version="1.0"?><Project xmlns="http://schemas.microsoft.com/project"></Project>',
    "text/csv": "id,name,duration\r\n1,Build the harbour substation,P95D\r\n",
    "text/calendar": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\nEND:VCALENDAR\r\n",
}


def add(document: Document) -> None:
    """Give every body without an example one. Those of named schemas are said once, in the components."""
    maker = Maker(document["components"]["schemas"])
    shared = document["components"]["examples"]
    for _, _, operation in routes(document):
        for parameter in operation.get("parameters", ()):
            if "$ref" in parameter or parameter["name"] in UNTOLD:
                continue
            if not _has_example(parameter) and not _has_example(parameter["schema"]):
                parameter["example"] = maker.value(parameter["schema"], parameter["name"])
        _add(operation.get("requestBody", {}), maker, shared, is_asked=True)
        for response in operation["responses"].values():
            _add(response, maker, shared, is_asked=False)


class Maker:
    """Makes values that fit schemas. `schemas` are those that references name."""

    def __init__(self, schemas: Document) -> None:
        self._schemas = schemas

    def value(self, schema: Document, name: str = "", *, is_asked: bool = False, depth: int = 0) -> Any:
        """A value of the schema, for a field of this name. is_asked: it is sent to us, so what may be left out is."""
        if "$ref" in schema:
            return self._named(schema["$ref"].removeprefix(SCHEMA_REF), name, is_asked=is_asked, depth=depth)
        told = FIELDS.get(name)
        if name in FIELDS and self._fits(schema, told):
            return told
        if given := schema.get("examples"):
            return given[0]
        for keyword in ("example", "const", "default"):
            if keyword in schema and self._fits(schema, schema[keyword]):
                return schema[keyword]
        if "enum" in schema:
            return schema["enum"][0]
        forms = schema.get("anyOf") or schema.get("oneOf")
        if forms:
            is_optional = any(form.get("type") == "null" for form in forms)
            return None if is_optional and depth > DEPTH else self.value(forms[0], name, is_asked=is_asked, depth=depth)
        return self._plain(schema, name, is_asked=is_asked, depth=depth)

    def _named(self, named: str, name: str, *, is_asked: bool, depth: int) -> Any:
        value = self.value(self._schemas[named], name, is_asked=is_asked, depth=depth + 1)
        return {**value, **BODIES[named]} if named in BODIES and isinstance(value, dict) else value

    def _plain(self, schema: Document, name: str, *, is_asked: bool, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema, is_asked=is_asked, depth=depth)
            case "array":
                if depth > DEPTH and not schema.get("minItems"):
                    return []
                singular = name.removesuffix("s")
                one = (
                    self.value(schema["items"], singular, is_asked=is_asked, depth=depth + 1)
                    if "items" in schema
                    else {}
                )
                return [one] * schema.get("minItems", 1)
            case "string":
                return _string(schema)
            case "integer" | "number":
                return max(schema.get("minimum", 0), min(1, schema.get("maximum", 1)))
            case "boolean":
                return False
            case "null":
                return None
        return {}

    def _object(self, schema: Document, *, is_asked: bool, depth: int) -> Document:
        fields = schema.get("properties", {})
        required = set(schema.get("required", ()))
        asked = required or set(list(fields)[: schema.get("minProperties", 1)])
        value = {
            name: self.value(field, name, is_asked=is_asked, depth=depth)
            for name, field in fields.items()
            if name in asked or not is_asked
        }
        others = schema.get("additionalProperties")
        if not fields and isinstance(others, dict) and others and depth <= DEPTH:
            key = self.value(schema["propertyNames"]) if "propertyNames" in schema else FIELDS["id"]
            value[key] = self.value(others, is_asked=is_asked, depth=depth + 1)
        return value

    def _fits(self, schema: Document, value: Any) -> bool:
        return Draft202012Validator({**schema, "components": {"schemas": self._schemas}}).is_valid(value)


def _add(body: Document, maker: Maker, shared: Document, *, is_asked: bool) -> None:
    for media_type, content in body.get("content", {}).items():
        if _has_example(content):
            continue
        schema = content.get("schema", {})
        if media_type in TEXTS:
            content["example"] = TEXTS[media_type]
        elif "$ref" in schema:
            name = schema["$ref"].removeprefix(SCHEMA_REF)
            shared.setdefault(
                name, {"summary": f"{name}, for example", "value": maker.value(schema, is_asked=is_asked)}
            )
            content["examples"] = {"ordinary": {"$ref": f"#/components/examples/{name}"}}
        else:
            content["example"] = maker.value(schema, is_asked=is_asked)


def _has_example(node: Document) -> bool:
    return "example" in node or "examples" in node


def _string(schema: Document) -> str:
    match schema.get("format"):
        case "uuid":
            return str(FIELDS["id"])
        case "date":
            return str(FIELDS["start"])
        case "date-time":
            return str(FIELDS["time"])
    return "text"[: schema.get("maxLength", 4)].ljust(schema.get("minLength", 0), "t")
