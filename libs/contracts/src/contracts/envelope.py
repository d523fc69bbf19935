"""CloudEvents 1.0: what is said about an event, as NATS headers (binary mode) or around it (structured mode).

In binary mode the payload is the event's `data` alone. Header values are percent-encoded where they are not printable
ASCII, and for the space, the double quote and the percent sign, as the CloudEvents binding for NATS says.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Self
from urllib.parse import quote, unquote
from uuid import UUID

from pydantic import Field, ValidationError

from contracts.values import Id, Instant, Shape
from contracts.values.dates import print_instant

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
MESSAGE_ID = "Nats-Msg-Id"
_PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
_PLAIN = re.compile(f"[{re.escape(_PRINTABLE)}]*")


class MalformedEnvelope(ValueError):
    """The headers or the document are not a CloudEvent of ours; the message says which attribute is wrong."""


class Envelope(Shape):
    """The context attributes of one event, under their CloudEvents names."""

    id: Id
    """UUIDv7; also `Nats-Msg-Id` and `webhook-id`. The same event has the same id wherever and however often it arrives."""
    source: str
    """The service that says it, for example `/project-svc`."""
    type: str
    """For example `io.interlock.project.task.updated.v1`."""
    subject: str
    """The record that it is about, for example `projects/<id>/tasks/<id>`."""
    time: Instant
    """When it was recorded. Never used for order."""
    dataschema: str
    """The URN of the JSON Schema of `data`."""
    orgid: Id
    """The organisation's id."""
    revision: int = Field(ge=1)
    """Of the boundary (project, program or strategy): one more with every change, without gaps."""
    position: int = Field(ge=1)
    """This event is the k-th of its revision, counted from 1 …"""
    positions: int = Field(ge=1)
    """… of n."""
    correlationid: str
    """The same for all that one request set off."""
    causationid: str | None = None
    """The id of the event that caused this one; null when a request did."""
    actor: str
    """Who asked for the change."""
    traceparent: str | None = None
    """W3C trace context."""
    beside: str | None = None
    """The type by which another event of this revision says the same in another version: apply one of the two."""

    def headers(self) -> dict[str, str]:
        """The NATS headers of binary mode, in a fixed order; attributes without a value are left out."""
        headers = {"ce-specversion": SPEC_VERSION}
        for name, header in _HEADERS.items():
            value = getattr(self, name)
            if value is not None:
                headers[header] = _printed(value)
        if self.traceparent is not None:
            headers["traceparent"] = self.traceparent
        headers["content-type"] = CONTENT_TYPE
        headers[MESSAGE_ID] = headers["ce-id"]
        return headers

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Self:
        """Read binary mode; names in any case, attributes that we do not know are ignored. Raises `MalformedEnvelope`."""
        attributes: dict[str, Any] = {}
        for header, value in headers.items():
            if (name := _attribute(header)) == "traceparent":
                attributes[name] = value
            elif name:
                attributes[name] = unquote(value) if "%" in value else value
        return cls._read(attributes)

    def structured(self, data: bytes) -> bytes:
        """The whole event as one JSON document, for SSE and webhooks. `data` is the JSON that NATS carried."""
        attributes = self.model_dump(mode="json", exclude_none=True) | {"datacontenttype": CONTENT_TYPE}
        head = json.dumps({"specversion": SPEC_VERSION} | attributes, ensure_ascii=False, separators=(",", ":"))
        return head.removesuffix("}").encode() + b',"data":' + data + b"}"

    @classmethod
    def from_structured(cls, document: bytes) -> tuple[Self, Any]:
        """Read structured mode: the envelope and `data` as Python values. Raises `MalformedEnvelope`."""
        try:
            attributes = json.loads(document)
        except ValueError as error:
            raise MalformedEnvelope("Not a JSON document") from error
        if not isinstance(attributes, dict) or "data" not in attributes:
            raise MalformedEnvelope("Not a CloudEvents document with data")
        data = attributes.pop("data")
        return cls._read(attributes), data

    @classmethod
    def _read(cls, attributes: dict[str, Any]) -> Self:
        if attributes.get("specversion") != SPEC_VERSION:
            raise MalformedEnvelope(f"specversion is not {SPEC_VERSION}")
        try:
            return cls.model_validate(attributes, extra="ignore")
        except ValidationError as error:
            first = error.errors()[0]
            raise MalformedEnvelope(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


_HEADERS = {name: f"ce-{name}" for name in Envelope.model_fields if name != "traceparent"}
"""Attribute → header."""


@lru_cache(maxsize=256)  # the same few come thousands of times a second
def _attribute(header: str) -> str:
    """The attribute that a header says; empty for one that says none."""
    name = header.lower()
    return name if name == "traceparent" else name.removeprefix("ce-") if name.startswith("ce-") else ""


def _printed(value: str | int | UUID | datetime) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return print_instant(value) if isinstance(value, datetime) else str(value)


@lru_cache(maxsize=1024)  # half of what a header says is the same from event to event
def _quoted(value: str) -> str:
    """Percent-encoded as far as it must be, which most values must not."""
    return value if _PLAIN.fullmatch(value) else quote(value, safe=_PRINTABLE)
