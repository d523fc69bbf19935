"""Events that cannot be applied: kept for a person to look at, and told to whoever watches the dead-letter stream.

Both are rows of the transaction that moves the cursor past the event: it is neither lost nor put away twice.
"""

import hashlib
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from chassis.message import Message
from chassis.outbox import MOST_BYTES
from chassis.progress import columns_of
from chassis.received import ReceivedEvent, Unreadable
from contracts.envelope import MESSAGE_ID

MOST_REASON = 500
"""Characters of a reason that go into a header."""

_QUARANTINE = text("""
    INSERT INTO quarantined_events (organization_id, kind, boundary_id, event_id, reason, subject, headers, payload)
    VALUES (:organization_id, :kind, :boundary_id, :event_id, :reason, :subject, :headers, :payload)
    ON CONFLICT DO NOTHING RETURNING number
""")
_SEND = text("""
    INSERT INTO outbox (id, organization_id, boundary_id, revision, position, positions, subject, headers, payload, stream)
    VALUES (:id, :organization_id, :id, 1, 1, 1, :subject, :headers, :payload, :stream)
""")


def dead_letter_stream(service: str) -> str:
    """The stream that holds a service's dead letters: `DEAD_LETTER_PROGRAM_SVC`."""
    return f"DEAD_LETTER_{service.replace('-', '_').upper()}"


def dead_letter_subjects(service: str) -> str:
    """The filter that matches every subject of that stream."""
    return f"interlock.dead-letter.{service}.>"


async def put_away(session: AsyncSession, service: str | None, item: ReceivedEvent | Unreadable, reason: str) -> bool:
    """Keep the event, and send a dead letter if the service has a stream for them; False if it is here already."""
    event_id = str(item.id) if isinstance(item, ReceivedEvent) else item.event_id or _digest(item.message)
    whose = {"organization_id": item.organization_id, "kind": item.kind, "boundary_id": item.boundary_id}
    row = {**whose, "event_id": event_id, "reason": reason, **columns_of(item.message)}
    is_new = (await session.execute(_QUARANTINE, row)).one_or_none() is not None
    if is_new and service is not None:
        letter_id = uuid7()
        letter = dead_letter(service, letter_id, item, reason)
        sent = {"id": letter_id, "organization_id": item.organization_id, "stream": dead_letter_stream(service)}
        await session.execute(_SEND, sent | columns_of(letter))
    return is_new


def dead_letter(service: str, letter_id: UUID, item: ReceivedEvent | Unreadable, reason: str) -> Message:
    """The event as it goes to the dead-letter stream: as it came, with what is wrong with it in `dead-letter-…` headers.

    Headers that mean something to the server are left out, and so is a payload that leaves no room for ours; the quarantine has both.
    """
    message = item.message
    kept = {name: value for name, value in message.headers.items() if not name.lower().startswith("nats-")}
    is_too_large = len(message.payload) + sum(len(name) + len(value) for name, value in kept.items()) > MOST_BYTES
    headers = {
        **({} if is_too_large else kept),
        "dead-letter-reason": quote(reason[:MOST_REASON], safe=" :,;.'()/-"),
        "dead-letter-subject": quote(message.subject, safe=".>*"),
        "dead-letter-id": quote(message.headers.get(MESSAGE_ID, "")),
        "dead-letter-bytes": str(len(message.payload)),
        "dead-letter-time": datetime.now(UTC).isoformat(),
        MESSAGE_ID: str(letter_id),
    }
    subject = f"interlock.dead-letter.{service}.{item.organization_id}.{item.kind or 'unknown'}"
    return Message(subject, headers, b"" if is_too_large else message.payload)


def _digest(message: Message) -> str:
    """What stands for the id of a message that has none: the same message comes again with the same one."""
    content = orjson.dumps([message.subject, sorted(message.headers.items())]) + message.payload
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
