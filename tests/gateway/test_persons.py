"""People who come with access tokens: as which member of which organisation."""

import pytest
from gateway_kit import bearer, client_of
from oidc_kit import ISSUER

from chassis.problem import Unauthenticated
from gateway.application import create_gateway

pytestmark = pytest.mark.slow


async def test_a_person_is_the_member_with_its_address_and_stays_it(known, issuer, client):
    made = (await client.post("/v1/members", json={"email": "grace@example.org", "name": "Grace"})).json()
    hers = {"Authorization": f"Bearer {issuer.token()}"}
    assert (await client.get("/v1/projects", headers=hers)).status_code == 200
    renamed = issuer.token(email="new@example.org")
    caller = await known.identify(f"Bearer {renamed}")
    assert (str(caller.member_id), caller.identity.credential) == (made["id"], ISSUER)
    with pytest.raises(Unauthenticated):  # another person with the same address
        await known.identify(f"Bearer {issuer.token(sub='mallory')}")


async def test_a_person_whom_nobody_knows_is_nobody(known, issuer, client):
    with pytest.raises(Unauthenticated):
        await known.identify(f"Bearer {issuer.token(email='stranger@example.org')}")
    await client.post("/v1/members", json={"email": "grace@example.org", "name": "Grace"})
    with pytest.raises(Unauthenticated):
        await known.identify(f"Bearer {issuer.token(email_verified=False)}")


async def test_a_person_in_two_organisations_says_which(known, issuer, tokens, client):
    for organization in ("demo", "other"):
        await tokens.create(organization, "grace@example.org", role=None)
    await tokens.create("third", "grace@example.org", role=None)
    third = await known.identify(bearer(issuer.token())["Authorization"], "third")
    hers = bearer(issuer.token())
    listed = (await client.get("/v1/organizations?limit=2", headers=hers)).json()
    rest = (await client.get(f"/v1/organizations?limit=2&cursor={listed['next']}", headers=hers)).json()
    assert [each["key"] for each in listed["items"] + rest["items"]] == ["demo", "other", "third"]
    for asked in ({}, {"Interlock-Organization": "nowhere"}):
        for path in ("/v1/projects", "/v1/members"):
            answer = await client.get(path, headers=hers | asked)
            assert (answer.status_code, answer.json()["type"]) == (400, "/problems/organization-needed")
            assert answer.json()["organizations"] == ["demo", "other", "third"]
    for key in ("demo", "other"):
        found = await client.get("/v1/organizations/current", headers=hers | {"Interlock-Organization": key})
        assert found.json()["key"] == key
    members = (await client.get("/v1/members", headers=hers | {"Interlock-Organization": "third"})).json()["items"]
    assert [each["id"] for each in members] == [str(third.member_id)]
    assert (await client.get("/v1/organizations")).json()["items"][0]["key"] == "demo"  # an API token is of one
    assert len((await client.get("/v1/organizations")).json()["items"]) == 1
    assert (await client.get("/v1/projects", headers={"Interlock-Organization": "demo"})).status_code == 200
    refused = await client.get("/v1/projects", headers={"Interlock-Organization": "other"})
    assert (refused.status_code, refused.json()["organizations"]) == (400, ["demo"])


async def test_an_address_is_the_same_however_it_is_written(known, issuer, client):
    """The issuer's `Grace@Example.org` was nobody, or somebody else than `grace@example.org`."""
    body = {"email": "Grace@Example.org", "name": "Grace"}
    made = await client.post("/v1/members", json=body)
    assert made.json()["email"] == "grace@example.org"
    assert (await client.post("/v1/members", json=body | {"email": "grace@example.ORG"})).status_code == 409
    assert (await client.post("/v1/invitations", json={"email": "GRACE@example.org"})).status_code == 409
    caller = await known.identify(bearer(issuer.token(email="GRACE@Example.org"))["Authorization"])
    assert str(caller.member_id) == made.json()["id"]


async def test_an_admin_says_whose_tokens_are_a_members_and_takes_it_back(known, issuer, client):
    """For tokens without an address, and for a person whom the issuer calls otherwise from now on."""
    made = await client.post("/v1/members", json={"email": "grace@example.org", "name": "Grace"})
    path, nameless = made.headers["Location"], bearer(issuer.token(email=None))
    assert (await client.get("/v1/members", headers=nameless)).status_code == 401
    assert (await client.patch(path, json={"subject": "grace"})).status_code == 422
    told = await client.patch(path, json={"subject": f"{ISSUER}|grace"})
    assert (told.json()["subject"], told.json()["revision"]) == (f"{ISSUER}|grace", 2)
    theirs = (await client.get("/v1/members", headers=nameless)).json()["items"]
    assert {each["subject"] for each in theirs} == {None}  # which admins alone see
    other = await client.post("/v1/members", json={"email": "eve@example.org", "name": "Eve"})
    taken = await client.patch(other.headers["Location"], json={"subject": f"{ISSUER}|grace"})
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/already-exists")
    assert (await client.patch(path, json={"subject": None})).json()["subject"] is None
    assert (await client.get("/v1/members", headers=nameless)).status_code == 401
    assert (await client.get("/v1/members", headers=bearer(issuer.token(sub="renamed")))).status_code == 200


async def test_who_leaves_is_out_whatever_the_issuer_says(known, issuer, client):
    made = (await client.post("/v1/members", json={"email": "grace@example.org", "name": "Grace"})).json()
    bearer = f"Bearer {issuer.token()}"
    await known.identify(bearer)
    assert (await client.delete(f"/v1/members/{made['id']}")).status_code == 204
    with pytest.raises(Unauthenticated):
        await known.identify(bearer)


async def test_whose_token_the_issuer_signed_gets_in_beside_somebody_who_guesses(settings, tokens, issuer, trusted):
    """An access token is a new one every few minutes: everybody behind the address of one who guessed was locked out at the next one."""
    await tokens.create(member="grace@example.org")
    app = create_gateway(settings.model_copy(update={"stranger_rate": 0.001, "stranger_burst": 2}))
    async with app.router.lifespan_context(app), client_of(app) as client:
        app.state.runtime.callers._issuer = trusted

        async def status(token: str) -> int:
            return (await client.get("/v1/members", headers={"Authorization": f"Bearer {token}"})).status_code

        forged = issuer.token().rpartition(".")[0] + ".AAAA"
        assert [await status(guess) for guess in (forged, "ilk_" + "0" * 43, forged)] == [401, 401, 429]
        assert [await status(issuer.token(jti=str(number))) for number in range(3)] == [200] * 3
        assert await status(issuer.token(email="nobody@example.org", sub="nobody")) == 429
        assert await status(await tokens.create()) == 429
