"""Programs and their components over HTTP."""

from uuid import uuid4

import pytest


async def test_a_program_is_created_read_changed_and_deleted(api):
    body = {
        "key": "TRAM",
        "name": "Tram network",
        "purpose": "Four lines",
        "deadline": "2027-01-01",
        "margin_threshold": "P2D",
    }
    created = await api.post("/programs", body)
    assert {name: created[name] for name in body} == body
    path = f"/programs/{created['id']}"
    assert await api.get(path) == created
    changed = await api.patch(path, {"name": "Trams", "deadline": None})
    assert (changed["name"], changed["deadline"], changed["purpose"]) == ("Trams", None, "Four lines")
    await api.delete(path)
    assert (await api.request("GET", path)).status_code == 404
    assert [event["happened"] for event in await api.events()] == [
        "program.created",
        "program.updated",
        "program.deleted",
    ]
    assert [event["revision"] for event in await api.events()] == [1, 2, 3]


async def test_a_key_is_taken_once(api):
    await api.post("/programs", {"key": "TRAM", "name": "one"})
    taken = await api.post("/programs", {"key": "TRAM", "name": "two"}, status=409)
    assert taken["type"] == "/problems/already-exists"


async def test_programs_are_listed_page_by_page(api):
    for key in ("C", "A", "B"):
        await api.post("/programs", {"key": key, "name": key})
    first = await api.get("/programs", params={"limit": 2, "sort": "-key"})
    rest = await api.get("/programs", params={"limit": 2, "sort": "-key", "cursor": first["next"]})
    assert [program["key"] for program in first["items"] + rest["items"]] == ["C", "B", "A"]
    assert rest["next"] is None
    assert [program["key"] for program in (await api.get("/programs", params={"key": "A"}))["items"]] == ["A"]


async def test_a_program_takes_only_steps_of_its_life(api):
    path = await api.program()
    refused = await api.patch(path, {"state": "delivery"}, status=409)
    assert (refused["type"], refused["legal"]) == ("/problems/illegal-step", ["definition", "terminated"])
    for state in ("definition", "delivery", "on_hold", "delivery", "closure", "closed"):
        assert (await api.patch(path, {"state": state}))["state"] == state
    assert (await api.patch(path, {"name": "x"}, status=409))["type"] == "/problems/program-closed"


async def test_a_program_closes_when_its_projects_have(api):
    project_id = api.projects.project()
    await api.hear()
    path = await api.program(project_id)
    for state in ("definition", "delivery", "closure"):
        await api.patch(path, {"state": state})
    refused = await api.patch(path, {"state": "closed"}, status=409)
    assert (refused["type"], refused["projects"]) == ("/problems/component-open", [str(project_id)])
    api.projects.change(project_id, state="closed")
    await api.hear()
    assert (await api.patch(path, {"state": "closed"}))["state"] == "closed"


