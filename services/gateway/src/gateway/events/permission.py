"""Who may see what of which event: asked for every event and every listener, each time it is about to be sent."""

from dataclasses import dataclass, fields
from uuid import UUID

import orjson
import structlog

from chassis.authority import sees_program, sees_project
from chassis.identity import Identity
from chassis.redaction import STUBS, Hidden, redact
from contracts.permissions.records import RECORDS
from contracts.permissions.table import READ
from contracts.permissions.who import OVERSEERS
from contracts.program_events.registers import PROPOSAL
from contracts.project_events.jobs import JobEvent
from contracts.subjects import BoundaryKind
from contracts.vocabulary import ProgramRole
from gateway.events.filters import EventFilter
from gateway.events.live_event import MALFORMED, LiveEvent

JOB = JobEvent.record
ASKED = PROPOSAL.created.record
OVERSEEN = frozenset(record.name for record in RECORDS if record.actions.get(READ) == OVERSEERS)
"""Records that only those read who see all programs: reports on portfolios, and who gets them."""

log = structlog.stdlib.get_logger(__name__)


def document_for(identity: Identity, event: LiveEvent) -> bytes | None:
    """The event as somebody may have it, one CloudEvents document on one line; None for one that it may not see.

    Those of the projects and programs that it sees, of its own jobs, of the organisation's calendars, and of its goals. What a program or a goal says of
    projects that one does not see is left out, as in the answers of program-svc. Of an event that does not say what its contract promises nobody can
    tell what may be seen: only who sees all has it, and it stops nobody.
    """
    try:
        return _document_for(identity, event)
    except MALFORMED as error:
        log.warning(
            "an event is not as its contract says", id=str(event.envelope.id), type=event.type, reason=repr(error)
        )
        return None


def _document_for(identity: Identity, event: LiveEvent) -> bytes | None:
    if event.organization_id != identity.organization_id:
        return None
    if identity.sees_all:
        return event.document
    if event.record in OVERSEEN:
        return None
    if event.boundary_kind is BoundaryKind.PROJECT:
        return event.document if sees_project(identity, event.boundary_id) else None
    if event.boundary_kind is BoundaryKind.WORK:
        return event.document if event.record != JOB or _sees_job(identity, event) else None
    if event.boundary_kind is BoundaryKind.PROGRAM:
        if not sees_program(identity, event.boundary_id):
            return event.document if event.record == ASKED and _sees_its_project(identity, event) else None
        if identity.programs[event.boundary_id] is ProgramRole.PROGRAM_MANAGER:
            return event.document
    return _redacted(identity, event)


def is_counted(identity: Identity, wanted: EventFilter, event: LiveEvent) -> bool:
    """Whether a caller who may not see the event is told that there was one.

    Not of what it asked for by name: whether a project is there, and how much happens in it, would be told to whoever has its id.
    """
    if not wanted.is_by_name:
        return True
    is_here = {BoundaryKind.PROJECT: sees_project, BoundaryKind.PROGRAM: sees_program}.get(event.boundary_kind)
    return not wanted.subjects and is_here is not None and is_here(identity, event.boundary_id)


@dataclass(frozen=True, slots=True)
class Told(EventFilter):
    """A filter, as somebody may ask it: what is not told of is not even passed over. It makes no difference to what there is in the streams."""

    identity: Identity | None = None

    def matches(self, event: LiveEvent) -> bool:
        """Whether the event is wanted, and seen or counted."""
        if not EventFilter.matches(self, event):
            return False
        whose = self.identity
        return whose is None or is_counted(whose, self, event) or document_for(whose, event) is not None


def told_to(identity: Identity, wanted: EventFilter) -> EventFilter:
    """What of it may be told to somebody."""
    if identity.sees_all or not wanted.is_by_name:
        return wanted
    return Told(**{each.name: getattr(wanted, each.name) for each in fields(wanted)}, identity=identity)


def _sees_job(identity: Identity, event: LiveEvent) -> bool:
    """A job is seen by who sees its project; one without a project by who asked for it."""
    if event.document is None:
        return False
    job = orjson.loads(event.payload).get("record", {})
    project_id = job.get("project_id")
    if project_id is None:
        return bool(job.get("requested_by") == identity.subject) and not identity.is_restricted
    return sees_project(identity, UUID(project_id))


def _sees_its_project(identity: Identity, event: LiveEvent) -> bool:
    """What a program asks of a project is heard by who sees the project, with or without a role in the program."""
    return event.document is not None and sees_project(
        identity, UUID(orjson.loads(event.payload)["record"]["project_id"])
    )


def _redacted(identity: Identity, event: LiveEvent) -> bytes | None:
    if event.document is None:
        return None

    def sees(project_id: UUID) -> bool:
        return sees_project(identity, project_id)

    document = orjson.loads(event.document)
    before = document["data"].get("record")
    try:
        data = document["data"] = redact(document["data"], sees)
        record = redact(before, sees)
    except Hidden:
        return None
    if record != before:
        # What a field was before says as much of the other side as what it is.
        data["previous"] = {}
        data["changed"] = [name for name in data.get("changed", ()) if record.get(name) == before.get(name)]
        if STUBS in record:
            document["actor"] = ""
    return orjson.dumps(document)
