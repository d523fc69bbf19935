"""What goes into the outbox: every change, in the contract's shape, at revisions without gaps."""

from itertools import groupby
from uuid import UUID

import pytest

from contracts.envelope import Envelope
from contracts.project_events import ProjectScheduleRecalculated, TaskUpdated
from contracts.provenance import HEADER, Provenance
from contracts.registry import EVENT_OF_TYPE


def names(events: list[dict]) -> list[str]:
    return [".".join(event["subject"].rsplit(".", 2)[1:]) for event in events]


async def test_every_write_is_told_at_the_next_revision(api, database, events_of):
    project = await api.project()
    first = await api.task(project, "A", "P2D")
    second = await api.task(project, "B", "P2D")
    link = await api.link(project, first, second)
    await api.patch(f"{project}/tasks/{first}", {"duration": "P3D"})
    await api.patch(f"{project}/tasks/{first}", {"name": "A"})
    await api.patch(f"{project}/tasks/{first}", {"name": "A1"})
    await api.delete(f"{project}/links/{link}")
    await api.delete(project)
    events = await events_of(api.organization_id)
    told = [(event["revision"], name) for event, name in zip(events, names(events), strict=True)]
    assert told == [
        (1, "project.created"),
        (2, "task.created"),
        (2, "schedule.recalculated"),
        (3, "task.created"),
        (3, "schedule.recalculated"),
        (4, "link.created"),
        (4, "schedule.recalculated"),
        (5, "task.updated"),
        (5, "schedule.recalculated"),
        (6, "task.updated"),
        (7, "link.deleted"),
        (7, "schedule.recalculated"),
        (8, "project.deleted"),
    ]
    for _, group in groupby(events, key=lambda event: event["revision"]):
        of_revision = list(group)
        assert [event["position"] for event in of_revision] == list(range(1, len(of_revision) + 1))
        assert {event["positions"] for event in of_revision} == {len(of_revision)}


async def test_an_event_says_what_changed_by_whom_and_why(api, events_of):
    project = await api.project()
    task = await api.task(project, duration="P2D")
    await api.patch(f"{project}/tasks/{task}", {"duration": "P3D", "description": "longer"})
    updated, moved = (await events_of(api.organization_id))[-2:]
    change = TaskUpdated.model_validate({"data": updated["data"]}).data
    assert change.changed == ["description", "duration"]
    assert change.previous == {"description": "", "duration": "P2D"}
    assert change.record.revision == updated["revision"] == 3
    envelope = Envelope.from_headers(updated["headers"])
    assert (envelope.type, envelope.actor) == ("io.interlock.project.task.updated.v1", "ada")
    assert envelope.subject == f"{project.removeprefix('/')}/tasks/{task}"
    recalculation = ProjectScheduleRecalculated.model_validate({"data": moved["data"]}).data
    assert recalculation.cause.task_id == UUID(task)
    assert [(str(move.previous_early_finish), str(move.early_finish)) for move in recalculation.moves] == [
        ("2026-03-03", "2026-03-04")
    ]
    assert (str(recalculation.start), str(recalculation.finish)) == ("2026-03-02", "2026-03-04")


async def test_every_record_tells_its_life_in_its_contract(api, events_of):
    project = await api.project()
    money = {"amount": "10.00", "currency": "EUR"}
    risk = {"title": "R", "kind": "threat", "probability": 0.5, "cost_impact": money}
    lives = {
        "tasks": ({"name": "A", "duration": "P1D"}, {"name": "B"}),
        "risks": (risk, {"title": "S"}),
        "budget/lines": ({"name": "L", "amount": money}, {"name": "M"}),
    }
    for path, (body, change) in lives.items():
        record = await api.post(f"{project}/{path}", body)
        await api.patch(f"{project}/{path}/{record['id']}", change)
        await api.delete(f"{project}/{path}/{record['id']}")
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-02", "amount": money})
    events = await events_of(api.organization_id)
    happened = names(events)
    for record in ("task", "risk", "budget_line"):
        assert [name for name in happened if name.startswith(f"{record}.")] == [
            f"{record}.{what}" for what in ("created", "updated", "deleted")
        ]
    assert happened[-2:] == ["actual.recorded", "actual.recorded"]
    for event in events:
        EVENT_OF_TYPE[event["headers"]["ce-type"]].model_validate({"data": event["data"]})


