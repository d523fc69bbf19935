"""JSON Schema of what events carry, generated from their shapes."""

from copy import deepcopy
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from contracts.events import Event
from contracts.values import Shape

Schema = dict[str, Any]


class _Open(GenerateJsonSchema):
    """Without `additionalProperties: false`.

    Producers are held to the fields they declared, but a consumer that validates must survive a field it does not know yet.
    """

    def model_schema(self, schema: Any) -> Schema:
        described = super().model_schema(schema)
        described.pop("additionalProperties", None)
        return described


def data_shape(event: type[Event]) -> type[Shape]:
    """The shape of the event's `data`."""
    shape = event.model_fields["data"].annotation
    if not (isinstance(shape, type) and issubclass(shape, Shape)):
        raise TypeError(f"{event.__name__}.data is not a Shape")
    return shape


def event_schema(event: type[Event]) -> Schema:
    """The JSON Schema (2020-12) of the event's `data`, complete in itself; the caller's own, to change at will."""
    return deepcopy(_event_schema(event))


@cache
def _event_schema(event: type[Event]) -> Schema:
    schema = data_shape(event).model_json_schema(schema_generator=_Open)
    schema.pop("title", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": event.schema_urn(),
        "title": event.event_type(),
        "description": (event.__doc__ or "").strip(),
    } | {keyword: value for keyword, value in schema.items() if keyword != "description"}


def shared_schemas(events: tuple[type[Event], ...], place: str) -> tuple[dict[type[Event], Schema], dict[str, Schema]]:
    """The same schemas as parts of one document: per event a reference, and the definitions to put at `place`."""
    shapes = list(dict.fromkeys(data_shape(event) for event in events))
    references, document = models_json_schema(
        [(shape, "validation") for shape in shapes], schema_generator=_Open, ref_template=place + "{model}"
    )
    per_event = {event: references[data_shape(event), "validation"] for event in events}
    return per_event, document["$defs"]
