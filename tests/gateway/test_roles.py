"""Members, invitations and roles, and that what changes about them counts at once."""

import asyncio
from uuid import uuid4

import pytest
from gateway_kit import bearer, member_of

from contracts.vocabulary import OrganizationRole

pytestmark = pytest.mark.slow


async def test_a_role_reaches_the_services_with_the_next_request_and_leaves_with_the_one_after_it(
    client, tokens, project, private_key
):
    from chassis.identity import Verifier

    bob, there = await tokens.create(member="bob@example.org", role=None), str(uuid4())
    member = await member_of(client, bob)

    async def projects() -> dict:
        await client.get("/v1/projects", headers=bearer(bob))
        verifier = Verifier(private_key.public_key(), "project-svc")
        return {
            str(id_): role for id_, role in verifier.identify(project.last.headers["authorization"]).projects.items()
        }

    assert await projects() == {}
    body = {"member_id": member["id"], "role": "project_member", "project_id": there}
    made = await client.post("/v1/roles", json=body)
    assert made.status_code == 201, made.text
    assert await projects() == {there: "project_member"}
    changed = await client.patch(made.headers["Location"], json={"role": "viewer"}, headers={"If-Match": '"1"'})
    assert changed.json()["role"] == "viewer"
    assert await projects() == {there: "viewer"}
    assert (await client.delete(made.headers["Location"], headers={"If-Match": '"1"'})).status_code == 412
    assert (await client.delete(made.headers["Location"])).status_code == 204
    assert await projects() == {}


async def test_managers_give_roles_where_they_manage(client, tokens):
    bob, eve = [await tokens.create(member=f"{name}@example.org", role=None) for name in ("bob", "eve")]
    theirs = {name: (await member_of(client, token))["id"] for name, token in (("bob", bob), ("eve", eve))}
    here, elsewhere = str(uuid4()), str(uuid4())

    async def give(who: str, place: str, by: dict, role: str = "viewer") -> int:
        body = {"member_id": theirs[who], "role": role, "project_id": place}
        return (await client.post("/v1/roles", json=body, headers=by)).status_code

    assert await give("bob", here, bearer(bob), "project_manager") == 404
    assert await give("bob", here, {}, "project_manager") == 201
    assert await give("bob", here, {}) == 409
    assert await give("eve", here, bearer(bob)) == 201
    assert await give("eve", elsewhere, bearer(bob)) == 404
    assert await give("eve", elsewhere, bearer(eve)) == 404
    seen = (await client.get("/v1/roles", headers=bearer(eve))).json()["items"]
    assert {each["project_id"] for each in seen} == {here}
    of_bob = next(each for each in seen if each["member_id"] == theirs["bob"])
    assert (await client.delete(f"/v1/roles/{of_bob['id']}", headers=bearer(eve))).status_code == 403
    own = next(each for each in seen if each["member_id"] == theirs["eve"])
    assert (await client.delete(f"/v1/roles/{own['id']}", headers=bearer(eve))).status_code == 204
    assert (await client.get("/v1/roles", headers=bearer(eve))).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"role": "project_manager"},
        {"role": "project_manager", "program_id": str(uuid4())},
        {"role": "program_manager", "project_id": str(uuid4())},
        {"role": "viewer", "program_id": str(uuid4()), "project_id": str(uuid4())},
        {"role": "viewer", "project_id": str(uuid4()), "member_id": str(uuid4())},
    ],
)
async def test_a_role_that_is_none_is_refused(client, body):
    member = (await client.get("/v1/members")).json()["items"][0]["id"]
    answer = await client.post("/v1/roles", json={"member_id": member} | body)
    assert answer.status_code == 422, answer.text


async def test_who_leaves_is_out_with_the_next_request(client, tokens):
    bob = await tokens.create(member="bob@example.org", role=OrganizationRole.PORTFOLIO_MANAGER)
    member = await member_of(client, bob)
    await client.post("/v1/roles", json={"member_id": member["id"], "role": "viewer", "project_id": str(uuid4())})
    assert (await client.get("/v1/projects", headers=bearer(bob))).status_code == 200
    assert (await client.delete(f"/v1/members/{member['id']}")).status_code == 204
    assert (await client.get("/v1/projects", headers=bearer(bob))).status_code == 401
    assert (await client.get(f"/v1/members/{member['id']}")).status_code == 404
    assert (await client.get("/v1/roles")).json()["items"] == []
    again = await client.post("/v1/members", json={"email": "bob@example.org", "name": "Bob"})
    assert (again.status_code, again.json()["id"], again.json()["role"]) == (201, member["id"], None)
    assert (await client.get("/v1/projects", headers=bearer(bob))).status_code == 401


