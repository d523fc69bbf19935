"""Organisation, members and API tokens over HTTP."""

import pytest

from contracts.vocabulary import OrganizationRole
from gateway.identity.models import digest_of


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_new_token_lets_its_owner_in_until_it_is_revoked(client):
    made = await client.post("/v1/api-tokens", json={"name": "ci", "scope": "read"})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    record = made.json()
    theirs = bearer(record["token"])
    assert (await client.get(made.headers["Location"], headers=theirs)).json()["name"] == "ci"
    assert (await client.delete(made.headers["Location"])).status_code == 204
    assert (await client.delete(made.headers["Location"])).status_code == 204
    assert (await client.get("/v1/projects", headers=theirs)).status_code == 401
    listed = (await client.get("/v1/api-tokens")).json()["items"]
    assert [each["revoked_at"] is not None for each in listed] == [False, True]
    assert all("token" not in each and "digest" not in each for each in listed)


async def test_the_secret_is_stored_nowhere(client, database, postgres):
    from local_stack.databases import execute

    key = {"Idempotency-Key": "once"}
    made = (await client.post("/v1/api-tokens", json={"name": "ci"}, headers=key)).json()["token"]
    name = database.engine.url.database
    dump = execute(
        postgres,
        "SELECT t::text FROM api_tokens t UNION ALL SELECT encode(body, 'escape') FROM idempotency_keys",
        database=name,
    )
    assert digest_of(made).hex() in dump
    assert made.removeprefix("ilk_") not in dump


async def test_the_same_key_gives_the_same_token_without_its_secret(client):
    key = {"Idempotency-Key": "once"}
    first = await client.post("/v1/api-tokens", json={"name": "ci"}, headers=key)
    again = await client.post("/v1/api-tokens", json={"name": "ci"}, headers=key)
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json() | {"token": None}
    other = await client.post("/v1/api-tokens", json={"name": "another"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": 1}, "/name"),
        ({"name": "a", "scope": "all"}, "/scope"),
        ({"name": "a", "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"name": "a", "expires_at": "2199-01-01T00:00:00Z"}, "/expires_at"),
        ({"name": "a", "expires_at": "soon"}, "/expires_at"),
        ({"name": "a", "member_id": "01938a5c-0000-7000-8000-000000000000"}, "/member_id"),
        ({"name": "a", "admin": True}, "/admin"),
    ],
)
async def test_a_bad_token_request_names_the_field(client, body, pointer):
    answer = await client.post("/v1/api-tokens", json=body)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_member_sees_and_makes_only_their_own_tokens(client, tokens):
    bob = bearer(await tokens.create("demo", "bob@example.org", role=None))
    members = {each["email"]: each for each in (await client.get("/v1/members")).json()["items"]}
    ada_token = (await client.get("/v1/api-tokens")).json()["items"][0]
    assert ada_token["member_id"] == members["ada@example.org"]["id"]
    assert (await client.get(f"/v1/api-tokens/{ada_token['id']}", headers=bob)).status_code == 404
    assert (await client.delete(f"/v1/api-tokens/{ada_token['id']}", headers=bob)).status_code == 404
    theirs = (await client.get("/v1/api-tokens", headers=bob)).json()["items"]
    assert [each["member_id"] for each in theirs] == [members["bob@example.org"]["id"]]
    for_ada = {"name": "hers", "member_id": members["ada@example.org"]["id"]}
    assert (await client.post("/v1/api-tokens", json=for_ada, headers=bob)).status_code == 403
    for_bob = {"name": "his", "member_id": members["bob@example.org"]["id"]}
    assert (await client.post("/v1/api-tokens", json=for_bob)).json()["member_id"] == for_bob["member_id"]


async def test_another_organisation_is_not_there(client, tokens):
    stranger = bearer(await tokens.create("other", "eve@example.org"))
    own = (await client.get("/v1/organizations/current")).json()
    theirs = (await client.get("/v1/organizations/current", headers=stranger)).json()
    assert (own["key"], theirs["key"]) == ("demo", "other")
    mine = (await client.get("/v1/api-tokens")).json()["items"][0]["id"]
    assert (await client.get(f"/v1/api-tokens/{mine}", headers=stranger)).status_code == 404
    assert len((await client.get("/v1/members", headers=stranger)).json()["items"]) == 1


async def test_a_stale_revision_revokes_nothing(client):
    made = await client.post("/v1/api-tokens", json={"name": "ci"})
    answer = await client.delete(made.headers["Location"], headers={"If-Match": '"9"'})
    assert (answer.status_code, answer.headers["ETag"]) == (412, '"1"')
    assert (await client.get(made.headers["Location"])).json()["revoked_at"] is None


async def test_pages_reach_every_member(client, tokens):
    for number in range(5):
        await tokens.create("demo", f"m{number}@example.org", role=OrganizationRole.AUDITOR)
    found, cursor = [], None
    while True:
        query = {"limit": 2, "sort": "-name"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/members", params=query)).json()
        found += [each["name"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == ["m4", "m3", "m2", "m1", "m0", "ada"]
    assert (await client.get("/v1/members", params={"cursor": "nonsense"})).status_code == 422
    assert (await client.get("/v1/members", params={"colour": "red"})).status_code == 422
