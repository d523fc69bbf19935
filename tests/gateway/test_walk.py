"""Every route of the gateway itself by every role, in the own organisation and with what is another's: the answers are the table's."""

import re
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from walk_kit import (
    DOCUMENT,
    EVERYBODY,
    OTHER_ORGANIZATION,
    OTHER_PROGRAM,
    OWN,
    Route,
    Somebody,
    ask,
    difference,
    routes,
)

from chassis import authority
from chassis.identity import Verifier
from chassis.problem import NotFound, Problem
from contracts.permissions import required
from contracts.tokens import PROGRAM_SERVICE
from contracts.vocabulary import OrganizationRole, ProjectRole
from gateway.identity import actions
from gateway.identity.models import RoleGrant, Within
from gateway.settings import GatewaySettings

pytestmark = pytest.mark.slow
GIVERS = {OrganizationRole.ADMIN, OrganizationRole.PORTFOLIO_MANAGER}


@pytest.fixture
def live_settings(live_settings) -> GatewaySettings:
    """What a combined view asks for at once does not wait for a connection."""
    return live_settings.model_copy(update={"upstream_connections": 16})


def at_the_door_of_program_svc(public_key, programs: dict[UUID, set[str]]):
    """What program-svc answers as far as authority goes; `programs` are those of each organisation."""
    verifier = Verifier(public_key, PROGRAM_SERVICE)

    async def answer(request: web.Request) -> web.Response:
        identity = verifier.identify(request.headers["Authorization"])
        path = re.sub(r"^/programs/[^/]+", "/programs/{program_id}", request.path)
        program_id = request.path.split("/")[2]
        try:
            authority.check(identity, required(request.method, path), {"program_id": program_id})
            if program_id not in programs[identity.organization_id]:
                raise NotFound
        except Problem as problem:
            told = problem.document("0" * 32)
            return web.json_response(told, status=problem.status, content_type="application/problem+json")
        return web.json_response({"id": program_id})

    return answer


async def place(client, tokens, organization: str, ids: dict[str, str]) -> dict[str, str]:
    """One record of every kind in an organisation; the ids."""
    headers = {"Authorization": f"Bearer {await tokens.create(organization, 'owner@example.org')}"}

    async def post(path: str, body: dict) -> dict:
        answer = await client.post(f"/v1/{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    member = await post("members", {"email": "someone@example.org", "name": "Someone"})
    role = {"member_id": member["id"], "role": "viewer", "project_id": ids["project_id"]}
    hook = await post("webhooks", {"url": "https://example.org/hook"})
    entries = await client.get("/v1/audit-log", headers=headers)
    return ids | {
        "member_id": member["id"],
        "role_id": (await post("roles", role))["id"],
        "credential_id": (await post("api-tokens", {"name": "t", "member_id": member["id"]}))["id"],
        "invitation_id": (await post("invitations", {"email": "eve@example.org"}))["id"],
        "webhook_id": hook["id"],
        "delivery_id": (await post(f"webhooks/{hook['id']}/test", {}))["id"],
        "entry_id": entries.json()["items"][0]["id"],
        "slug": "not-found",
        "url": "https://example.org/hook",
    }


async def token_of(tokens, who: Somebody, known: dict[str, str]) -> str:
    """A token of a member with this one role."""
    email = f"{who.name.replace(' ', '-')}@example.org"
    secret = await tokens.create("demo", email, who.organization)
    grants = ((Within.PROGRAM, "program_id", who.program), (Within.PROJECT, "project_id", who.project))
    async with tokens.database.transaction() as session:
        found = await actions.enter_organization_by_key(session, "demo")
        member = await actions.member_with_email(session, found.id, email, who.organization)
        for within, name, role in grants:
            if role is not None:
                about = {"member_id": member.id, "organization_id": found.id, "granted_by": None}
                session.add(RoleGrant(within=within, boundary_id=known[name], role=role, **about))
    return secret


def expected(who: Somebody, route: Route, where: str) -> int | None:
    """The table's answer, and for what every member may ask for, whose records it gets."""
    is_giver = who.organization in GIVERS
    match route.permission.record, route.method, bool(route.names):
        case "invitation", "POST", _ if route.permission.who.anybody:
            return 404  # the document's example is a secret that nobody was given
        case "role", "POST", _:
            is_manager = who.project is ProjectRole.PROJECT_MANAGER
            sees = who.organization is not None or who.project is not None
            return None if is_giver or is_manager else 403 if sees else 404
        case "role", method, True if where == OWN:
            sees = who.organization is not None or who.project is not None
            may = method == "GET" or is_giver or who.project is ProjectRole.PROJECT_MANAGER
            return 404 if not sees else None if may else 403
        case "api_token", _, True if where == OWN:
            return None if who.organization is OrganizationRole.ADMIN else 404
    return who.expected(route, where)


async def test_every_answer_is_what_the_table_says(live, tokens, program, private_key):
    app, client = live.app, live.client
    ids = {"program_id": str(uuid4()), "project_id": str(uuid4())}
    places = {OWN: await place(client, tokens, "demo", ids)}
    places[OTHER_ORGANIZATION] = await place(client, tokens, "acme", {name: str(uuid4()) for name in ids})
    places[OTHER_PROGRAM] = places[OWN] | {"program_id": str(uuid4())}
    of_organizations = {
        await tokens.organization_id("demo"): {places[where]["program_id"] for where in (OWN, OTHER_PROGRAM)},
        await tokens.organization_id("acme"): {places[OTHER_ORGANIZATION]["program_id"]},
    }
    program.handler = at_the_door_of_program_svc(private_key.public_key(), of_organizations)
    headers = {who: {"authorization": f"Bearer {await token_of(tokens, who, ids)}"} for who in EVERYBODY}
    wrong, number = [], 0
    for route in routes()["gateway"]:
        seen = set()
        for where, known in places.items():
            if (path := route.path.format_map(known)) in seen:
                continue
            seen.add(path)
            about = known | ({"member_id": places[OWN]["member_id"]} if route.method == "POST" else {})
            for who in EVERYBODY:
                number += 1
                status, body = await ask(app, prefixed(route), about, headers[who])
                wrong.append(difference(route, where, who, expected(who, route, where), status, body))
    found = [each for each in wrong if each]
    assert number > 400
    assert not found, "\n".join(found)


def prefixed(route: Route) -> Route:
    """The route under the path that it has in the document, with the prefix of the API where it has one."""
    path = f"/v1{route.path}"
    return Route(route.method, path if path in DOCUMENT["paths"] else route.path, route.operation)
