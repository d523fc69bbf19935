"""Every route of the gateway itself that writes, once: what the audit log says of it. Those of the services: `audit_kit`."""

from dataclasses import dataclass
from typing import Any

import pytest
from audit_kit import CAME, TRACE, check_entries
from walk_kit import routes

from gateway.settings import GatewaySettings

pytestmark = pytest.mark.slow

PROJECT_ID = "0198c3f0-0002-7c4b-9a55-3f0c2b8d0002"
TOLD = {"User-Agent": CAME.user_agent, "X-Request-Id": CAME.request_id, "Traceparent": f"00-{TRACE}-{'1' * 16}-01"}
URL = "https://example.org/hook"


@dataclass(frozen=True)
class Write:
    """What is sent, and what the log says of it: record and action of each entry. `makes`: the id in the answer is known by this name from then on."""

    body: Any
    says: tuple[str, ...]
    makes: str = ""


WRITES = {
    "POST /members": Write({"email": "bob@example.org", "name": "Bob"}, ("member.created",), "member_id"),
    "PATCH /members/{member_id}": Write({"role": "auditor"}, ("member.updated",)),
    "POST /roles": Write(
        {"member_id": "{member_id}", "role": "viewer", "project_id": PROJECT_ID}, ("role.created",), "role_id"
    ),
    "PATCH /roles/{role_id}": Write({"role": "project_member"}, ("role.updated",)),
    "DELETE /roles/{role_id}": Write(None, ("role.deleted",)),
    "POST /api-tokens": Write({"name": "t", "member_id": "{member_id}"}, ("api_token.created",), "credential_id"),
    "DELETE /api-tokens/{credential_id}": Write(None, ("api_token.updated",)),
    "POST /invitations": Write({"email": "eve@example.org"}, ("invitation.created",), "invitation_id"),
    "DELETE /invitations/{invitation_id}": Write(None, ("invitation.updated",)),
    "PATCH /organizations/current": Write({"name": "Renamed"}, ("organization.updated",)),
    "POST /webhooks": Write({"url": URL}, ("webhook.created",), "webhook_id"),
    "PATCH /webhooks/{webhook_id}": Write({"description": "For the site"}, ("webhook.updated",)),
    "POST /webhooks/{webhook_id}/rotate-secret": Write({}, ("webhook.updated",)),
    "POST /webhooks/{webhook_id}/test": Write({}, ("webhook_delivery.created",), "delivery_id"),
    "POST /webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": Write({}, ("webhook_delivery.redelivered",)),
    "DELETE /webhooks/{webhook_id}": Write(None, ("webhook.deleted",)),
    "DELETE /members/{member_id}": Write(None, ("member.updated",)),
}
"""In an order in which each finds what it needs."""
ACCEPT = "POST /invitations/accept"


@pytest.fixture
def settings(settings, seal_key, tmp_path) -> GatewaySettings:
    """The gateway can seal webhooks' secrets."""
    key_file = tmp_path / "webhook-keys"
    key_file.write_bytes(seal_key)
    return settings.model_copy(update={"webhook_key_file": key_file})


async def entries(client) -> list[dict[str, Any]]:
    """The log, oldest first."""
    return (await client.get("/v1/audit-log", params={"limit": 1000, "sort": "sequence"})).json()["items"]


def test_every_route_that_writes_is_here():
    written = {f"{route.method} {route.path}" for route in routes()["gateway"] if route.method != "GET"}
    assert written == WRITES.keys() | {ACCEPT}


async def test_every_write_leaves_its_entries(client):
    mine = (await client.get("/v1/api-tokens")).json()["items"][0]
    who = {"actor": f"members/{mine['member_id']}", "credential": f"api-tokens/{mine['id']}"}
    origin = {
        "kind": "request",
        "cause": None,
        "address": "127.0.0.1",
        "user_agent": CAME.user_agent,
        "request_id": CAME.request_id,
    }
    known: dict[str, str] = {}
    for route, write in WRITES.items():
        told = len(await entries(client))
        method, path = route.format_map(known).split(" ")
        body = write.body and {name: value.format_map(known) for name, value in write.body.items()}
        answer = await client.request(method, f"/v1{path}", json=body, headers=TOLD)
        assert answer.is_success, (route, answer.text)
        if write.makes:
            known[write.makes] = answer.json()["id"]
        new = (await entries(client))[told:]
        assert tuple(f"{entry['record']}.{entry['action']}" for entry in new) == write.says, route
        check_entries(new, origin=origin, **who)


async def test_an_accepted_invitation_leaves_what_it_made(client):
    invited = (await client.post("/v1/invitations", json={"email": "eve@example.org"})).json()
    told = len(await entries(client))
    answer = await client.post("/v1/invitations/accept", json={"token": invited["token"], "name": "Eve"}, headers=TOLD)
    assert answer.is_success, answer.text
    new = (await entries(client))[told:]
    assert {(entry["actor"], entry["origin"]["kind"]) for entry in new} == {(f"invitations/{invited['id']}", "request")}
    said = sorted(f"{entry['record']}.{entry['action']}" for entry in new)
    assert said == ["api_token.created", "invitation.updated", "member.created"]
