"""Who changed what: entries for the services' events and for what the gateway changes itself, for auditors' eyes."""

import csv
import hashlib
import io
import json
from uuid import uuid4

import pytest
from live_kit import ORIGIN, example
from waiting import eventually

from chassis import outbox
from contracts.project_events import TaskUpdated
from contracts.provenance import HEADER, Provenance
from contracts.vocabulary import OrganizationRole

pytestmark = pytest.mark.slow


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def entries(client, **filters) -> list[dict]:
    answer = await client.get("/v1/audit-log", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_what_a_request_changes_in_the_gateway_is_entered_with_who_and_from_where(client, tokens):
    body = {"email": "bob@example.org", "name": "Bob", "role": "auditor"}
    told = {"X-Request-Id": "r-17", "User-Agent": "a test", "Traceparent": f"00-{'4' * 32}-{'1' * 16}-01"}
    member = (await client.post("/v1/members", json=body, headers=told)).json()
    await client.patch(f"/v1/members/{member['id']}", json={"role": "portfolio_manager"})
    await client.delete(f"/v1/members/{member['id']}")
    deleted, updated, created = await entries(client, record_id=member["id"])
    mine = (await client.get("/v1/api-tokens")).json()["items"][0]
    assert created["actor"] == f"members/{mine['member_id']}"
    assert created["credential"] == f"api-tokens/{mine['id']}"
    assert (created["action"], created["record"], created["before"]) == ("created", "member", None)
    assert created["after"]["email"] == "bob@example.org"
    came = {"address": "127.0.0.1", "user_agent": "a test", "request_id": "r-17"}
    assert created["origin"] == {"kind": "request", "cause": None, **came}
    assert created["trace_id"] == "4" * 32
    assert (updated["before"], updated["after"]) == ({"role": "auditor"}, {"role": "portfolio_manager"})
    assert (updated["action"], updated["revision"]) == ("updated", 2)
    assert deleted["before"] == {"role": "portfolio_manager", "removed_at": None}
    assert deleted["after"]["removed_at"] is not None


async def test_everything_that_the_gateway_keeps_is_entered_and_no_secret_is(client, tokens, worker, runtime):
    bob = await tokens.create(member="bob@example.org", role=None)
    theirs = (await client.get("/v1/api-tokens", headers=bearer(bob))).json()["items"][0]
    role = {"member_id": theirs["member_id"], "role": "project_member", "project_id": str(uuid4())}
    granted = (await client.post("/v1/roles", json=role)).json()
    await client.patch(f"/v1/roles/{granted['id']}", json={"role": "viewer"})
    await client.delete(f"/v1/roles/{granted['id']}")
    await client.patch("/v1/organizations/current", json={"name": "Renamed"})
    await client.delete(f"/v1/api-tokens/{theirs['id']}")
    invited = (await client.post("/v1/invitations", json={"email": "eve@example.org"})).json()
    await client.post("/v1/invitations/accept", json={"token": invited["token"], "name": "Eve"})
    found = await entries(client, limit=1000)
    said = {(entry["record"], entry["action"]) for entry in found}
    assert said >= {
        *(("role", action) for action in ("created", "updated", "deleted")),
        *(("organization", "created"), ("organization", "updated"), ("member", "created")),
        *(("api_token", "created"), ("api_token", "updated"), ("invitation", "created"), ("invitation", "updated")),
    }
    assert [entry["project_id"] for entry in await entries(client, record="role")] == [role["project_id"]] * 3
    eve = next(entry for entry in found if entry["record"] == "member" and entry["after"].get("name") == "Eve")
    assert eve["actor"] == f"invitations/{invited['id']}"
    assert {entry["actor"] for entry in found if entry["record"] == "organization"} > {"database/gateway_app"}
    made = next(entry for entry in found if (entry["record"], entry["action"]) == ("api_token", "created"))
    assert made["after"]["digest"] == "(secret)"
    text = json.dumps(found)
    assert bob not in text
    assert hashlib.sha256(bob.encode()).hexdigest() not in text


async def test_that_something_was_used_or_left_as_it_is_is_no_change(client):
    before = len(await entries(client))
    await client.patch("/v1/organizations/current", json={"name": "Demo"})
    await client.get("/v1/members")
    assert (await client.post("/v1/members", json={"email": "no"})).status_code == 422
    assert len(await entries(client)) == before


async def test_auditors_read_it_and_others_do_not(client, tokens):
    auditor = bearer(await tokens.create(member="aud@example.org", role=OrganizationRole.AUDITOR))
    other = bearer(await tokens.create(member="pm@example.org", role=OrganizationRole.PORTFOLIO_MANAGER))
    foreign = bearer(await tokens.create(organization="acme", member="ada@acme.example"))
    for path in ("", "/export", "/verification"):
        assert (await client.get(f"/v1/audit-log{path}", headers=auditor)).status_code == 200
        assert (await client.get(f"/v1/audit-log{path}", headers=other)).status_code == 403
    mine = (await entries(client))[0]
    one = await client.get(f"/v1/audit-log/{mine['id']}", headers=auditor)
    assert (one.json(), one.headers["ETag"]) == (mine, '"1"')
    again = await client.get(f"/v1/audit-log/{mine['id']}", headers={"If-None-Match": '"1"'})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(f"/v1/audit-log/{mine['id']}", headers=foreign)).status_code == 404
    theirs = (await client.get("/v1/audit-log", headers=foreign)).json()["items"]
    assert theirs
    assert {entry["organization_id"] for entry in theirs} != {mine["organization_id"]}


