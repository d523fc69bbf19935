"""Projects: created, read, listed, changed, taken from state to state, deleted."""

from uuid import uuid4

import pytest
from tests.project_svc.control import baseline, baselined

BODY = {"key": "TRAM-4", "name": "Tram line 4", "start": "2026-03-02", "currency": "EUR"}


async def test_a_project_is_created_and_read_back(api):
    answer = await api.request("POST", "/projects", json=BODY | {"deadline": None, "granularity": "day"})
    assert answer.status_code == 201
    created = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["interlock-position"] == f"project/{created['id']}@1"
    assert created["state"] == "proposed"
    assert created["start"] == "2026-03-02"
    assert await api.get(f"/projects/{created['id']}") == created


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        ({"key": "tram"}, "/key", "string_pattern_mismatch"),
        ({"key": "T" * 21}, "/key", "string_pattern_mismatch"),
        ({"name": ""}, "/name", "string_too_short"),
        ({"name": "x" * 201}, "/name", "string_too_long"),
        ({"name": "a\u0000b"}, "/name", "no_nul"),
        ({"start": None}, "/start", "date_format"),
        ({"start": 20260302}, "/start", "date_format"),
        ({"start": "2026-02-30"}, "/start", "date_format"),
        ({"start": "1066-10-14"}, "/start", "date_out_of_range"),
        ({"start": "2026-03-02T09:00"}, "/start", "day_granularity"),
        ({"deadline": "2026-03-02T09:00"}, "/deadline", "day_granularity"),
        ({"currency": "euro"}, "/currency", "string_pattern_mismatch"),
        ({"colour": "red"}, "/colour", "extra_forbidden"),
    ],
)
async def test_a_bad_value_is_refused_by_name(api, change, pointer, rule):
    problem = await api.post("/projects", BODY | change, status=422)
    assert problem["type"] == "/problems/invalid-request"
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]


async def test_a_project_planned_by_the_minute_takes_moments(api):
    project = await api.project(granularity="minute", start="2026-03-02T10:00", deadline="2026-03-06")
    task = await api.task(project, duration="PT4H")
    item = (await api.schedule(project))[task]
    assert (item["early_start"], item["early_finish"]) == ("2026-03-02T10:00", "2026-03-02T14:00")
    assert (await api.get(project))["start"] == "2026-03-02T10:00"


async def test_a_key_is_taken_once_in_an_organization(api, stranger):
    await api.post("/projects", BODY)
    problem = await api.post("/projects", BODY, status=409)
    assert problem["type"] == "/problems/already-exists"
    await stranger.post("/projects", BODY)


async def test_an_external_reference_is_taken_once(api):
    ref = {"external_ref": {"source": "jira", "id": "7"}}
    await api.post("/projects", BODY | ref)
    problem = await api.post("/projects", BODY | ref | {"key": "OTHER"}, status=409)
    assert "external reference" in problem["detail"]


