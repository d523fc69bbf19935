"""Tasks: created, changed, refused; their progress, their place in the work breakdown."""

from uuid import uuid4

import pytest


@pytest.fixture
async def project(api) -> str:
    return await api.project()


def broken(problem: dict) -> list[tuple[str, str]]:
    return [(error["pointer"], error["rule"]) for error in problem["errors"]]


async def test_a_task_is_created_and_read_back(api, project):
    body = {
        "name": "A",
        "kind": "task",
        "duration": "P4D",
        "parent_id": None,
        "constraint": {"type": "SNET", "date": "2026-03-04"},
        "deadline": None,
    }
    answer = await api.request("POST", f"{project}/tasks", json=body)
    assert answer.status_code == 201
    task = answer.json()
    assert answer.headers["etag"] == f'"{task["revision"]}"' == '"2"'
    assert {name: task[name] for name in body} == body
    assert await api.get(f"{project}/tasks/{task['id']}") == task
    item = (await api.schedule(project))[task["id"]]
    assert (item["early_start"], item["early_finish"]) == ("2026-03-04", "2026-03-09")


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({"duration": None}, "/duration", "missing"),
        ({"duration": "-P1D"}, "/duration", "duration_negative"),
        ({"duration": 4}, "/duration", "duration_format"),
        ({"duration": "4 days"}, "/duration", "duration_format"),
        ({"duration": "P100001D"}, "/duration", "duration_out_of_range"),
        ({"kind": "phase"}, "/kind", "enum"),
        ({"kind": "milestone"}, "/duration", "milestone_duration"),
        ({"kind": "summary"}, "/duration", "summary_is_rolled_up"),
        ({"percent_complete": 101}, "/percent_complete", "number_out_of_range"),
        ({"percent_complete": -1}, "/percent_complete", "number_out_of_range"),
        ({"percent_complete": "50"}, "/percent_complete", "number"),
        ({"constraint": {"type": "SNET"}}, "/constraint/date", "constraint_date"),
        ({"constraint": {"type": "ASAP", "date": "2026-03-04"}}, "/constraint/date", "constraint_date"),
        ({"constraint": {"type": "NEVER"}}, "/constraint/type", "enum"),
        ({"deadline": "2026-03-04T12:00"}, "/deadline", "day_granularity"),
        ({"actual_finish": "2026-03-04"}, "/actual_start", "actual_start_missing"),
        ({"actual_start": "2026-03-05", "actual_finish": "2026-03-04"}, "/actual_finish", "finish_before_start"),
        ({"state": "complete", "percent_complete": 100}, "/state", "complete_needs_dates"),
        ({"state": "not_started", "percent_complete": 10}, "/state", "already_started"),
        (
            {"actual_start": "2026-03-02", "actual_finish": "2026-03-02", "state": "in_progress"},
            "/state",
            "already_finished",
        ),
        ({"parent_id": "seven"}, "/parent_id", "uuid"),
        ({"owner": "Ada"}, "/owner", "extra_forbidden"),
        ({"name": "a\u0000b"}, "/name", "no_nul"),
    ],
)
async def test_a_bad_value_is_refused_by_name(api, project, body, pointer, rule):
    problem = await api.post(f"{project}/tasks", {"name": "A", "duration": "P4D"} | body, status=422)
    assert broken(problem) == [(pointer, rule)]
    assert (await api.get(project))["revision"] == 1


async def test_a_change_is_held_to_the_same_rules(api, project):
    task = f"{project}/tasks/{await api.task(project, duration='P4D')}"
    assert broken(await api.patch(task, {"kind": "milestone"}, status=422)) == [("/duration", "milestone_duration")]
    changed = await api.patch(task, {"kind": "milestone", "duration": "P0D"})
    assert (changed["kind"], changed["duration"]) == ("milestone", "P0D")
    await api.patch(task, {"duration": None}, status=422)


async def test_a_constraint_is_merged_and_cleared(api, project):
    task = f"{project}/tasks/{await api.task(project)}"
    assert broken(await api.patch(task, {"constraint": {"date": "2026-03-04"}}, status=422)) == [
        ("/constraint/type", "missing")
    ]
    await api.patch(task, {"constraint": {"type": "SNET", "date": "2026-03-04"}})
    changed = await api.patch(task, {"constraint": {"date": "2026-03-05"}})
    assert changed["constraint"] == {"type": "SNET", "date": "2026-03-05"}
    assert (await api.patch(task, {"constraint": None}))["constraint"] is None


