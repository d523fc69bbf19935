"""What the audit log says of a write: who made it, with what, from where, and what was before and after.

`tests/project_svc/test_write_routes.py`, `tests/program_svc/test_every_write.py` and `tests/gateway/test_audit_writes.py` go through every
route of the three services that writes, and look at each with this.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from service_kit import Member

from contracts.envelope import Envelope
from contracts.provenance import HEADER, Provenance
from contracts.subjects import Subject
from gateway.audit.entries import entry_of
from gateway.events.live_event import LiveEvent
from gateway.webhooks.fanout import NOWHERE

CREDENTIAL = "api-tokens/0198c3f0-0043-7c4b-9a55-3f0c2b8d0043"
CAME = Provenance(address="203.0.113.7", user_agent="a test", request_id="r-17")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
BY_REQUEST = {"kind": "request", "cause": None, **CAME.model_dump(include={"address", "user_agent", "request_id"})}
BEGINNINGS = frozenset({"created", "added", "recorded", "proposed"})
ENDS = frozenset({"deleted", "removed"})


def attributable(member: Member) -> None:
    """The member's requests come as the gateway sends them: with a credential, from somewhere, within a trace."""
    member.credential = CREDENTIAL
    member.sends = {HEADER: CAME.header(), "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


def entries_of(said: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the log says of events as `outbox_of` tells them, in their order."""
    told = (entry_of(_live(event)) for event in said)
    return [orjson.loads(each) for each in told if each is not None]


def _live(event: dict[str, Any]) -> LiveEvent:
    subject, envelope = Subject.parse(event["subject"]), Envelope.from_headers(event["headers"])
    return LiveEvent(
        stream=subject.stream,
        sequence=1,
        stored_at=envelope.time,
        organization_id=subject.organization_id,
        boundary_kind=subject.boundary_kind,
        boundary_id=subject.boundary_id,
        record=subject.record,
        happened=subject.happened,
        envelope=envelope,
        headers=event["headers"],
        payload=orjson.dumps(event["data"]),
        position=NOWHERE,
    )


def check_entries(
    entries: Sequence[dict[str, Any]],
    actor: str = "ada",
    credential: str = CREDENTIAL,
    origin: dict[str, Any] = BY_REQUEST,
) -> None:
    """One request changed these records: one entry each, and each says all that an auditor asks for."""
    changed = [(entry["record"], entry["record_id"], entry["action"]) for entry in entries if entry["record_id"]]
    assert len(set(changed)) == len(changed), changed
    for entry in entries:
        name = f"{entry['record']}.{entry['action']}"
        assert (entry["actor"], entry["credential"]) == (actor, credential), name
        assert (entry["origin"], entry["trace_id"], entry["caused_by"]) == (origin, TRACE, None), name
        before, after = entry["before"], entry["after"]
        if entry["record"] == "schedule":
            assert (before, after["moves"] > 0) == (None, True), name
        elif entry["action"] in BEGINNINGS:
            assert (before, bool(after)) == (None, True), name
        elif entry["action"] in ENDS:
            assert (bool(before), after) == (True, None), name
        elif entry["action"] == "redelivered":
            assert (before, bool(after)) == (None, True), name
        else:
            assert before.keys() == after.keys(), name
            assert before != after, name
