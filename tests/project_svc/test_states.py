"""The state machines, pair by pair: from each state only the steps that the domain names are taken; any other is a 409 that names those.

The tables stand here once more, as the domain tells them, so that a change of one is seen.
"""

from typing import Any

import pytest
from tests.project_svc.control import eur, put

from contracts.project_events.change_requests import ChangeRequestStatus

PROJECT = {
    "proposed": "approved cancelled",
    "approved": "planning cancelled",
    "planning": "baselined cancelled",
    "baselined": "executing cancelled",
    "executing": "on_hold closing cancelled",
    "on_hold": "executing closing cancelled",
    "closing": "closed cancelled",
    "closed": "",
    "cancelled": "",
}
TASK = {
    "not_started": "in_progress complete on_hold cancelled",
    "in_progress": "not_started complete on_hold cancelled",
    "complete": "not_started in_progress on_hold",
    "on_hold": "not_started in_progress complete cancelled",
    "cancelled": "not_started in_progress",
}
OVER = "closed occurred"
RECORDS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "risks": (
        {"title": "R", "kind": "threat", "probability": 0.3, "cost_impact": eur("1.00")},
        {
            "identified": f"assessed {OVER}",
            "assessed": f"response_planned {OVER}",
            "response_planned": f"monitoring {OVER}",
            "monitoring": OVER,
            "closed": "",
            "occurred": "",
        },
    ),
    "issues": ({"title": "I"}, {"open": "in_progress", "in_progress": "resolved", "resolved": "closed", "closed": ""}),
    "decisions": ({"title": "D"}, {"proposed": "decided", "decided": "superseded", "superseded": ""}),
    "actions": ({"title": "A"}, {"open": "done cancelled", "done": "", "cancelled": ""}),
    "assumptions": ({"title": "A"}, {"open": "validated invalidated", "validated": "", "invalidated": ""}),
    "deliverables": (
        {"name": "D"},
        {"planned": "delivered", "delivered": "accepted rejected", "rejected": "delivered", "accepted": ""},
    ),
    "phases": ({"name": "P"}, {"planned": "active", "active": "complete", "complete": ""}),
    "gates": ({"name": "G"}, {"open": "decided", "decided": "open"}),
    "exceptions": (
        {"dimension": "benefits", "title": "E"},
        {"open": "decided", "decided": "closed", "closed": ""},
    ),
    "tasks": ({"name": "T", "duration": "P1D"}, TASK),
    "comments": (
        {"record": "project", "record_id": "{project}", "body": "C"},
        {"open": "resolved", "resolved": "open"},
    ),
}
STEPS = {
    "submit": "submitted",
    "assess": "assessed",
    "approve": "approved",
    "reject": "rejected",
    "defer": "deferred",
    "implement": "implemented",
    "close": "closed",
}
CHANGE_REQUEST = {
    "draft": "submitted",
    "submitted": "assessed",
    "assessed": "assessed approved rejected deferred",
    "approved": "implemented deferred",
    "rejected": "closed",
    "deferred": "submitted",
    "implemented": "closed",
    "closed": "",
}


def assert_follows(answer: Any, at: str, to: str, legal: str) -> None:
    """An illegal step is refused as one, with the legal ones; a legal one is taken, or refused for what it lacks."""
    problem = answer.json().get("type", "")
    if to in legal.split() or to == at:
        assert problem != "/problems/illegal-step", f"{at} → {to}: {answer.text}"
        assert answer.status_code in {200, 409, 422}, answer.text
    else:
        assert (answer.status_code, problem) == (409, "/problems/illegal-step"), f"{at} → {to}: {answer.text}"
        assert sorted(answer.json()["legal"]) == sorted(legal.split())


async def test_a_project(api, database):
    project = await api.project()
    for at, legal in PROJECT.items():
        for to in PROJECT:
            await put(database, api, "projects", project.rpartition("/")[2], at)
            answer = await api.request("PATCH", project, params={"dry_run": "true"}, json={"state": to})
            assert_follows(answer, at, to, legal)


@pytest.mark.parametrize("collection", RECORDS)
async def test_a_record(api, database, collection):
    body, table = RECORDS[collection]
    project = await api.project()
    own = {name: project.rpartition("/")[2] if value == "{project}" else value for name, value in body.items()}
    record = (await api.post(f"{project}/{collection}", own))["id"]
    for at, legal in table.items():
        for to in table:
            await put(database, api, collection, record, at)
            path = f"{project}/{collection}/{record}"
            answer = await api.request("PATCH", path, params={"dry_run": "true"}, json={"state": to})
            assert_follows(answer, at, to, legal)


BASELINE = {"draft": "approved", "approved": "superseded", "superseded": ""}


async def test_a_baseline(api, database):
    project = await api.project()
    await api.task(project)
    path = f"{project}/baselines/{(await api.post(f'{project}/baselines', {'name': 'B'}))['id']}"
    for at, legal in BASELINE.items():
        await put(database, api, "baselines", path.rpartition("/")[2], at)
        tried = {"params": {"dry_run": "true"}}
        answer = await api.request("POST", f"{path}/approve", json={}, **tried)
        assert answer.status_code == (200 if at == "draft" else 409), answer.text
        if at != "draft":
            assert (answer.json()["type"], answer.json()["legal"]) == ("/problems/illegal-step", legal.split())
        for method, body in (("PATCH", {"name": "Other"}), ("DELETE", None)):
            answer = await api.request(method, path, json=body, **tried)
            assert answer.status_code == (200 if at == "draft" else 409), answer.text
            if at != "draft":
                assert (answer.json()["type"], answer.json()["legal"]) == ("/problems/baseline-fixed", legal.split())


async def test_a_change_request_that_is_on_its_way_says_where_it_may_go(api, database):
    project = await api.project()
    path = f"{project}/change-requests/{(await api.post(f'{project}/change-requests', {'title': 'C'}))['id']}"
    for at, legal in CHANGE_REQUEST.items():
        await put(database, api, "change_requests", path.rpartition("/")[2], at)
        answer = await api.request("DELETE", path, params={"dry_run": "true"})
        assert answer.status_code == (200 if at == "draft" else 409), answer.text
        if at != "draft":
            assert sorted(answer.json()["legal"]) == sorted(legal.split())


JOB = {"queued": 202, "running": 202, "succeeded": 409, "failed": 409, "cancelled": 409}


async def test_a_job(api, database):
    asked = await api.request("POST", "/imports", files={"file": ("plan.csv", b"id,name\n1,A\n")})
    for at, status in JOB.items():
        await put(database, api, "jobs", asked.json()["id"], at)
        answer = await api.request("POST", f"/jobs/{asked.json()['id']}/cancel")
        assert answer.status_code == status, answer.text
        if status == 409:
            assert (answer.json()["type"], answer.json()["legal"]) == ("/problems/job-over", [])


async def test_a_change_request(api, database):
    project = await api.project()
    task = await api.task(project)
    change = {"op": "update", "record": "task", "id": task, "body": {"duration": "P7D"}}
    body = {"title": "Deeper", "operations": [change]}
    record = (await api.post(f"{project}/change-requests", body))["id"]
    assert CHANGE_REQUEST.keys() == set(ChangeRequestStatus)
    for at, legal in CHANGE_REQUEST.items():
        for step, to in STEPS.items():
            await put(database, api, "change_requests", record, at)
            path = f"{project}/change-requests/{record}/{step}"
            answer = await api.request("POST", path, params={"dry_run": "true"}, json={})
            if to in legal.split():
                assert answer.status_code == 200, f"{at} → {to}: {answer.text}"
            else:
                assert_follows(answer, "", to, legal)
