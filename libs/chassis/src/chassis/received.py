"""A message of a stream, read: an event with its place in its boundary's history, or what is wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from chassis.message import Message
from chassis.outbox import MOST_BYTES
from contracts.envelope import MESSAGE_ID, Envelope, MalformedEnvelope
from contracts.subjects import MalformedSubject, Subject

NOBODY = UUID(int=0)
"""The organisation of a message whose subject names none."""
MOST_REVISIONS = 2**63 - 1
MOST_POSITIONS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """An event as a handler gets it. `data` is a JSON object, not yet checked against any shape: `SomeEvent.read(event.data)`."""

    type: str
    organization_id: UUID
    kind: str
    boundary_id: UUID
    revision: int
    position: int
    positions: int
    id: UUID
    data: dict[str, Any]
    time: datetime
    actor: str
    traceparent: str | None
    correlation_id: str
    message: Message
    beside: str | None = None
    """The type by which another event of the same revision says the same in another version."""

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in its boundary's history: revision, then position within it."""
        return self.revision, self.position


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that is no event of ours, and why. Nothing is known of its place, so its boundary stops where it would have been."""

    reason: str
    organization_id: UUID
    kind: str | None
    boundary_id: UUID | None
    event_id: str | None
    message: Message


def read(message: Message) -> ReceivedEvent | Unreadable:
    """Read a message. Never raises: what cannot be read is an answer too."""
    try:
        subject = Subject.parse(message.subject)
    except MalformedSubject as error:
        return Unreadable(str(error), NOBODY, None, None, message.headers.get(MESSAGE_ID), message)
    try:
        return _event(subject, Envelope.from_headers(message.headers), message)
    except (MalformedEnvelope, orjson.JSONDecodeError, _Contradiction) as error:
        reason = f"bad JSON: {error}" if isinstance(error, orjson.JSONDecodeError) else str(error)
        kind = subject.boundary_kind.value
        return Unreadable(
            reason, subject.organization_id, kind, subject.boundary_id, message.headers.get(MESSAGE_ID), message
        )


class _Contradiction(ValueError):
    """Well formed, but it cannot be true."""


def _event(subject: Subject, envelope: Envelope, message: Message) -> ReceivedEvent:
    if len(message.payload) > MOST_BYTES:
        raise _Contradiction(f"oversize: {len(message.payload)} bytes, and no event has more than {MOST_BYTES}")
    data = orjson.loads(message.payload)
    if not isinstance(data, dict):
        raise _Contradiction("the payload is not a JSON object")
    if envelope.orgid != subject.organization_id:
        raise _Contradiction("the subject and the headers name different organisations")
    if not envelope.position <= envelope.positions <= MOST_POSITIONS or envelope.revision > MOST_REVISIONS:
        raise _Contradiction(f"revision {envelope.revision}, position {envelope.position} of {envelope.positions}")
    return ReceivedEvent(
        type=envelope.type,
        organization_id=subject.organization_id,
        kind=subject.boundary_kind.value,
        boundary_id=subject.boundary_id,
        revision=envelope.revision,
        position=envelope.position,
        positions=envelope.positions,
        id=envelope.id,
        data=data,
        time=envelope.time,
        actor=envelope.actor,
        traceparent=envelope.traceparent,
        correlation_id=envelope.correlationid,
        message=message,
        beside=envelope.beside,
    )
