"""Who looks after tokens, invitations and roles finds the ones that matter."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from gateway_kit import bearer, member_of
from sqlmodel import col

from gateway.invitations.models import Invitation

pytestmark = pytest.mark.slow


async def found(client, path: str, **query) -> list[str]:
    answer = await client.get(f"/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


async def test_tokens_of_one_member_and_those_that_still_let_somebody_in(client, tokens):
    bob = await tokens.create(member="bob@example.org", role=None)
    member = (await member_of(client, bob))["id"]
    parent = (await client.post("/v1/api-tokens", json={"name": "b", "scope": "read"}, headers=bearer(bob))).json()
    first, other = await found(client, "api-tokens", member_id=member)
    assert parent["id"] == other
    assert await found(client, "api-tokens", made_with=first) == [other]
    assert await found(client, "api-tokens", member_id=member, scope="read") == [other]
    assert await found(client, "api-tokens", member_id=member, sort="-name") == [other, first]
    await client.delete(f"/v1/api-tokens/{other}")
    assert await found(client, "api-tokens", member_id=member, is_valid="true") == [first]
    assert await found(client, "api-tokens", member_id=member, is_valid="false") == [other]


async def test_invitations_by_what_has_become_of_them(client, database, tokens):
    ids = {}
    for state in ("accepted", "revoked", "expired", "pending"):
        made = await client.post("/v1/invitations", json={"email": f"{state}@example.org"})
        ids[state] = made.json()["id"]
        if state == "accepted":
            await client.post("/v1/invitations/accept", json={"token": made.json()["token"], "name": "A"})
        if state == "revoked":
            await client.delete(made.headers["Location"])
    async with database.transaction(await tokens.organization_id()) as session:
        over = sa.update(Invitation).where(col(Invitation.email) == "expired@example.org")
        await session.execute(over.values(expires_at=sa.func.now()))
    for state, each in ids.items():
        assert await found(client, "invitations", state=state) == [each]
        assert (await client.get(f"/v1/invitations/{each}")).json()["state"] == state
    assert await found(client, "invitations", email="Pending@example.org") == [ids["pending"]]
    assert await found(client, "invitations", sort="-created_at", limit=1) == [ids["pending"]]
    assert await found(client, "invitations", invited_by=str(uuid4())) == []


async def test_roles_by_what_they_are(client, tokens):
    member = (await member_of(client, await tokens.create(member="bob@example.org", role=None)))["id"]
    roles = {}
    for role in ("viewer", "project_manager"):
        body = {"member_id": member, "role": role, "project_id": str(uuid4())}
        roles[role] = (await client.post("/v1/roles", json=body)).json()
    for role, each in roles.items():
        assert await found(client, "roles", role=role) == [each["id"]]
    assert await found(client, "roles", sort="role") == [roles["project_manager"]["id"], roles["viewer"]["id"]]
    assert len(await found(client, "roles", granted_by=roles["viewer"]["granted_by"])) == 2
    assert await found(client, "roles", granted_by=member) == []