async def test_a_stale_change_is_refused_with_the_current_tag(api):
    path = await api.program()
    tag = (await api.request("GET", path)).headers["etag"]
    await api.patch(path, {"name": "one"}, headers={"If-Match": tag})
    stale = await api.request("PATCH", path, json={"name": "two"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.headers["etag"]) == (412, (await api.request("GET", path)).headers["etag"])
    assert (await api.delete(path, status=412, headers={"If-Match": tag})).json()["type"] == "/problems/stale-revision"


async def test_a_change_that_changes_nothing_takes_no_revision(api):
    path = await api.program()
    answer = await api.request("PATCH", path, json={"name": "Tram network"})
    assert answer.status_code == 200
    assert "interlock-position" not in answer.headers
    assert len(await api.events()) == 1


async def test_a_project_is_in_one_program_at_most(api):
    project_id = api.projects.project()
    await api.hear()
    first, second = await api.program(project_id), await api.program()
    refused = await api.post(f"{second}/components", {"project_id": str(project_id)}, status=409)
    assert (refused["type"], refused["program_id"]) == ("/problems/already-component", first.removeprefix("/programs/"))
    joined = (await api.get(f"{first}/components"))["items"][0]
    path, stale = f"{first}/components/{project_id}", {"If-Match": f'"{joined["revision"] + 1}"'}
    await api.delete(path, status=412, headers=stale)
    await api.delete(path, headers={"If-Match": f'"{joined["revision"]}"'})
    component = await api.post(f"{second}/components", {"project_id": str(project_id)})
    assert (component["key"], component["state"], component["position"]) == ("P1", "executing", 1)


async def test_a_program_with_projects_is_not_deleted(api):
    project_id = api.projects.project()
    await api.hear()
    path = await api.program(project_id)
    assert (await api.delete(path, status=409)).json()["type"] == "/problems/program-not-empty"


async def test_an_unknown_project_is_not_found(api):
    path = await api.program()
    assert (await api.post(f"{path}/components", {"project_id": str(uuid4())}, status=404))[
        "type"
    ] == "/problems/not-found"


async def test_removing_a_component_can_be_previewed(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    program = await api.program(first, second)
    await api.commit(program, given, needed)
    answer = await api.delete(f"{program}/components/{first}", status=200, params={"dry_run": "true"})
    moves = {(move["field"], move["from"], move["to"], move["shift"]) for move in answer.json()["moved"]}
    assert moves == {
        ("early_start", "2026-03-06", "2026-03-02", "-P4D"),
        ("early_finish", "2026-03-10", "2026-03-04", "-P4D"),
    }
    assert len((await api.get(f"{program}/components"))["items"]) == 2


async def test_every_answer_of_a_program_says_what_it_reflects(api):
    project_id = api.projects.project()
    task_id = api.projects.task(project_id, "A")
    await api.hear()
    program = await api.program(project_id)
    for path in (
        "",
        "/schedule",
        "/components",
        "/dependencies",
        "/budget",
        "/risks",
        "/earned-value",
        "/goals",
        f"/tasks/{task_id}/explain",
    ):
        answer = await api.request("GET", program + path)
        assert answer.status_code == 200, answer.text
        assert f"project/{project_id}@2" in answer.headers["interlock-position"].split(", ")


async def test_a_read_waits_for_the_position_that_it_is_told(api):
    project_id = api.projects.project()
    await api.hear()
    program = await api.program(project_id)
    seen = {"Interlock-After": f"project/{project_id}@1"}
    assert (await api.request("GET", f"{program}/schedule", headers=seen)).status_code == 200
    unseen = {"Interlock-After": f"project/{project_id}@2", "Prefer": "wait=0"}
    late = await api.request("GET", f"{program}/schedule", headers=unseen)
    assert (late.status_code, late.json()["type"]) == (504, "/problems/position-not-reached")


async def test_a_program_without_tasks_has_neither_start_nor_finish(api):
    schedule = await api.get(f"{await api.program()}/schedule")
    nothing = {"start": None, "finish": None, "positions": {}, "longest_path": [], "items": []}
    assert schedule == nothing | {"next": None, "hidden_count": 0}


async def test_an_auditor_reads_all_and_changes_nothing(api, auditor):
    path = await api.program()
    assert (await auditor.get(path))["key"]
    for method, where, body in (
        ("POST", "/programs", {"key": "X", "name": "x"}),
        ("PATCH", path, {"name": "x"}),
        ("DELETE", path, None),
        ("POST", "/goals", {"name": "x"}),
    ):
        answer = await auditor.request(method, where, json=body)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden"), where


@pytest.mark.parametrize("days", ["P1D", "P5D"])
async def test_the_deadline_is_what_float_is_counted_back_from(api, days):
    project_id = api.projects.project()
    task_id = api.projects.task(project_id, "A", int(days[1:-1]))
    await api.hear()
    program = await api.program(project_id, deadline="2026-03-04")
    item = (await api.schedule(program))[str(task_id)]
    assert (item["total_float"], item["critical"]) == {"P1D": ("P2D", False), "P5D": ("-P2D", True)}[days]
