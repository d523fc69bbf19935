"""API5: functions of others. Every route with every role is walked in `tests/gateway`; here are the ways around it."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.fixture(scope="module")
def viewer(member, project):
    return member(role="viewer", project_id=project["id"])


def test_a_viewer_reads_and_changes_nothing(viewer, project, task):
    at = f"/projects/{project['id']}"
    assert viewer.get(f"{at}/tasks/{task['id']}").status_code == 200
    for method, path, body in (
        ("PATCH", f"{at}/tasks/{task['id']}", {"name": "Mine"}),
        ("DELETE", f"{at}/tasks/{task['id']}", None),
        ("POST", f"{at}/tasks", {"name": "A", "duration": "P1D"}),
        ("POST", f"{at}/tasks?dry_run=true", {"name": "A", "duration": "P1D"}),
        ("POST", f"{at}/batch", {"operations": [{"op": "delete", "record": "task", "id": task["id"]}]}),
        ("DELETE", at, None),
        ("PATCH", at, {"name": "Mine"}),
    ):
        assert viewer.request(method, path, json=body).status_code == 403, path


def test_administration_is_for_administrators(viewer):
    for path, body in (
        ("/members", {"email": "eve@example.net", "name": "Eve"}),
        ("/invitations", {"email": "eve@example.net"}),
        ("/webhooks", {"url": "https://example.net/"}),
        ("/projects", {"key": "EVE", "name": "Eve", "start": "2026-03-02", "currency": "EUR"}),
    ):
        assert viewer.post(path, json=body).status_code == 403, path
    assert viewer.patch("/organizations/current", json={"name": "Eve's"}).status_code == 403


def test_a_token_that_may_read_does_no_more(member, project):
    reader = member(role="project_manager", scope="read", project_id=project["id"])
    at = f"/projects/{project['id']}"
    assert reader.get(f"{at}/tasks").status_code == 200
    assert reader.post(f"{at}/tasks", json={"name": "A", "duration": "P1D"}).status_code == 403
    assert reader.post("/api-tokens", json={"name": "more", "scope": "write"}).status_code == 403


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_in_a_header_is_not_one(viewer, project, task, header):
    path = f"/projects/{project['id']}/tasks/{task['id']}"
    assert viewer.get(path, headers={header: "DELETE"}).json()["id"] == task["id"]
    assert viewer.get(f"{path}?_method=DELETE").status_code in {200, 422}
    assert viewer.get(path).status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "PUT", "CONNECT", "PROPFIND"])
def test_a_method_that_a_route_does_not_have_is_refused(admin, project, method):
    assert admin.request(method, f"/projects/{project['id']}").status_code in {400, 405}


def test_a_path_written_otherwise_is_no_way_around(viewer, project, task):
    way = f"/projects/{project['id']}/tasks/{task['id']}"
    for path in (
        f"/{way}",
        way.replace("/tasks/", "//tasks/"),
        f"{way}/",
        f"{way}/.",
        f"{way};x=1",
        f"{way}%00",
        way.upper(),
    ):
        assert viewer.request("DELETE", path).status_code in {400, 403, 404, 405, 422}, path
    assert viewer.get(way).status_code == 200
