"""From an event of a service to what the audit log says of it."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import execute
from contracts.provenance import HEADER, Provenance
from contracts.subjects import BoundaryKind
from gateway.audit.origins import kind_of, origin_of
from gateway.events.live_event import LiveEvent

BEGINNINGS = frozenset({"created", "added", "recorded", "proposed"})
ENDS = frozenset({"deleted", "removed"})
COUNTED = "moves"
"""What a recalculation moved follows from the change that caused it: the log says how much it was, the events say what."""

_NUL = rb"\u0000"
_NOT_TEXT = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

_APPEND = "SELECT append_audit_entries($1, $2)"


async def append(session: AsyncSession, organization_id: UUID, told: Sequence[str]) -> None:
    """Append entries to the log of the organisation in which the session is; one whose id is there already is left as it is."""
    if told:
        await execute(session, _APPEND, organization_id, list(told))


def entry_of(event: LiveEvent) -> str | None:
    """What the log says of an event, without what the chain adds; None for one that only repeats another in its older version.

    Raises one of `gateway.events.live_event.MALFORMED` for a payload that is not as its contract says.
    """
    envelope = event.envelope
    if envelope.beside is not None and _version(envelope.beside) > _version(envelope.type):
        return None
    data = orjson.loads(event.payload)
    before, after = _change(data, event.happened)
    provenance = Provenance.read(event.headers.get(HEADER))
    entry = orjson.dumps(
        {
            "id": envelope.id,
            "occurred_at": envelope.time,
            "actor": envelope.actor,
            "credential": None if provenance is None else provenance.credential,
            "action": event.happened,
            "record": event.record,
            "record_id": _id_of(data, envelope.subject),
            "program_id": event.boundary_id if event.boundary_kind is BoundaryKind.PROGRAM else None,
            "project_id": _project_of(event, data),
            "before": before,
            "after": after,
            "origin": origin_of(kind_of(envelope.actor, provenance), provenance),
            "trace_id": envelope.correlationid,
            "caused_by": envelope.causationid,
            "revision": envelope.revision,
        },
        option=orjson.OPT_UTC_Z,
    )
    if _NUL in entry and _NOT_TEXT.search(entry):
        raise ValueError("a character that no database keeps as text")
    return entry.decode()


def _change(data: dict[str, Any], happened: str) -> tuple[Any, Any]:
    """What was, and what is: of a change its fields alone, of a beginning or an end the whole record."""
    record = data.get("record")
    if record is None:
        return None, {name: len(value) if name == COUNTED else value for name, value in data.items()}
    if happened in ENDS:
        return record, None
    if happened in BEGINNINGS:
        return None, record
    return data["previous"], {name: record.get(name) for name in data["changed"]}


def _project_of(event: LiveEvent, data: dict[str, Any]) -> UUID | None:
    """The project that the record belongs to, if it does to one; a job does where it says so."""
    if event.boundary_kind is BoundaryKind.WORK:
        told = data["record"].get("project_id")
        return None if told is None else UUID(told)
    return event.boundary_id if event.boundary_kind is BoundaryKind.PROJECT else None


def _id_of(data: dict[str, Any], subject: str) -> str | None:
    """The record's id; where it has none of its own, the last one of its path."""
    own = data.get("record", {}).get("id")
    if own is not None:
        return str(UUID(own))
    return next((part for part in reversed(subject.split("/")) if _is_id(part)), None)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _version(event_type: str) -> int:
    """`io.interlock.project.task.updated.v1` → 1."""
    return int(event_type.rpartition(".v")[2])