async def test_the_last_admin_stays_one(client):
    ada = (await client.get("/v1/members")).json()["items"][0]
    for answer in (
        await client.patch(f"/v1/members/{ada['id']}", json={"role": None}),
        await client.delete(f"/v1/members/{ada['id']}"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/last-admin")
    renamed = await client.patch(f"/v1/members/{ada['id']}", json={"name": "Ada L."}, headers={"If-Match": '"1"'})
    assert (renamed.json()["name"], renamed.headers["ETag"]) == ("Ada L.", '"2"')


async def test_of_two_who_change_one_revision_at_once_one_is_too_late(client):
    """Both read the role before either wrote it, and the second one's change was lost to nobody's knowledge."""
    member = (await client.post("/v1/members", json={"email": "bob@example.org", "name": "Bob"})).json()
    for number in range(5):
        body = {"member_id": member["id"], "role": "viewer", "project_id": str(uuid4())}
        role = (await client.post("/v1/roles", json=body)).json()
        path, asked = f"/v1/roles/{role['id']}", {"If-Match": '"1"'}
        answers = await asyncio.gather(
            client.patch(path, json={"role": "project_member"}, headers=asked),
            client.delete(path, headers=asked)
            if number % 2
            else client.patch(path, json={"role": "project_manager"}, headers=asked),
        )
        done, late = sorted(answer.status_code for answer in answers)
        assert (done in {200, 204}, late in {404, 412}) == (True, True), [answer.text for answer in answers]


async def test_an_invitation_that_is_taken_back_while_it_is_accepted_is_one_or_the_other(client, app):
    for number in range(5):
        made = (await client.post("/v1/invitations", json={"email": f"eve{number}@example.org"})).json()
        accepted, revoked = await asyncio.gather(
            client.post("/v1/invitations/accept", json={"token": made["token"], "name": "Eve"}),
            client.delete(f"/v1/invitations/{made['id']}"),
        )
        assert (accepted.status_code, revoked.status_code) in {(201, 409), (404, 204)}


async def test_admins_who_take_the_role_from_each_other_at_once_leave_one(client, tokens):
    ada = (await client.get("/v1/members")).json()["items"][0]["id"]
    bob = bearer(await tokens.create(member="bob@example.org"))
    other = (await client.get("/v1/members", params={"email": "bob@example.org"})).json()["items"][0]["id"]
    for _ in range(5):
        answers = await asyncio.gather(
            client.patch(f"/v1/members/{other}", json={"role": "auditor"}),
            client.patch(f"/v1/members/{ada}", json={"role": "auditor"}, headers=bob),
        )
        done, refused = sorted(answer.status_code for answer in answers)
        assert (done, refused in {403, 409}) == (200, True), [answer.text for answer in answers]
        admins = (await client.get("/v1/members", params={"role": "admin"})).json()["items"]
        (left,) = [each["id"] for each in admins]
        again = {"role": "admin"}
        restored, by = (other, {}) if left == ada else (ada, {"headers": bob})
        assert (await client.patch(f"/v1/members/{restored}", json=again, **by)).status_code == 200


async def test_an_invitation_lets_one_person_in_once(client, app):
    made = await client.post("/v1/invitations", json={"email": "grace@example.org", "role": "auditor"})
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    body = {"token": made.json()["token"], "name": "Grace"}
    accepted = await client.post("/v1/invitations/accept", json=body, headers={"Authorization": ""})
    assert accepted.status_code == 201, accepted.text
    answer = accepted.json()
    assert answer["member"]["role"] == "auditor"
    hers = bearer(answer["api_token"]["token"])
    assert (await client.get("/v1/members", headers=hers)).status_code == 200
    assert (await client.post("/v1/members", json=body, headers=hers)).status_code in {403, 422}
    assert (await client.post("/v1/invitations/accept", json=body)).status_code == 404
    listed = (await client.get("/v1/invitations")).json()["items"]
    assert [each["state"] for each in listed] == ["accepted"]
    assert all("token" not in each and "digest" not in each for each in listed)
    assert (await client.delete(made.headers["Location"])).status_code == 409
    assert (await client.post("/v1/invitations", json={"email": "grace@example.org"})).status_code == 409


async def test_an_invitation_that_was_taken_back_lets_nobody_in(client):
    made = await client.post("/v1/invitations", json={"email": "grace@example.org"})
    assert (await client.delete(made.headers["Location"])).status_code == 204
    body = {"token": made.json()["token"], "name": "Grace"}
    assert (await client.post("/v1/invitations/accept", json=body)).status_code == 404
    assert (await client.get(made.headers["Location"])).json()["state"] == "revoked"


async def test_what_is_for_admins_is_for_admins(client, tokens):
    bob = bearer(await tokens.create(member="bob@example.org", role=None))
    for method, path, body in (
        ("POST", "/v1/members", {"email": "x@example.org", "name": "X"}),
        ("PATCH", "/v1/organizations/current", {"name": "Mine"}),
        ("GET", "/v1/invitations", None),
        ("POST", "/v1/invitations", {"email": "x@example.org"}),
    ):
        assert (await client.request(method, path, json=body, headers=bob)).status_code == 403, path
    renamed = await client.patch("/v1/organizations/current", json={"name": "Harbour"})
    assert renamed.json()["name"] == "Harbour"
    assert [each["name"] for each in (await client.get("/v1/organizations")).json()["items"]] == ["Harbour"]
