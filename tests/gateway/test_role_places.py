"""Roles are held in what exists: where there is nothing, none is given, and with the place they end."""

from uuid import uuid4

import pytest
from aiohttp import web
from gateway_kit import bearer, member_of
from live_kit import example
from waiting import eventually

from contracts import program_events, project_events

pytestmark = pytest.mark.slow


def problem(status: int, slug: str):
    async def answer(_: web.Request) -> web.Response:
        told = {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": slug, "errors": []}
        return web.json_response(told, status=status, content_type="application/problem+json")

    return answer


@pytest.mark.parametrize(("within", "role"), [("project", "viewer"), ("program", "program_manager")])
async def test_no_role_is_given_in_what_is_not_there_or_cannot_be_asked(client, project, program, within, role):
    """A typing error was 201, and its holder met 404 for everything."""
    member = (await client.get("/v1/members")).json()["items"][0]["id"]
    body = {"member_id": member, "role": role, f"{within}_id": str(uuid4())}
    service, other = (project, program) if within == "project" else (program, project)
    service.handler = problem(404, "not-found")
    unknown = await client.post("/v1/roles", json=body)
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, f"/{within}_id")
    assert (service.last.path, other.requests) == (f"/{within}s/{body[f'{within}_id']}", [])
    service.handler = problem(503, "unavailable")
    assert (await client.post("/v1/roles", json=body)).status_code == 503
    service.handler = None
    assert (await client.post("/v1/roles", json=body)).status_code == 201


async def test_who_may_not_give_roles_there_asks_no_service(client, tokens, project):
    bob = await tokens.create(member="bob@example.org", role=None)
    body = {"member_id": (await member_of(client, bob))["id"], "role": "viewer", "project_id": str(uuid4())}
    assert (await client.post("/v1/roles", json=body, headers=bearer(bob))).status_code == 404
    assert project.requests == []


async def test_roles_end_with_the_project_and_the_program(live, author, worker):
    me, kept = (await live.client.get("/v1/members")).json()["items"][0]["id"], str(uuid4())
    for place in (
        *({"project_id": str(author.project_id)}, {"program_id": str(author.program_id)}),
        *({"project_id": kept}, {"program_id": str(author.project_id)}),
    ):
        body = {"member_id": me, "role": "viewer", **place}
        assert (await live.client.post("/v1/roles", json=body)).status_code == 201
    await worker.start(*worker.fanouts)
    whose = {"organization_id": author.organization_id}
    gone = example(project_events.ProjectDeleted, id=author.project_id, **whose)
    event = await author.say("project", author.project_id, gone)
    gone = example(program_events.ProgramDeleted, id=author.program_id, **whose)
    await author.say("program", author.program_id, gone)

    async def left() -> list[dict]:
        return (await live.client.get("/v1/roles")).json()["items"]

    async def are_gone() -> bool:
        return len(await left()) == 2

    await eventually(are_gone)
    assert {(each["project_id"], each["program_id"]) for each in await left()} == {
        (kept, None),
        (None, str(author.project_id)),
    }
    entries = (await live.client.get("/v1/audit-log", params={"record": "role", "action": "deleted"})).json()["items"]
    assert {entry["actor"] for entry in entries} == {"interlock"}
    assert f"events/{event}" in {entry["origin"]["cause"] for entry in entries}
