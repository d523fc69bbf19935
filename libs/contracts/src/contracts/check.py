"""What keeps the contracts honest: run by `python -m contracts check`, as part of `make check`.

Needs the package's extra `check` (jsonschema).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from pydantic import ValidationError

from contracts import asyncapi
from contracts.compatibility import breaking_changes
from contracts.envelope import Envelope, MalformedEnvelope
from contracts.events import Event
from contracts.files import (
    ASYNCAPI,
    EXAMPLES,
    PUBLISHED,
    SCHEMAS,
    example_file,
    load,
    published_file,
    schema_file,
    text_of,
)
from contracts.json_schema import event_schema
from contracts.registry import EVENTS


def faults() -> list[str]:
    """Everything that is wrong, one line each; empty when all is well."""
    missing = [event for event in EVENTS if not example_file(event).exists()]
    if missing:
        return [f"{event.event_type()} has no example: write {example_file(event)}" for event in missing]
    return [*broken_versions(), *_example_faults(), *published_faults(), *_stale_files()]


def broken_versions() -> list[str]:
    """How the code's schemas break committed ones of the same version, or withdraw a version, one line each."""
    known = {schema_file(event): event for event in EVENTS}
    found = []
    for path in sorted(SCHEMAS.glob("*.json")):
        event = known.get(path)
        if event is None:
            found.append(f"{path.name}: this version is published and may not be withdrawn")
        else:
            changes = breaking_changes(load(path), event_schema(event))
            found += [f"{path.name}: {change}. Publish version {event.version + 1} beside it" for change in changes]
    return found


def generated() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    files = {schema_file(event): text_of(event_schema(event)) for event in EVENTS}
    return files | {ASYNCAPI: text_of(asyncapi.document())}


def newly_published() -> dict[Path, str]:
    """The example of every version that is published for the first time, to be kept as it is now."""
    return {
        published_file(event): example_file(event).read_text(encoding="utf-8")
        for event in EVENTS
        if not published_file(event).exists()
    }


def unreadable_published() -> dict[Path, list[str]]:
    """Examples of published versions of which today's classes and schemas make nothing, and why. Readers meet such events for 30 days."""
    found = {}
    for event in EVENTS:
        path = published_file(event)
        if path.exists() and (wrong := list(_unread(event, path.read_bytes()))):
            found[path] = wrong
    return found


def published_faults() -> Iterator[str]:
    """What is wrong with the examples of published versions, one line each."""
    of_registry = {published_file(event) for event in EVENTS}
    for path in sorted({*PUBLISHED.glob("*.json")} - of_registry):
        yield f"published/{path.name}: no such event"
    for path in newly_published():
        yield f"published/{path.name} is not there. Run: make generate"
    for path, wrong in unreadable_published().items():
        yield from (f"published/{path.name}: can no longer be read: {fault}" for fault in wrong)


def _unread(event: type[Event], document: bytes) -> Iterator[str]:
    """What is wrong with an older event of this version, to a reader of today."""
    try:
        envelope, data = Envelope.from_structured(document)
        event.read(data)
    except (MalformedEnvelope, ValidationError) as error:
        yield str(error)
        return
    if envelope.type != event.event_type():
        yield f"it is {envelope.type}"
    yield from _violations(Draft202012Validator(event_schema(event)), data)


def _stale_files() -> Iterator[str]:
    for path, text in generated().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield f"{path.name} is out of date. Run: make generate"


def _example_faults() -> Iterator[str]:
    of_registry = {example_file(event) for event in EVENTS}
    yield from (f"{path.name}: no such event" for path in sorted(EXAMPLES.glob("*.json")) if path not in of_registry)
    for event in EVENTS:
        path = example_file(event)
        yield from (f"{path.name}: {fault}" for fault in _faults_of(event, path.read_bytes()))


def _faults_of(event: type[Event], document: bytes) -> Iterator[str]:
    """Whether an example is an event of this version by its envelope, its schema and its class, byte for byte."""
    try:
        envelope, data = Envelope.from_structured(document)
        parsed = event.model_validate({"data": data})
    except (MalformedEnvelope, ValidationError) as error:
        yield str(error)
        return
    expected = parsed.envelope(
        event_id=envelope.id,
        time=envelope.time,
        organization_id=envelope.orgid,
        revision=envelope.revision,
        position=envelope.position,
        positions=envelope.positions,
        actor=envelope.actor,
        correlation_id=envelope.correlationid,
        causation_id=envelope.causationid,
        traceparent=envelope.traceparent,
    )
    if envelope != expected:
        yield f"the envelope should be {expected}"
    if json.loads(parsed.data_json()) != data:
        yield "data is not written as the event writes it"
    yield from _violations(Draft202012Validator(event_schema(event)), data)


def _violations(validator: Validator, document: Any) -> Iterator[str]:
    return (f"{error.json_path}: {error.message}" for error in validator.iter_errors(document))
