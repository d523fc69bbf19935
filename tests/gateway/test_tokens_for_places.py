"""Tokens for some programs and projects alone: what they open, what they do not, and that they say so."""

from uuid import uuid4

import httpx
import jwt
import pytest
import sqlalchemy as sa
from aiohttp import web
from gateway_kit import bearer, member_of
from live_kit import listening

from contracts.vocabulary import OrganizationRole

pytestmark = pytest.mark.slow
HERE, THERE = str(uuid4()), str(uuid4())


async def made(client: httpx.AsyncClient, by: dict | None = None, **places) -> dict:
    answer = await client.post("/v1/api-tokens", json={"name": "t"} | places, headers=by)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def claims_of(client: httpx.AsyncClient, service, token: str) -> dict:
    """What the service is told of who asks."""
    assert (await client.get("/v1/projects", headers=bearer(token))).status_code == 200
    scheme, _, told = service.last.headers["Authorization"].partition(" ")
    assert scheme == "Bearer"
    return jwt.decode(told, options={"verify_signature": False})


@pytest.mark.parametrize(
    ("role", "in_program", "in_project"),
    [
        (OrganizationRole.ADMIN, "program_manager", "project_manager"),
        (OrganizationRole.PORTFOLIO_MANAGER, "program_manager", "viewer"),
        (OrganizationRole.AUDITOR, "viewer", "viewer"),
    ],
)
async def test_a_role_in_the_organisation_counts_in_the_places_alone(
    client, tokens, project, role, in_program, in_project
):
    by = bearer(await tokens.create(member="bob@example.org", role=role))
    token = await made(client, by, programs=[THERE], projects=[HERE, HERE])
    assert (token["programs"], token["projects"]) == ([THERE], [HERE])
    told = await claims_of(client, project, token["token"])
    assert (told["roles"], told["restricted"]) == ([], True)
    assert (told["programs"], told["projects"]) == ({THERE: in_program}, {HERE: in_project})


async def test_roles_in_the_places_count_and_others_do_not(client, tokens, project):
    bob = await tokens.create(member="bob@example.org", role=None)
    member_id = (await member_of(client, bob))["id"]
    for place in ({"project_id": HERE, "role": "project_member"}, {"project_id": THERE, "role": "project_manager"}):
        assert (await client.post("/v1/roles", json={"member_id": member_id} | place)).status_code == 201
    token = await made(client, bearer(bob), projects=[HERE, str(uuid4())])
    assert token["programs"] == []
    assert (await claims_of(client, project, token["token"]))["projects"] == {HERE: "project_member"}
    for grant in (await client.get("/v1/roles")).json()["items"]:
        assert (await client.delete(f"/v1/roles/{grant['id']}")).status_code == 204
    assert (await claims_of(client, project, token["token"]))["projects"] == {}


async def test_it_reads_what_every_member_reads_and_changes_nothing_of_the_organisation(client):
    whole, token = await made(client), await made(client, projects=[HERE])
    assert (whole["programs"], whole["projects"]) == (None, None)
    by = bearer(token["token"])
    assert (await client.get("/v1/members", headers=by)).status_code == 200
    assert [each["id"] for each in (await client.get("/v1/api-tokens", headers=by)).json()["items"]] == [token["id"]]
    assert (await client.get(f"/v1/api-tokens/{whole['id']}", headers=by)).status_code == 404
    shown = (await client.get(f"/v1/api-tokens/{token['id']}")).json()
    assert (shown["programs"], shown["projects"]) == ([], [HERE])
    for method, path, body in (
        ("POST", "/v1/api-tokens", {"name": "wider"}),
        ("DELETE", f"/v1/api-tokens/{token['id']}", None),
        ("POST", "/v1/roles", {"member_id": token["member_id"], "role": "viewer", "project_id": HERE}),
        ("PATCH", "/v1/organizations/current", {"name": "Mine"}),
        ("POST", "/v1/members", {"email": "eve@example.org", "name": "Eve"}),
        ("GET", "/v1/audit-log", None),
        ("POST", "/v1/webhooks", {"url": "https://example.org/hook"}),
    ):
        answer = await client.request(method, path, json=body, headers=by)
        assert answer.status_code == 403, (method, path, answer.text)


async def test_one_that_a_statement_widens_is_in_the_log_and_counts_at_once(client, project, tokens):
    token = await made(client, projects=[HERE])
    assert (await claims_of(client, project, token["token"]))["restricted"] is True
    async with tokens.database.transaction(await tokens.organization_id()) as session:
        await session.execute(
            sa.text("UPDATE api_tokens SET programs = NULL, projects = NULL WHERE id = :id"), {"id": token["id"]}
        )
    entry = (await client.get("/v1/audit-log", params={"record_id": token["id"], "sort": "-sequence"})).json()["items"][
        0
    ]
    assert (entry["before"], entry["after"]) == (
        {"programs": [], "projects": [HERE]},
        {"programs": None, "projects": None},
    )
    assert (entry["origin"]["kind"], entry["actor"]) == ("database", "database/gateway_app")
    for _ in range(200):
        if not (told := await claims_of(client, project, token["token"]))["restricted"]:
            break
    assert told["restricted"] is False


async def test_it_is_for_what_is_there(client, project):
    for body, pointer in (
        ({"projects": []}, ""),
        ({"programs": [], "projects": []}, ""),
        ({"projects": ["x"]}, "/projects/0"),
    ):
        answer = await client.post("/v1/api-tokens", json={"name": "t"} | body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    many = await client.post("/v1/api-tokens", json={"name": "t", "projects": [str(uuid4()) for _ in range(51)]})
    assert (many.status_code, project.requests) == (422, [])

    async def missing(request: web.Request) -> web.Response:
        told = {"type": "/problems/not-found", "title": "", "status": 404, "detail": "", "errors": []}
        status = 404 if request.path.endswith(THERE) else 503
        return web.json_response(told, status=status, content_type="application/problem+json")

    project.handler = missing
    unknown = await client.post("/v1/api-tokens", json={"name": "t", "projects": [THERE]})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/projects/0")
    assert (await client.post("/v1/api-tokens", json={"name": "t", "projects": [HERE]})).status_code == 503


async def test_it_hears_of_its_places_alone(live, author):
    token = await made(live.client, projects=[str(author.project_id)])
    async with (
        httpx.AsyncClient(base_url=live.url, headers=bearer(token["token"])) as bound,
        listening(bound) as reader,
    ):
        hidden = await author.task("Hidden shaft", project_id=uuid4())
        seen = await author.task("Seen")
        names = {(await reader.next()).name, (await reader.next()).name}
        assert names == {"message", "hidden"}
        assert hidden not in str(reader.seen)
        await live.caught_up(author)
        page = (await bound.get("/v1/events")).json()
    assert ([each["id"] for each in page["items"]], page["hidden_count"]) == ([seen], 1)
