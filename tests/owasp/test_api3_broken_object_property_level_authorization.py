"""API3: writing fields that are not the caller's to write, and reading those that nobody should."""

import pytest
from stack_kit import made

pytestmark = [pytest.mark.slow, pytest.mark.long]

NOT_THEIRS = ("id", "organization_id", "revision", "created_at", "updated_at", "project_id")


def test_fields_of_ours_are_refused_not_ignored(admin, project, task):
    for field in NOT_THEIRS:
        for answer in (
            admin.post(f"/projects/{project['id']}/tasks", json={"name": "A", "duration": "P1D", field: task["id"]}),
            admin.patch(f"/projects/{project['id']}/tasks/{task['id']}", json={field: task["id"]}),
        ):
            assert answer.status_code == 422, (field, answer.text)
            assert answer.json()["errors"][0]["pointer"] == f"/{field}"


def test_nobody_gives_themselves_a_role(member):
    somebody = member()
    own = somebody.headers["X-Member"]
    assert somebody.patch(f"/members/{own}", json={"role": "admin"}).status_code == 403
    assert somebody.patch(f"/members/{own}", json={"is_admin": True, "roles": ["admin"]}).status_code in {403, 422}
    assert somebody.get(f"/members/{own}").json()["role"] is None


def test_nobody_takes_a_role_in_a_project_that_is_not_theirs(member, project):
    somebody = member()
    body = {"member_id": somebody.headers["X-Member"], "role": "project_manager", "project_id": project["id"]}
    assert somebody.post("/roles", json=body).status_code in {403, 404}


def test_secrets_are_in_no_answer_but_the_first(admin):
    token = made(admin, "/api-tokens", {"name": "shown once"})
    for shown in (admin.get(f"/api-tokens/{token['id']}"), admin.get("/api-tokens?limit=1000")):
        assert token["token"] not in shown.text
        assert not {"digest", "hash", "secret"} & set(shown.text.replace('"', " ").split())
    hook = made(admin, "/webhooks", {"url": "https://example.org/hook"})
    for shown in (admin.get(f"/webhooks/{hook['id']}"), admin.get("/webhooks")):
        assert hook["secret"] not in shown.text
    invitation = made(admin, "/invitations", {"email": "new@example.org"})
    assert invitation["token"] not in admin.get(f"/invitations/{invitation['id']}").text


def test_what_a_program_shows_of_a_hidden_project_is_a_stub(admin, member):
    program = admin.get("/programs").json()["items"][0]["id"]
    dependency = admin.get(f"/programs/{program}/dependencies").json()["items"][0]
    provider = dependency["provider"]["project_id"]
    somebody = member(role="viewer", project_id=provider)
    seen = somebody.get(f"/dependencies/{dependency['id']}")
    assert seen.status_code == 200
    assert seen.json()["redacted"] == ["receiver"]
    assert seen.json()["receiver_owner"] == ""