async def test_projects_are_listed_page_by_page(api):
    keys = [f"P{number}" for number in range(5)]
    for key in reversed(keys):
        await api.post("/projects", BODY | {"key": key})
    seen, cursor = [], None
    while True:
        query = {"limit": 2, "sort": "key"} | ({"cursor": cursor} if cursor else {})
        page = await api.get("/projects", params=query)
        seen += [item["key"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == keys
    assert [item["key"] for item in (await api.get("/projects", params={"key": "P3"}))["items"]] == ["P3"]
    assert (await api.get("/projects", params={"state": "closed"}))["items"] == []


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 1001}, {"cursor": "nonsense"}, {"sort": "colour"}, {"colour": "red"}]
)
async def test_a_bad_query_is_refused(api, query):
    answer = await api.request("GET", "/projects", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["in"] == "query"


async def test_a_patch_changes_what_it_names_and_clears_what_it_nulls(api):
    project = await api.project(deadline="2026-06-30", manager="Ada")
    changed = await api.patch(project, {"name": "Tram line 5", "deadline": None})
    assert (changed["name"], changed["deadline"], changed["manager"]) == ("Tram line 5", None, "Ada")
    assert changed["revision"] == 2
    problem = await api.patch(project, {"name": None}, status=422)
    assert problem["errors"][0]["pointer"] == "/name"


async def test_a_patch_that_changes_nothing_takes_no_revision(api):
    project = await api.project(name="Tram line 4")
    answer = await api.request("PATCH", project, json={"name": "Tram line 4"})
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"1"'
    assert "interlock-position" not in answer.headers
    assert (await api.get(project))["revision"] == 1


async def test_a_later_start_moves_every_task_because_of_the_project(api):
    project = await api.project()
    task = await api.task(project, duration="P2D")
    preview = await api.patch(project, {"start": "2026-03-09"}, params={"dry_run": "true"})
    assert [(moved["field"], moved["from"], moved["to"]) for moved in preview["moved"]] == [
        ("early_start", "2026-03-02", "2026-03-09"),
        ("early_finish", "2026-03-03", "2026-03-10"),
    ]
    assert preview["moved"][0]["cause"] == {"project_id": project.removeprefix("/projects/")}
    await api.patch(project, {"start": "2026-03-09"})
    assert (await api.schedule(project))[task]["early_start"] == "2026-03-09"


async def test_a_stale_change_is_refused_with_the_current_etag(api):
    project = await api.project()
    await api.patch(project, {"name": "Other"}, headers={"If-Match": '"1"'})
    for method in ("PATCH", "DELETE"):
        answer = await api.request(method, project, json={"name": "Late"}, headers={"If-Match": '"1"'})
        assert answer.status_code == 412
        assert answer.headers["etag"] == '"2"'
    assert (await api.get(project))["name"] == "Other"


async def test_states_follow_their_steps(api):
    project = await api.project()
    problem = await api.patch(project, {"state": "executing"}, status=409)
    assert problem["type"] == "/problems/illegal-step"
    assert problem["legal"] == ["approved", "cancelled"]
    await baseline(api, project)
    for state in ("approved", "planning", "baselined", "executing", "on_hold", "executing", "closing", "closed"):
        assert (await api.patch(project, {"state": state}))["state"] == state
    problem = await api.post(f"{project}/tasks", {"name": "A", "duration": "P1D"}, status=409)
    assert problem["type"] == "/problems/project-closed"
    await api.patch(project, {"name": "Other"}, status=409)


async def test_tolerances_are_merged_and_checked(api):
    project = await api.project(tolerances={"schedule": "P5D"})
    changed = await api.patch(project, {"tolerances": {"cost": {"amount": "500", "currency": "EUR"}, "scope": 2}})
    assert (changed["tolerances"]["schedule"], changed["tolerances"]["scope"]) == ("P5D", 2)
    assert changed["tolerances"]["cost"] == {"amount": "500.00", "currency": "EUR"}
    cleared = await api.patch(project, {"tolerances": {"schedule": None}})
    assert (cleared["tolerances"]["schedule"], cleared["tolerances"]["scope"]) == (None, 2)
    for tolerance, pointer in (
        ({"cost": {"amount": "1", "currency": "USD"}}, "/tolerances/cost/currency"),
        ({"risk": {"amount": "-1", "currency": "EUR"}}, "/tolerances/risk/amount"),
        ({"schedule": "-P1D"}, "/tolerances/schedule"),
    ):
        problem = await api.patch(project, {"tolerances": tolerance}, status=422)
        assert problem["errors"][0]["pointer"] == pointer
    assert (await api.get(project))["tolerances"] == cleared["tolerances"]


async def test_a_project_is_deleted_with_everything_in_it(api):
    project = await api.project()
    phase = await api.summary(project)
    first, second = await api.task(project, parent_id=phase), await api.task(project, "B")
    await api.link(project, first, second)
    money = {"amount": "10", "currency": "EUR"}
    await api.post(f"{project}/budget/lines", {"name": "Rails", "amount": money, "task_id": first})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-02", "amount": money, "task_id": first})
    await api.delete(project, headers={"If-Match": f'"{(await api.get(project))["revision"]}"'})
    await api.get_missing(project)
    await api.get_missing(f"{project}/tasks/{first}")


async def test_a_running_project_is_not_deleted(api):
    project = await api.project()
    await baselined(api, project)
    await api.patch(project, {"state": "executing"})
    await api.delete(project, status=409)


async def test_an_unknown_project_is_not_found(api):
    for path in (f"/projects/{uuid4()}", f"/projects/{uuid4()}/tasks", f"/projects/{uuid4()}/schedule"):
        await api.get_missing(path)
    assert (await api.request("GET", "/projects/seven")).status_code == 422


async def test_an_auditor_reads_all_and_changes_nothing(api, auditor):
    project = await api.project()
    await auditor.get(project)
    assert (await auditor.patch(project, {"name": "Mine"}, status=403))["type"] == "/problems/forbidden"
    await auditor.post("/projects", BODY, status=403)
