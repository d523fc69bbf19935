"""Tokens that were made with tokens are good for no longer than those, and a lost first token is given again."""

from datetime import timedelta

import pytest
from gateway_kit import bearer

from gateway.tables import now

pytestmark = pytest.mark.slow
GRACE = {"email": "grace@example.org", "name": "Grace"}


async def made(client, by: dict | None = None, **more) -> dict:
    answer = await client.post("/v1/api-tokens", json={"name": "t"} | more, headers=by)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def refused(client, by: dict, **more) -> None:
    answer = await client.post("/v1/api-tokens", json={"name": "t"} | more, headers=by)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/expires_at")


def at(**later) -> str:
    return (now() + timedelta(**later)).isoformat()


async def test_a_token_that_ends_soon_makes_none_that_ends_later(client):
    short = await made(client, expires_at=at(hours=1))
    by_it = bearer(short["token"])
    for longer in (None, at(hours=2)):
        await refused(client, by_it, expires_at=longer)
    child = await made(client, by_it)
    assert (child["expires_at"], child["made_with"], child["made_by"]) == (
        short["expires_at"],
        short["id"],
        short["member_id"],
    )
    assert (await made(client, by_it, expires_at=at(minutes=5)))["expires_at"] < short["expires_at"]


async def test_unless_it_is_said_a_token_is_good_for_90_days(client):
    usual, endless = await made(client), await made(client, expires_at=None)
    assert at(days=89) < usual["expires_at"] < at(days=91)
    assert endless["expires_at"] is None
    await refused(client, bearer(usual["token"]), expires_at=None)


async def test_a_token_of_a_person_ends_one_day(client, known, issuer):
    person = bearer(issuer.token())
    await client.post("/v1/members", json=GRACE)
    await refused(client, person, expires_at=None)
    usual = await made(client, person)
    assert (usual["made_with"], usual["made_by"]) == (None, usual["member_id"])
    assert usual["expires_at"] > at(days=89)


async def test_what_was_made_with_a_token_is_revoked_with_it(client):
    parent = await made(client)
    child = await made(client, bearer(parent["token"]))
    grandchild, other = await made(client, bearer(child["token"])), await made(client)
    assert (await client.delete(f"/v1/api-tokens/{parent['id']}")).status_code == 204
    for token, status in ((parent, 401), (child, 401), (grandchild, 401), (other, 200)):
        assert (await client.get("/v1/projects", headers=bearer(token["token"]))).status_code == status


async def test_what_a_member_made_for_others_with_its_token_ends_with_its_leaving(client, tokens):
    admin = bearer(await tokens.create(member="bob@example.org"))
    ada, bob = [each["id"] for each in (await client.get("/v1/members")).json()["items"]]
    theirs = await made(client, admin, member_id=ada)
    assert (theirs["member_id"], theirs["made_by"]) == (ada, bob)
    assert (await client.delete(f"/v1/members/{bob}")).status_code == 204
    assert (await client.get("/v1/projects", headers=bearer(theirs["token"]))).status_code == 401


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "once"}], ids=["without a key", "with a key"])
async def test_an_acceptance_whose_answer_was_lost_is_repeated_until_its_token_is_used(client, key):
    """The lost answer alone held the first token: a repeat was 404, and a new invitation 409."""
    invitation = (await client.post("/v1/invitations", json={"email": GRACE["email"]})).json()
    body = {"token": invitation["token"], "name": "Grace"}
    lost = (await client.post("/v1/invitations/accept", json=body, headers=key)).json()
    again = (await client.post("/v1/invitations/accept", json=body, headers=key)).json()
    assert again["member"] == lost["member"]
    assert (await client.get("/v1/projects", headers=bearer(lost["api_token"]["token"]))).status_code == 401
    assert (await client.get("/v1/projects", headers=bearer(again["api_token"]["token"]))).status_code == 200
    late = await client.post("/v1/invitations/accept", json=body, headers=key)
    if key:
        assert (late.status_code, late.headers["Idempotency-Replayed"]) == (201, "true")
        assert late.json()["api_token"] == again["api_token"] | {"token": None}
        other = await client.post("/v1/invitations/accept", json=body | {"name": "Eve"}, headers=key)
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    else:
        assert late.status_code == 404


async def test_a_key_is_its_callers_alone(client, tokens):
    """Two integrations that both number their requests met each other's keys."""
    bob, key = bearer(await tokens.create(member="bob@example.org")), {"Idempotency-Key": "1"}
    first = await client.post("/v1/members", json=GRACE, headers=key)
    other = await client.post("/v1/members", json=GRACE | {"email": "eve@example.org"}, headers=key | bob)
    assert (first.status_code, other.status_code, "Idempotency-Replayed" in other.headers) == (201, 201, False)
    again = await client.post("/v1/members", json=GRACE, headers=key)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
