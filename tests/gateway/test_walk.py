"""Every route of the gateway itself by every role, in the own organisation and with what is another's: the answers are the table's."""

from uuid import uuid4

import pytest
from walk_kit import DOCUMENT, EVERYBODY, OTHER_ORGANIZATION, OWN, Route, Somebody, ask, difference, routes

from contracts.vocabulary import OrganizationRole, ProjectRole
from gateway.identity import actions
from gateway.identity.models import RoleGrant, Within
from gateway.settings import GatewaySettings

pytestmark = pytest.mark.slow
GIVERS = {OrganizationRole.ADMIN, OrganizationRole.PORTFOLIO_MANAGER}
NOBODYS = {("POST", "/invitations/accept")}
"""The document's example is a secret that nobody was given: 404 for everybody."""
COMBINED = {("GET", "/programs/{program_id}/overview")}
"""Made of program-svc's answers, which say what is there: here they come from a stand-in that knows nothing of organisations."""
ELSEWHERE = {("GET", "/events")}
"""Without NATS, which this test has not, whoever is let in gets 503."""


@pytest.fixture
def settings(settings, seal_key, tmp_path) -> GatewaySettings:
    """The gateway can seal webhooks' secrets."""
    key_file = tmp_path / "webhook-keys"
    key_file.write_bytes(seal_key)
    return settings.model_copy(update={"webhook_key_file": key_file})


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
        "token_id": (await post("api-tokens", {"name": "t", "member_id": member["id"]}))["id"],
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


async def test_every_answer_is_what_the_table_says(app, client, tokens):
    ids = {"program_id": str(uuid4()), "project_id": str(uuid4())}
    places = {OWN: await place(client, tokens, "demo", ids)}
    places[OTHER_ORGANIZATION] = await place(client, tokens, "acme", {name: str(uuid4()) for name in ids})
    headers = {who: {"authorization": f"Bearer {await token_of(tokens, who, ids)}"} for who in EVERYBODY}
    wrong, number = [], 0
    for route in routes()["gateway"]:
        if (route.method, route.path) in NOBODYS:
            continue
        is_public = route.permission.who.anybody
        for where, known in places.items():
            is_combined = (route.method, route.path) in COMBINED
            if where != OWN and (is_public or is_combined or not set(route.names) - {"slug"}):
                continue
            about = known | ({"member_id": places[OWN]["member_id"]} if route.method == "POST" else {})
            for who in EVERYBODY:
                number += 1
                status, body = await ask(app, prefixed(route), about, headers[who])
                status = 200 if status == 503 and (route.method, route.path) in ELSEWHERE else status
                wrong.append(difference(route, where, who, expected(who, route, where), status, body))
    found = [each for each in wrong if each]
    assert number > 400
    assert not found, "\n".join(found)


def prefixed(route: Route) -> Route:
    """The route under the path that it has in the document, with the prefix of the API where it has one."""
    path = f"/v1{route.path}"
    return Route(route.method, path if path in DOCUMENT["paths"] else route.path, route.operation)
