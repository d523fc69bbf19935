"""A short cut gives the answer that the whole route gives."""

from typing import Any

import pytest
from tests.project_svc.member import ProjectMember

NOBODY = "01a2068e-0000-7000-8000-000000000000"
OWN = {"id", "project_id", "created_at", "updated_at", "revision", "predecessor_id", "successor_id", "trace_id"}


def same(body: Any) -> Any:
    """What does not differ from one project to the next."""
    if isinstance(body, dict):
        return {name: same(value) for name, value in body.items() if name not in OWN}
    return [same(each) for each in body] if isinstance(body, list) else body


def whole(path: str) -> str:
    """The path, asked in a form that no short cut takes."""
    return f"{path}{'&' if '?' in path else '?'}dry_run=false"


async def asked(api: ProjectMember, *, short: bool) -> list[Any]:
    """The answers to the same requests in a new project."""
    project = await api.project()
    answers = []

    async def ask(method: str, path: str, **sent: Any) -> Any:
        path = f"{project}/{path}"
        answer = await api.request(method, path if short else whole(path), **sent)
        kind = answer.headers["content-type"]
        answers.append((answer.status_code, kind, answer.headers.get("etag"), same(answer.json())))
        return answer.json()

    first = await ask("POST", "tasks", json={"name": "A", "duration": "P2D", "percent_complete": 12.5})
    second = await ask("POST", "tasks", json={"name": "B", "kind": "milestone"})
    for body in ({"name": ""}, {"name": "A"}, {"name": "A", "duration": "long"}, {"name": "A", "unknown": 1}, [], None):
        await ask("POST", "tasks", json=body)
    await ask("POST", "tasks", content=b"{", headers={"Content-Type": "application/json"})
    await ask("POST", "tasks", content=b"{}", headers={"Content-Type": "text/plain"})
    link = {"predecessor_id": first["id"], "successor_id": second["id"], "lag": "P1D"}
    for body in (link, link, link | {"successor_id": first["id"]}, link | {"successor_id": NOBODY}):
        await ask("POST", "links", json=body)
    task = f"tasks/{first['id']}"
    for body in ({"duration": "P3D"}, {"duration": None}, {"duration": -1}, {}, {"deadline": "2026-04-01"}):
        await ask("PATCH", task, json=body)
    await ask("PATCH", task, json={"name": "C"}, headers={"If-Match": '"1"'})
    for path in (f"tasks/{NOBODY}", "tasks/no-id", f"tasks/{first['id'].upper()}"):
        await ask("PATCH", path, json={"name": "D"})
    return answers


@pytest.mark.slow
async def test_a_write_is_answered_alike_by_either_way(api: ProjectMember) -> None:
    assert await asked(api, short=True) == await asked(api, short=False)


async def test_an_unusual_query_is_judged_by_the_route(api: ProjectMember) -> None:
    project = await api.project()
    task = await api.task(project)
    assert (await api.get(f"{project}/tasks?limit=1"))["items"][0]["id"] == task
    for query in ("limit=0", "limit=1&limit=2", "unknown=1", "sort=colour"):
        answer = await api.request("GET", f"{project}/tasks?{query}")
        assert answer.status_code == (200 if query == "limit=1&limit=2" else 422), query