async def test_pages_and_filters(client, tokens):
    for name in "abcde":
        await client.post("/v1/members", json={"email": f"{name}@example.org", "name": name})
    whole = await entries(client)
    assert [entry["sequence"] for entry in whole] == list(range(len(whole), 0, -1))
    seen, cursor = [], None
    while len(seen) == 0 or cursor:
        page = (await client.get("/v1/audit-log", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        seen, cursor = seen + page["items"], page["next"]
    assert seen == whole
    made = await entries(client, action="created", sort="sequence", record="member")
    assert [each["after"]["name"] for each in made[1:]] == list("abcde")
    third = whole[2]
    assert await entries(client, since=third["occurred_at"]) == whole[:3]
    assert await entries(client, until=third["occurred_at"]) == whole[3:]
    assert await entries(client, trace_id=third["trace_id"], actor=third["actor"], record="member") == [third]
    assert (await client.get("/v1/audit-log", params={"sort": "actor"})).status_code == 422
    assert (await client.get("/v1/audit-log", params={"cursor": "x"})).status_code == 422


async def test_an_export_can_be_verified_by_anybody(client):
    await client.post("/v1/members", json={"email": "x@example.org", "name": "=1+1"})
    lines = (await client.get("/v1/audit-log/export")).text.splitlines()
    before = "0" * 64
    for number, line in enumerate(lines, start=1):
        text, _, rest = line.rpartition(',"hash":"')
        entry = json.loads(line)
        assert hashlib.sha256((text + "}").encode()).hexdigest() == entry["hash"] == rest.removesuffix('"}')
        assert (entry["sequence"], entry["previous_hash"]) == (number, before)
        before = entry["hash"]
    told = (await client.get("/v1/audit-log/verification")).json()
    assert told == {
        "is_intact": True,
        "is_complete": True,
        "reached": {"sequence": len(lines), "hash": before},
        "head": {"sequence": len(lines), "hash": before},
        "fault": None,
    }
    table = await client.get("/v1/audit-log/export", params={"format": "csv", "record": "member"})
    assert table.headers["Content-Disposition"] == 'attachment; filename="audit-log.csv"'
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["record"] for row in rows] == ["member", "member"]
    assert json.loads(rows[1]["after"])["name"] == "=1+1"


async def test_events_of_the_services_are_entered_once(client, author, worker, bus):
    await worker.start()
    first = await author.task("A")
    came = Provenance(credential="api-tokens/7", address="203.0.113.7", user_agent="Grüße", request_id="r-1")
    origin = outbox.Origin(ORIGIN.actor, None, ORIGIN.correlation_id, None, came)

    changed = example(TaskUpdated, project_id=author.project_id, organization_id=author.organization_id)
    boundary = outbox.Boundary("project", author.project_id, author.organization_id, 2)
    event_id, message = outbox.message(boundary, changed, 1, 1, origin)
    assert message.headers[HEADER].isascii()
    await author.send(message)

    async def both() -> bool:
        return len(await entries(client, project_id=str(author.project_id))) == 2

    await eventually(both)
    updated, created = await entries(client, project_id=str(author.project_id))
    assert (created["id"], created["record"], created["action"], created["origin"]["kind"]) == (
        *(first, "task", "created", "system"),
    )
    assert (created["before"], created["after"]["name"], created["actor"]) == (None, "A", "members/ada")
    assert (updated["id"], updated["credential"]) == (str(event_id), "api-tokens/7")
    expected = {"address": "203.0.113.7", "user_agent": "Grüße", "request_id": "r-1"}
    assert updated["origin"] == {"kind": "request", "cause": None, **expected}
    assert updated["before"] == changed.data.previous
    assert set(updated["after"]) == set(updated["before"])
    assert updated["record_id"] == str(changed.data.record.id)
    await worker.stop()
    await worker.sql("UPDATE webhook_cursors SET sequence = 0")  # as when the streams come again out of a backup
    await worker.start()
    third = await author.task("B")

    async def three() -> bool:
        return (await entries(client, project_id=str(author.project_id)))[0]["id"] == third

    await eventually(three)
    assert len(await entries(client, project_id=str(author.project_id))) == 3
    assert (await client.get("/v1/audit-log/verification")).json()["is_intact"]


async def test_a_service_is_told_from_where_a_change_comes_by_the_gateway_alone(client, project):
    sent = {
        "User-Agent": "a test\u00e9".encode("latin-1"),
        "X-Request-Id": "r-2",
        HEADER: '{"address": "198.51.100.1"}',
    }
    await client.post("/v1/projects", json={}, headers=sent)
    told = Provenance.read(project.last.headers[HEADER])
    assert told == Provenance(address="127.0.0.1", user_agent="a testé", request_id="r-2")
    await client.get("/v1/projects", headers=sent)
    assert HEADER not in project.last.headers


async def test_the_log_begins_with_the_streams_and_webhooks_where_they_ended(client, author, worker, bus):
    first = await author.task("before anybody followed")
    await worker.start()

    async def is_there() -> bool:
        return [each["id"] for each in await entries(client, record="task")] == [first]

    await eventually(is_there)
    assert await worker.sql("SELECT delivered_from FROM webhook_cursors WHERE stream = 'PROJECT'") == [(1,)]
