"""An event as a listener gets it: what it is filtered by, and its forms on the wire, made once however many listen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self
from uuid import UUID

import orjson
from nats.aio.msg import Msg

from contracts.envelope import Envelope, MalformedEnvelope
from contracts.subjects import BoundaryKind, MalformedSubject, Stream, Subject
from gateway.events.position import Position


class UnreadableEvent(ValueError):
    """The message is no event of ours; the message says why."""


_TYPE = re.compile(r"[A-Za-z0-9._-]{1,200}")

MALFORMED = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""With what looking into a payload ends that is not as its contract says: no JSON, or another shape than was promised."""


def frame_of(position: Position, document: bytes) -> bytes:
    """A server-sent event, behind which a listener stands at `position`."""
    return b"id: %b\ndata: %b\n\n" % (str(position).encode(), document)


@dataclass(frozen=True)
class LiveEvent:
    """An event, its place in its stream, and where a listener stands who has seen it."""

    stream: Stream
    sequence: int
    stored_at: datetime
    """When the stream took it."""
    organization_id: UUID
    boundary_kind: BoundaryKind
    boundary_id: UUID
    record: str
    happened: str
    envelope: Envelope
    headers: Mapping[str, str]
    """All that came with it; what is for listeners is in `envelope`."""
    payload: bytes
    position: Position

    @classmethod
    def read(cls, message: Msg, stream: Stream, position: Position) -> Self:
        """The event in a message of the stream; `position` is where its listener stood before. Raises UnreadableEvent."""
        headers = message.headers or {}
        try:
            subject = Subject.parse(message.subject)
            envelope = Envelope.from_headers(headers)
        except (MalformedSubject, MalformedEnvelope) as error:
            raise UnreadableEvent(str(error)) from error
        if envelope.orgid != subject.organization_id:
            raise UnreadableEvent("the subject and the headers name different organisations")
        if _TYPE.fullmatch(envelope.type) is None:
            raise UnreadableEvent("the type is none")
        metadata = message.metadata
        sequence = metadata.sequence.stream
        return cls(
            stream=stream,
            sequence=sequence,
            stored_at=metadata.timestamp,
            organization_id=subject.organization_id,
            boundary_kind=subject.boundary_kind,
            boundary_id=subject.boundary_id,
            record=subject.record,
            happened=subject.happened,
            envelope=envelope,
            headers=headers,
            payload=message.data,
            position=position.at(stream, sequence),
        )

    @property
    def type(self) -> str:
        """CloudEvents `type`."""
        return self.envelope.type

    @cached_property
    def document(self) -> bytes | None:
        """The event as one CloudEvents JSON document on one line; None if its payload is not JSON."""
        try:
            data = orjson.loads(self.payload)
        except orjson.JSONDecodeError:
            return None
        is_one_line = b"\n" not in self.payload and b"\r" not in self.payload
        return self.envelope.structured(self.payload if is_one_line else orjson.dumps(data))

    @cached_property
    def frame(self) -> bytes:
        """The event as a server-sent event; empty if its payload is not JSON."""
        if self.document is None:
            return b""
        return frame_of(self.position, self.document)
