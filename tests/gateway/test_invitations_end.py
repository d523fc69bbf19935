"""An invitation opens the organisation to whom it was sent, as long as nothing has happened since that speaks against it."""

import pytest
import sqlalchemy as sa
from gateway_kit import bearer

from contracts.vocabulary import OrganizationRole
from gateway.invitations.models import Invitation

pytestmark = pytest.mark.slow
GRACE = "grace@example.org"


async def invited(client, **more) -> dict:
    made = await client.post("/v1/invitations", json={"email": GRACE, "role": "admin"}, **more)
    assert made.status_code == 201, made.text
    return made.json()


async def accepting(client, invitation: dict) -> int:
    body = {"token": invitation["token"], "name": "Grace"}
    return (await client.post("/v1/invitations/accept", json=body)).status_code


async def test_the_latest_invitation_is_the_one_that_is_good(client):
    first, second = await invited(client), await invited(client)
    assert await accepting(client, first) == 404
    assert (await client.get(f"/v1/invitations/{first['id']}")).json()["state"] == "revoked"
    assert await accepting(client, second) == 201


async def test_who_was_removed_does_not_come_back_by_an_invitation_that_was_left_over(client, tokens, database):
    """Two invitations were pending; one was accepted, its member removed, and the other one made it an admin again."""
    left_over = await invited(client)
    made = await client.post("/v1/members", json={"email": GRACE, "name": "Grace"})
    assert await accepting(client, left_over) == 404
    again = await client.delete(made.headers["Location"])
    assert again.status_code == 204
    assert await accepting(client, left_over) == 404
    # Nor by one that an earlier version of the gateway left pending.
    async with database.transaction(await tokens.organization_id()) as session:
        await session.execute(sa.update(Invitation).values(revoked_at=None))
    assert await accepting(client, left_over) == 404
    assert await accepting(client, await invited(client)) == 201


@pytest.mark.parametrize("happens", ["is removed", "is no admin any more"])
async def test_what_an_admin_sent_ends_with_its_authority(client, tokens, happens):
    bob = await tokens.create(member="bob@example.org", role=OrganizationRole.ADMIN)
    by_bob = await invited(client, headers=bearer(bob))
    path = f"/v1/members/{by_bob['invited_by']}"
    renamed = await client.patch(path, json={"name": "Bob"})
    assert renamed.json()["role"] == "admin"
    assert (await client.get(f"/v1/invitations/{by_bob['id']}")).json()["state"] == "pending"
    done = await (client.delete(path) if happens == "is removed" else client.patch(path, json={"role": "auditor"}))
    assert done.is_success
    assert await accepting(client, by_bob) == 404
