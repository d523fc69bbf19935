"""The AsyncAPI 3.0 document of both streams, generated from the registry: one channel per record."""

from itertools import groupby
from typing import Any

from contracts.envelope import CONTENT_TYPE, MESSAGE_ID, SPEC_VERSION, Envelope
from contracts.events import Event
from contracts.files import example_file, load
from contracts.json_schema import shared_schemas
from contracts.registry import EVENTS
from contracts.subjects import PREFIX, BoundaryKind

_SCHEMAS = "#/components/schemas/"
_WHOSE = {
    BoundaryKind.PROJECT: "a project",
    BoundaryKind.PROGRAM: "a program",
    BoundaryKind.STRATEGY: "a strategy",
    BoundaryKind.WORK: "an organisation",
}
_HEADERS = "CloudEventHeaders"
_DESCRIPTION = """\
What Interlock's services say, on two NATS JetStream streams. Each event is a CloudEvent 1.0 in binary mode and carries the
full state of its record after the change. At least once; the revisions of one project, program or goal tree come in order and
without gaps. Fields may be added within a version: ignore those that you do not know."""


def document() -> dict[str, Any]:
    """The whole document, as it is served and committed."""
    payloads, schemas = shared_schemas(EVENTS, _SCHEMAS)
    records = [(boundary_and_record, list(events)) for boundary_and_record, events in groupby(EVENTS, key=_channel_key)]
    return {
        "asyncapi": "3.0.0",
        "id": "urn:interlock:events",
        "info": {
            "title": "Interlock events",
            "version": "1.0.0",
            "description": _DESCRIPTION,
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {key: _channel(events) for key, events in records},
        "operations": {f"publish_{key}": _operation(key, events) for key, events in records},
        "components": {
            "messages": {event.message_name(): _message(event, payloads[event]) for event in EVENTS},
            "schemas": schemas | {_HEADERS: _header_schema()},
        },
    }


def _channel_key(event: type[Event]) -> str:
    return f"{event.boundary}_{event.record}"


def _channel(events: list[type[Event]]) -> dict[str, Any]:
    first = events[0]
    stream, boundary = first.boundary.stream, first.boundary
    place = boundary.value if boundary.is_the_organizations else f"{{{boundary}_id}}"
    parameters: dict[str, Any] = {"organization_id": {"description": "The organisation's id, a UUID."}}
    if not boundary.is_the_organizations:
        parameters[f"{boundary}_id"] = {"description": f"The {boundary}'s id, a UUID; `*` follows all of them."}
    parameters["happened"] = {
        "description": "What happened to the record; `*` follows all of it.",
        "enum": list(dict.fromkeys(event.happened for event in events)),
    }
    return {
        "address": f"{PREFIX}.{stream.token}.{{organization_id}}.{place}.{first.record}.{{happened}}",
        "title": f"{first.record.replace('_', ' ').capitalize()} of {_WHOSE[boundary]}",
        "description": f"In the JetStream stream {stream}, written by {stream.source.strip('/')} alone.",
        "parameters": parameters,
        "messages": {_key(event): {"$ref": f"#/components/messages/{event.message_name()}"} for event in events},
    }


def _key(event: type[Event]) -> str:
    """The message within its channel: what happened, from the second version on with the version."""
    return event.message_name().removeprefix(f"{event.boundary.stream.token}.{event.record}.")


def _operation(key: str, events: list[type[Event]]) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{key}"},
        "summary": f"{events[0].boundary.stream.source.strip('/')} says what happened.",
        "messages": [{"$ref": f"#/channels/{key}/messages/{_key(event)}"} for event in events],
    }


def _message(event: type[Event], payload: dict[str, Any]) -> dict[str, Any]:
    example = load(example_file(event))
    data = example.pop("data")
    headers = Envelope.model_validate(example, extra="ignore").headers()
    return {
        "name": event.event_type(),
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip(),
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.header#/ce-correlationid"},
        "headers": {
            "type": "object",
            "allOf": [{"$ref": _SCHEMAS + _HEADERS}],
            "properties": {"ce-type": {"const": event.event_type()}, "ce-dataschema": {"const": event.schema_urn()}},
        },
        "payload": payload,
        "examples": [{"name": "one", "headers": headers, "payload": data}],
    }


def _header_schema() -> dict[str, Any]:
    """NATS headers are strings, whatever the attribute is; absent where it has no value."""
    described = Envelope.model_json_schema()
    attributes = {
        name if name == "traceparent" else f"ce-{name}": {"type": "string", "description": about["description"]}
        for name, about in described["properties"].items()
    }
    required = ["ce-specversion", *(f"ce-{name}" for name in described["required"]), "content-type", MESSAGE_ID]
    return {
        "type": "object",
        "description": "CloudEvents 1.0 in binary mode; values are percent-encoded where not printable ASCII.",
        "properties": {
            "ce-specversion": {"const": SPEC_VERSION},
            **attributes,
            "content-type": {"const": CONTENT_TYPE},
            MESSAGE_ID: {"type": "string", "description": "The same as `ce-id`: JetStream refuses a second copy."},
        },
        "required": required,
    }