async def test_state_and_percent_follow_the_actual_dates(api, project):
    task = f"{project}/tasks/{await api.task(project, duration='P4D')}"
    started = await api.patch(task, {"actual_start": "2026-03-03"})
    assert (started["state"], started["percent_complete"]) == ("in_progress", 0)
    finished = await api.patch(task, {"actual_finish": "2026-03-05"})
    assert (finished["state"], finished["percent_complete"]) == ("complete", 100)
    item = (await api.schedule(project))[finished["id"]]
    assert item["early_start"] == item["late_start"] == "2026-03-03"
    assert item["early_finish"] == item["late_finish"] == "2026-03-05"
    held = await api.patch(task, {"actual_finish": None, "percent_complete": 62.5, "state": "on_hold"})
    assert (held["state"], held["percent_complete"]) == ("on_hold", 62.5)


async def test_work_done_on_a_weekend_stays_where_it_was_done(api, project):
    task = await api.task(project, actual_start="2026-03-07", actual_finish="2026-03-08")
    following = await api.task(project, "B")
    await api.link(project, task, following)
    items = await api.schedule(project)
    assert (items[task]["early_start"], items[task]["early_finish"]) == ("2026-03-07", "2026-03-08")
    assert items[following]["early_start"] == "2026-03-09"


async def test_complete_needs_both_actual_dates_and_is_whole(api, project):
    task = f"{project}/tasks/{await api.task(project)}"
    problem = await api.patch(task, {"state": "complete"}, status=422)
    assert broken(problem) == [("/state", "complete_needs_dates")]
    dates = {"actual_start": "2026-03-02", "actual_finish": "2026-03-02"}
    problem = await api.patch(task, dates | {"percent_complete": 50}, status=422)
    assert broken(problem) == [("/percent_complete", "complete_is_whole")]
    assert (await api.patch(task, dates | {"state": "complete"}))["percent_complete"] == 100


async def test_a_summary_is_the_sum_of_its_tasks(api, project):
    phase = await api.summary(project)
    first = await api.task(project, duration="P3D", parent_id=phase)
    second = await api.task(project, "B", "P2D", parent_id=phase)
    await api.link(project, first, second)
    item = (await api.schedule(project))[phase]
    assert (item["early_start"], item["early_finish"]) == ("2026-03-02", "2026-03-06")
    problem = await api.patch(f"{project}/tasks/{phase}", {"percent_complete": 10}, status=422)
    assert broken(problem) == [("/percent_complete", "summary_is_rolled_up")]


async def test_a_summary_is_set_aside_and_taken_up_again_and_has_no_other_steps(api, project):
    path = f"{project}/tasks/{await api.summary(project)}"
    for state, legal in (
        ("on_hold", ["not_started", "cancelled"]),
        ("not_started", ["on_hold", "cancelled"]),
        ("cancelled", ["not_started"]),
    ):
        await api.patch(path, {"state": state})
        for illegal in ("in_progress", "complete"):
            problem = await api.patch(path, {"state": illegal}, status=409)
            assert (problem["type"], problem["legal"]) == ("/problems/illegal-step", legal)
    became = await api.patch(path, {"kind": "task", "duration": "P1D", "state": "in_progress"})
    assert (became["kind"], became["state"]) == ("task", "in_progress")


async def test_a_parent_is_a_summary_of_the_same_project(api, stranger, project):
    leaf = await api.task(project)
    other = await api.summary(await api.project())
    foreign = await stranger.summary(await stranger.project())
    for parent, status in ((leaf, 409), (other, 409), (foreign, 404), (str(uuid4()), 404)):
        body = {"name": "B", "duration": "P1D", "parent_id": parent}
        problem = await api.post(f"{project}/tasks", body, status=status)
        if status == 404:
            assert broken(problem) == [("/parent_id", "unknown_task")]


async def test_a_task_below_itself_is_refused_with_the_path(api, project):
    top = await api.summary(project, "top")
    middle = await api.summary(project, "middle", parent_id=top)
    bottom = await api.summary(project, "bottom", parent_id=middle)
    problem = await api.patch(f"{project}/tasks/{top}", {"parent_id": bottom}, status=409)
    assert problem["type"] == "/problems/cycle"
    assert problem["path"] == [top, bottom, middle, top]
    problem = await api.patch(f"{project}/tasks/{top}", {"parent_id": top}, status=409)
    assert problem["path"] == [top, top]


async def test_a_summary_with_tasks_stays_one_and_a_linked_task_does_not_become_one(api, project):
    phase = await api.summary(project)
    first, second = await api.task(project, parent_id=phase), await api.task(project, "B")
    await api.link(project, first, second)
    await api.patch(f"{project}/tasks/{phase}", {"kind": "task", "duration": "P1D"}, status=409)
    await api.patch(f"{project}/tasks/{second}", {"kind": "summary", "duration": "P0D"}, status=409)


