"""API1: every id that an organisation has, asked for, changed and deleted by the administrator of another one, and by a colleague without a role."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.fixture(scope="module")
def records(admin, project, task) -> list[str]:
    """Paths of records of `demo`, one of most kinds, across the three services."""
    at = f"/projects/{project['id']}"
    goals, programs = admin.get("/goals").json()["items"], admin.get("/programs").json()["items"]
    program = f"/programs/{programs[0]['id']}"
    dependencies = admin.get(f"{program}/dependencies").json()["items"]
    below = [
        f"{at}/schedule",
        f"{at}/budget",
        f"{at}/tasks",
        f"{program}/schedule",
        f"{program}/overview",
        f"{program}/risks",
    ]
    people = [f"/members/{admin.get('/members').json()['items'][0]['id']}"]
    tokens = [f"/api-tokens/{admin.get('/api-tokens').json()['items'][0]['id']}"]
    own = [at, f"{at}/tasks/{task['id']}", f"{at}/tasks/{task['id']}/explain", f"/goals/{goals[0]['id']}", program]
    return [*own, *below, f"/dependencies/{dependencies[0]['id']}", *people, *tokens]


def test_another_organisation_finds_nothing(admin, stranger, records):
    for path in records:
        assert admin.get(path).status_code == 200, path
        assert stranger.get(path).status_code == 404, path


def test_another_organisation_changes_nothing(stranger, records):
    for path in records:
        assert stranger.patch(path, json={"name": "Mine"}).status_code in {404, 405}, path
        assert stranger.delete(path).status_code in {404, 405}, path


def test_lists_of_another_organisation_are_empty(stranger):
    for path in (
        "/projects",
        "/programs",
        "/goals",
        "/alignments",
        "/portfolios",
        "/webhooks",
        "/jobs",
        "/dependencies/inbox",
    ):
        assert stranger.get(path).json()["items"] == [], path
    assert stranger.get("/events").json()["items"] == []


def test_ids_of_others_in_a_body_lead_nowhere(stranger, project, task):
    body = {"key": "MINE", "name": "Mine", "start": "2026-03-02", "currency": "EUR"}
    mine = stranger.post("/projects", json=body).json()
    own = stranger.post(f"/projects/{mine['id']}/tasks", json={"name": "Mine", "duration": "P1D"}).json()
    link = {"predecessor_id": task["id"], "successor_id": own["id"], "type": "FS", "lag": "P0D"}
    assert stranger.post(f"/projects/{mine['id']}/links", json=link).status_code in {404, 409, 422}
    program = stranger.post("/programs", json={"key": "MINE", "name": "Mine"}).json()
    joined = stranger.post(f"/programs/{program['id']}/components", json={"project_id": project["id"]})
    assert joined.status_code == 404
    operation = {"op": "update", "record": "task", "id": task["id"], "body": {"name": "Mine"}}
    assert stranger.post(f"/projects/{mine['id']}/batch", json={"operations": [operation]}).status_code in {404, 422}


def test_a_colleague_without_a_role_finds_nothing(member, project, task):
    colleague = member()
    assert colleague.get(f"/projects/{project['id']}").status_code == 404
    assert colleague.get(f"/projects/{project['id']}/tasks/{task['id']}").status_code == 404
    assert project["id"] not in [each["id"] for each in colleague.get("/projects?limit=1000").json()["items"]]


def test_a_task_is_not_reached_through_another_project(admin, project, task):
    other = next(each for each in admin.get("/projects").json()["items"] if each["id"] != project["id"])
    assert admin.get(f"/projects/{other['id']}/tasks/{task['id']}").status_code == 404
    assert admin.delete(f"/projects/{other['id']}/tasks/{task['id']}").status_code == 404
