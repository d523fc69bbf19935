"""What the audit log says of each kind of event."""

from dataclasses import replace

import orjson
import pytest

from contracts.envelope import Envelope
from contracts.files import example_file
from contracts.provenance import HEADER, Provenance
from contracts.registry import EVENTS
from contracts.subjects import Stream
from gateway.audit.entries import BEGINNINGS, COUNTED, ENDS, entry_of
from gateway.events.live_event import LiveEvent
from gateway.webhooks.fanout import NOWHERE


def live(kind) -> tuple[LiveEvent, dict]:
    """The contract's own example of an event, as it comes."""
    envelope, data = Envelope.from_structured(example_file(kind).read_bytes())
    event = LiveEvent(
        stream=Stream(kind.boundary.stream),
        sequence=1,
        stored_at=envelope.time,
        organization_id=envelope.orgid,
        boundary_kind=kind.boundary,
        boundary_id=envelope.orgid,
        record=kind.record,
        happened=kind.happened,
        envelope=envelope,
        headers={},
        payload=orjson.dumps(data),
        position=NOWHERE,
    )
    return event, data


def test_every_event_makes_one_entry_that_says_what_was_and_what_is():
    for kind in EVENTS:
        event, data = live(kind)
        told = entry_of(event)
        if told is None:
            assert event.envelope.beside is not None, kind
            continue
        entry = orjson.loads(told)
        assert entry["id"] == str(event.envelope.id)
        assert entry["record_id"] is not None or kind.record == "schedule" or "record" not in data, kind
        if "record" not in data:
            assert entry["before"] is None
            assert all(isinstance(entry["after"][name], int) for name in (COUNTED,) if name in data)
        elif kind.happened in BEGINNINGS | ENDS:
            assert data["record"] in (entry["before"], entry["after"])
            assert None in (entry["before"], entry["after"])
        else:
            assert sorted(entry["before"]) == data["changed"] == sorted(entry["after"]), kind


def test_what_followed_from_another_change_names_it_and_whose_it_was():
    event, _ = live(EVENTS[0])
    came = Provenance.following('{"credential": "api-tokens/7", "address": "203.0.113.7"}', "events/1")
    told = orjson.loads(entry_of(replace(event, headers={HEADER: came.header()})))
    assert (told["credential"], told["origin"]["kind"]) == ("api-tokens/7", "system")
    assert (told["origin"]["cause"], told["origin"]["address"]) == ("events/1", "203.0.113.7")
    assert orjson.loads(entry_of(event))["origin"]["kind"] == "system"


def test_of_two_versions_of_one_event_the_newer_is_entered():
    pairs = [kind for kind in EVENTS if kind.beside is not None]
    assert pairs, "some event is published in two versions"
    for kind in pairs:
        is_newer = kind.version > kind.beside
        assert (entry_of(live(kind)[0]) is not None) is is_newer


def test_what_is_no_json_is_said_to_be_none():
    event, _ = live(EVENTS[0])
    broken = LiveEvent(**{name: getattr(event, name) for name in LiveEvent.__dataclass_fields__} | {"payload": b"{"})
    with pytest.raises(orjson.JSONDecodeError):
        entry_of(broken)