async def test_a_cost_is_told_in_both_versions_of_its_event_in_one_revision(api, events_of):
    project = await api.project()
    money = {"amount": "10.00", "currency": "EUR"}
    for source in ("", "Invoice 7"):
        await api.post(f"{project}/budget/actuals", {"on": "2026-03-02", "amount": money, "source": source})
    told = (await events_of(api.organization_id))[-4:]
    headers = [event["headers"] for event in told]
    one, two = (f"io.interlock.project.actual.recorded.v{version}" for version in (1, 2))
    assert [(each["ce-type"], each["ce-beside"]) for each in headers] == [(one, two), (two, one)] * 2
    assert [(each["ce-position"], each["ce-positions"]) for each in headers] == [("1", "2"), ("2", "2")] * 2
    assert headers[0]["ce-revision"] == headers[1]["ce-revision"] != headers[2]["ce-revision"]
    first, first_v2, second, second_v2 = (event["data"]["record"] for event in told)
    assert (first.pop("source"), second.pop("source")) == ("", "Invoice 7")
    assert (first_v2.pop("source_document"), second_v2.pop("source_document")) == (None, "Invoice 7")
    assert (first, second) == (first_v2, second_v2)


async def test_a_preview_and_a_refusal_tell_nothing(api, events_of):
    project = await api.project()
    task = await api.task(project)
    before = await events_of(api.organization_id)
    previewed = {"params": {"dry_run": "true"}}
    await api.post(f"{project}/tasks", {"name": "B", "duration": "P1D"}, status=200, **previewed)
    await api.patch(f"{project}/tasks/{task}", {"duration": "P9D"}, **previewed)
    await api.delete(f"{project}/tasks/{task}", status=200, **previewed)
    await api.delete(project, status=200, **previewed)
    await api.patch(f"{project}/tasks/{task}", {"duration": "P100000D"}, status=409)
    assert await events_of(api.organization_id) == before
    assert (await api.get(project))["revision"] == 2


async def test_a_deleted_task_says_so_of_its_links_first(api, events_of):
    project = await api.project()
    first, second = await api.task(project), await api.task(project, "B")
    await api.link(project, first, second)
    await api.delete(f"{project}/tasks/{first}")
    events = await events_of(api.organization_id)
    assert names(events)[-3:] == ["link.deleted", "task.deleted", "schedule.recalculated"]
    assert {event["revision"] for event in events[-3:]} == {5}


@pytest.mark.parametrize("path", ["tasks", "risks", "budget/lines", "budget/actuals"])
async def test_the_same_key_gives_the_first_answer_again(api, events_of, path):
    project = await api.project()
    money = {"amount": "10.00", "currency": "EUR"}
    bodies = {
        "tasks": {"name": "A", "duration": "P1D"},
        "risks": {"title": "R", "kind": "threat", "probability": 0.5, "cost_impact": money},
        "budget/lines": {"name": "L", "amount": money},
        "budget/actuals": {"on": "2026-03-02", "amount": money},
    }
    key = {"headers": {"Idempotency-Key": "once"}}
    first = await api.request("POST", f"{project}/{path}", json=bodies[path], **key)
    again = await api.request("POST", f"{project}/{path}", json=bodies[path], **key)
    assert first.status_code == again.status_code == 201
    assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
    assert first.headers["interlock-position"] == again.headers["interlock-position"]
    assert len((await api.get(f"{project}/{path}"))["items"]) == 1
    other = await api.request("POST", f"{project}/{path}", json=bodies[path] | {"extra": 1}, **key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


async def test_an_event_has_beside_it_through_what_it_came(api, events_of):
    told = Provenance(address="203.0.113.7", user_agent="curl", request_id="r-1", credential="forged").header()
    await api.post(
        "/projects", {"key": "A", "name": "A", "start": "2026-03-02", "currency": "EUR"}, headers={HEADER: told}
    )
    await api.post(
        "/projects", {"key": "B", "name": "B", "start": "2026-03-02", "currency": "EUR"}, headers={HEADER: "no JSON"}
    )
    first, second = [Provenance.read(each["headers"][HEADER]) for each in await events_of(api.organization_id)]
    assert first == Provenance(address="203.0.113.7", user_agent="curl", request_id="r-1", credential=None)
    assert second == Provenance()
