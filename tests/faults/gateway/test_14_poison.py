"""Fault 14 at the gateway: an event that is not what its contract says stops nobody: it is put before whoever may see all as it is, kept from others, and passed over."""

from dataclasses import replace
from uuid import uuid4

import pytest
from live_kit import ORIGIN, example, listening
from waiting import eventually
from webhook_kit import make_hook, states

from chassis import outbox
from chassis.outbox import Boundary
from contracts import program_events, project_events
from contracts.program_events.registers import PROPOSAL
from contracts.project_events.jobs import JobUpdated

pytestmark = pytest.mark.slow

PAYLOADS = [
    b"{",
    b"null",
    b"[]",
    b"7",
    b"{}",
    b'{"record": null}',
    b'{"record": []}',
    b'{"record": {"id": "of no record"}, "changed": [], "previous": {}}',
    b'{"record": {"id": 7, "project_id": 7}, "changed": [], "previous": {}}',
    b'{"record": {"project_id": "of no project"}, "changed": 7}',
    b'{"record": {"positions": {"of no project": 1}}, "changed": [], "previous": {}}',
    b'{"record": {"id": "\\u0000"}, "changed": [], "previous": {}}',
    b'{"record": ' + b"[" * 900 + b"]" * 900 + b', "changed": []}',
]


def kinds(author):
    """The boundary and the event, of which every one has a way of its own to be judged."""
    whose = {"id": uuid4(), "organization_id": author.organization_id}
    return [
        ("project", author.project_id, example(project_events.TaskUpdated, **whose)),
        ("project", author.project_id, example(project_events.TaskDeleted, **whose)),
        ("work", author.organization_id, example(JobUpdated, **whose)),
        ("program", author.program_id, example(program_events.DependencyProposed, **whose)),
        ("program", uuid4(), example(PROPOSAL.created, **whose)),
        ("strategy", author.organization_id, example(program_events.GoalUpdated, **whose)),
    ]


async def spoil(author, payload) -> int:
    """Say one of each kind with that payload; how many those are."""
    spoilt = kinds(author)
    for revision, (kind, boundary_id, event) in enumerate(spoilt, start=1):
        boundary = Boundary(kind, boundary_id, author.organization_id, revision)
        _, message = outbox.message(boundary, event, 1, 1, ORIGIN)
        await author.send(replace(message, payload=payload))
    return len(spoilt)


async def spoil_headers(author) -> None:
    """They go into tables, too. The first two of these make it no event at all."""
    boundary = Boundary("project", author.project_id, author.organization_id, 1)
    task = example(project_events.TaskCreated, id=uuid4(), organization_id=author.organization_id)
    for name, value in (("ce-type", "t" * 300), ("ce-type", "%00"), ("ce-actor", "%00"), ("ce-correlationid", "%00")):
        _, message = outbox.message(boundary, task, 1, 1, ORIGIN)
        await author.send(replace(message, headers={**message.headers, name: value}))


async def are_entered(client, ids) -> bool:
    found = (await client.get("/v1/audit-log", params={"limit": 100})).json()["items"]
    return set(ids) <= {each["id"] for each in found}


async def test_it_stops_no_webhook_no_audit_log_no_list_and_no_stream(live, author, viewer, worker, receiver):
    whole = await make_hook(live.client, receiver.url)
    partly = await make_hook(live.client, receiver.url, member_id=viewer.headers["X-Member"])
    await worker.start()
    async with listening(live.client) as all_seeing, listening(viewer) as seeing:
        await eventually(lambda: sum(map(len, live.hub._listeners.values())) == 2)
        spoilt = sum([await spoil(author, payload) for payload in PAYLOADS])
        await spoil_headers(author)
        said = [await author.task("Seen"), await author.program()]
        for reader in (all_seeing, seeing):
            heard = []
            while not set(said) <= set(heard):
                if (event := await reader.next()).name == "message":
                    heard.append(event.data["id"])
    readable = spoilt // len(PAYLOADS) * (len(PAYLOADS) - 1) + 2
    found = await whole.until(lambda found: len(found) == readable + 2 and set(states(found)) == {"delivered"})
    assert set(said) <= {each["event_id"] for each in found}
    await eventually(lambda: are_entered(live.client, said))
    for client in (live.client, viewer):
        page = (await client.get("/v1/events", params={"limit": 1000})).json()
        assert [each["id"] for each in page["items"]][-2:] == said
        assert len(page["items"]) + page["hidden_count"] == spoilt + 2 + 2
    assert set(said) <= {each["event_id"] for each in await partly.deliveries()}