async def test_a_cancelled_task_leaves_the_schedule_with_its_links(api, project):
    first, second = await api.task(project, duration="P5D"), await api.task(project, "B")
    await api.link(project, first, second)
    preview = await api.patch(f"{project}/tasks/{first}", {"state": "cancelled"}, params={"dry_run": "true"})
    assert {moved["task_id"] for moved in preview["moved"]} == {second}
    assert preview["moved"][0]["cause"]["task_id"] == first
    await api.patch(f"{project}/tasks/{first}", {"state": "cancelled"})
    items = await api.schedule(project)
    assert items.keys() == {second}
    assert items[second]["early_start"] == "2026-03-02"
    await api.get_missing(f"{project}/tasks/{first}/explain")


async def test_a_summary_is_cancelled_after_its_tasks(api, project):
    phase = await api.summary(project)
    task = await api.task(project, parent_id=phase)
    await api.patch(f"{project}/tasks/{phase}", {"state": "cancelled"}, status=409)
    await api.patch(f"{project}/tasks/{task}", {"state": "cancelled"})
    await api.patch(f"{project}/tasks/{phase}", {"state": "cancelled"})
    await api.patch(f"{project}/tasks/{task}", {"state": "not_started"}, status=409)


async def test_a_task_is_deleted_with_its_links(api, project):
    first, second = await api.task(project, duration="P5D"), await api.task(project, "B")
    link = await api.link(project, first, second)
    answer = await api.delete(f"{project}/tasks/{first}", status=200, params={"dry_run": "true"})
    assert {moved["task_id"] for moved in answer.json()["moved"]} == {second}
    await api.get(f"{project}/links/{link}")
    await api.delete(f"{project}/tasks/{first}")
    await api.get_missing(f"{project}/links/{link}")
    assert (await api.schedule(project))[second]["early_start"] == "2026-03-02"


async def test_a_task_that_is_used_is_not_deleted(api, project):
    phase = await api.summary(project)
    task = await api.task(project, parent_id=phase)
    await api.delete(f"{project}/tasks/{phase}", status=409)
    money = {"amount": "10", "currency": "EUR"}
    await api.post(f"{project}/budget/lines", {"name": "Rails", "amount": money, "task_id": task})
    problem = (await api.delete(f"{project}/tasks/{task}", status=409)).json()
    assert problem["type"] == "/problems/task-in-use"
    assert {name: uses for name, uses in problem["uses"].items() if uses} == {"budget_lines": 1}


async def test_a_wbs_code_is_taken_once_in_a_project(api, project):
    await api.task(project, wbs_code="1.1")
    problem = await api.post(f"{project}/tasks", {"name": "B", "duration": "P1D", "wbs_code": "1.1"}, status=409)
    assert "WBS code" in problem["detail"]
    await api.task(project, "C")
    await api.task(project, "D")


async def test_tasks_are_filtered_and_sorted(api, project):
    phase = await api.summary(project, "phase")
    for name in ("C", "A", "B"):
        await api.task(project, name, parent_id=phase)
    page = await api.get(f"{project}/tasks", params={"parent_id": phase, "sort": "-name"})
    assert [item["name"] for item in page["items"]] == ["C", "B", "A"]
    page = await api.get(f"{project}/tasks", params={"kind": "summary"})
    assert [item["name"] for item in page["items"]] == ["phase"]


async def test_a_task_is_found_in_its_own_project_only(api, stranger, project):
    task = await api.task(project)
    other = await api.project()
    await api.get_missing(f"{other}/tasks/{task}")
    await api.patch(f"{other}/tasks/{task}", {"name": "B"}, status=404)
    await stranger.get_missing(f"{project}/tasks/{task}")


async def test_a_stale_change_is_refused_with_the_current_etag(api, project):
    task = f"{project}/tasks/{await api.task(project)}"
    await api.patch(task, {"name": "B"}, headers={"If-Match": '"2"'})
    answer = await api.request("PATCH", task, json={"name": "C"}, headers={"If-Match": '"2"'})
    assert answer.status_code == 412
    assert answer.headers["etag"] == '"3"'
    await api.delete(task, status=412, headers={"If-Match": '"2"'})
    await api.delete(task, headers={"If-Match": '"3"'})


async def test_a_task_beyond_the_calendar_is_refused(api, project):
    problem = await api.post(f"{project}/tasks", {"name": "A", "duration": "P100000D"}, status=409)
    assert problem["type"] == "/problems/outside-calendar"
    assert problem["task_id"] in problem["detail"]
    assert (await api.get(f"{project}/tasks"))["items"] == []


async def test_a_task_says_what_its_result_is_measured_by(api):
    project = await api.project()
    task = await api.task(project, quality_criteria="Cross-level within 5 mm.")
    path = f"{project}/tasks/{task}"
    assert (await api.get(path))["quality_criteria"] == "Cross-level within 5 mm."
    assert (await api.patch(path, {"quality_criteria": ""}))["quality_criteria"] == ""
    await api.patch(path, {"quality_criteria": None}, status=422)
