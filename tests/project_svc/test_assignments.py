"""Assignments: work = duration x units, by the task's work mode, and what that moves."""

import pytest


@pytest.fixture
async def project(api) -> str:
    return await api.project()


async def resource(api, project, **fields) -> str:
    return str((await api.post(f"{project}/resources", {"name": "Gang"} | fields))["id"])


async def assigned(api, project, task, **fields) -> dict:
    fields.setdefault("resource_id", await resource(api, project))
    return await api.post(f"{project}/assignments", {"task_id": task} | fields)


async def duration(api, project, task) -> str:
    return (await api.get(f"{project}/tasks/{task}"))["duration"]


async def test_an_assignment_is_made_changed_and_removed(api, project, events_of):
    task = await api.task(project, "A", "P4D")
    assignment = await assigned(api, project, task, units=1.5)
    assert (assignment["units"], assignment["work"], assignment["remaining_work"]) == (1.5, "P6D", "P6D")
    path = f"{project}/assignments/{assignment['id']}"
    assert await api.get(path) == assignment
    assert (await api.get(f"{project}/assignments", params={"task_id": task}))["items"] == [assignment]
    done = await api.patch(path, {"actual_work": "P2D"})
    assert (done["work"], done["actual_work"], done["remaining_work"]) == ("P6D", "P2D", "P4D")
    assert (await api.delete(path, status=409)).json()["type"] == "/problems/conflict"
    await api.patch(path, {"actual_work": "P0D"})
    await api.delete(path)
    await api.get_missing(path)
    events = (await events_of(api.organization_id))[-4:]
    assert [event["subject"].split(".")[-2:] for event in events] == [
        ["assignment", happened] for happened in ("created", "updated", "updated", "deleted")
    ]
    assert events[1]["data"]["changed"] == ["actual_work", "remaining_work"]


@pytest.mark.parametrize(
    ("mode", "change", "expected"),
    [
        # What stays: the duration. Work follows from units, units from work.
        ("fixed_duration", {"units": 2}, ("P4D", 2, "P8D")),
        ("fixed_duration", {"work": "P8D"}, ("P4D", 2, "P8D")),
        ("fixed_duration", {"work": "P2D"}, ("P4D", 0.5, "P2D")),
        # What stays: the units. The duration follows.
        ("fixed_units", {"work": "P8D"}, ("P8D", 1, "P8D")),
        ("fixed_units", {"units": 2}, ("P2D", 2, "P4D")),
        ("fixed_units", {"units": 3}, ("P1DT2H40M", 3, "P4D")),
        # What stays: the work. The duration follows.
        ("fixed_work", {"units": 2}, ("P2D", 2, "P4D")),
        ("fixed_work", {"work": "P6D"}, ("P6D", 1, "P6D")),
        ("fixed_work", {"remaining_work": "P1D"}, ("P1D", 1, "P1D")),
        # Both at once are taken as told.
        ("fixed_duration", {"units": 2, "work": "P4D"}, ("P4D", 2, "P4D")),
        ("fixed_units", {"units": 2, "work": "P10D"}, ("P5D", 2, "P10D")),
    ],
)
async def test_an_assignment_that_changes_moves_what_the_mode_lets_move(api, project, mode, change, expected):
    task = await api.task(project, "A", "P4D", work_mode=mode)
    assignment = await assigned(api, project, task)
    changed = await api.patch(f"{project}/assignments/{assignment['id']}", change)
    assert (await duration(api, project, task), changed["units"], changed["work"]) == expected


@pytest.mark.parametrize(
    ("mode", "units", "work"),
    [("fixed_duration", 1, "P8D"), ("fixed_units", 1, "P8D"), ("fixed_work", 0.5, "P4D")],
)
async def test_a_duration_that_changes_moves_work_or_units(api, project, mode, units, work, events_of):
    task = await api.task(project, "A", "P4D", work_mode=mode)
    assignment = await assigned(api, project, task)
    await api.patch(f"{project}/tasks/{task}", {"duration": "P8D"})
    changed = await api.get(f"{project}/assignments/{assignment['id']}")
    assert (changed["units"], changed["work"]) == (units, work)
    last = [event["subject"].split(".")[-2:] for event in (await events_of(api.organization_id))[-3:]]
    assert last == [["task", "updated"], ["assignment", "updated"], ["schedule", "recalculated"]]


async def test_the_longest_assignment_says_how_long_the_task_takes(api, project):
    task = await api.task(project, "A", "P1D")
    await assigned(api, project, task, work="P6D", units=2)
    assert await duration(api, project, task) == "P3D"
    await assigned(api, project, task, work="P5D")
    assert await duration(api, project, task) == "P5D"
    short = await assigned(api, project, task, work="P1D")
    assert (await duration(api, project, task), short["units"]) == ("P5D", 1)


async def test_work_moves_the_tasks_that_wait(api, project):
    first, second = await api.task(project, "A", "P2D"), await api.task(project, "B", "P1D")
    await api.link(project, first, second)
    body = {"task_id": first, "resource_id": await resource(api, project), "work": "P5D"}
    preview = await api.post(f"{project}/assignments", body, params={"dry_run": "true"}, status=200)
    moved = {(each["task_id"], each["field"]): (each["from"], each["to"], each["shift"]) for each in preview["moved"]}
    assert moved[first, "early_finish"] == ("2026-03-03", "2026-03-06", "P3D")
    assert moved[second, "early_start"] == ("2026-03-04", "2026-03-09", "P3D")
    assert {each["cause"]["task_id"] for each in preview["moved"]} == {first}
    assert (await api.get(f"{project}/assignments"))["items"] == []
    assert await duration(api, project, first) == "P2D"
    await api.post(f"{project}/assignments", body)
    assert (await api.schedule(project))[second]["early_start"] == "2026-03-09"


async def test_more_work_done_than_planned_is_more_work(api, project):
    task = await api.task(project, "A", "P2D")
    assignment = await assigned(api, project, task)
    done = await api.patch(f"{project}/assignments/{assignment['id']}", {"actual_work": "P3D"})
    assert (done["work"], done["remaining_work"]) == ("P3D", "P0D")
    assert await duration(api, project, task) == "P3D"


async def test_days_of_work_are_days_of_the_tasks_calendar(api, project):
    calendar = (await api.post(f"{project}/calendars", {"name": "Short", "hours_per_day": 4}))["id"]
    task = await api.task(project, "A", "P2D", calendar_id=calendar)
    assignment = await assigned(api, project, task, work="P3D")
    assert (assignment["hours_per_day"], assignment["work"]) == (4, "P3D")
    await api.patch(f"{project}/calendars/{calendar}", {"hours_per_day": 6})
    again = await api.get(f"{project}/assignments/{assignment['id']}")
    assert (again["hours_per_day"], again["work"]) == (6, "P2D")


async def test_material_is_a_quantity_and_a_cost_is_an_amount(api, project):
    task = await api.task(project, "A", "P2D")
    ballast = await resource(api, project, kind="material", unit="t")
    permit = await resource(api, project, kind="cost")
    quantity = await assigned(api, project, task, resource_id=ballast, units=120)
    assert (quantity["units"], quantity["work"], quantity["amount"]) == (120, "P0D", None)
    money = {"amount": "350.00", "currency": "EUR"}
    fee = await assigned(api, project, task, resource_id=permit, amount=money)
    assert fee["amount"] == money
    await api.patch(f"{project}/assignments/{quantity['id']}", {"units": 130})
    changed = await api.patch(f"{project}/assignments/{fee['id']}", {"amount": {"amount": "400.00", "currency": "EUR"}})
    assert changed["amount"]["amount"] == "400.00"
    assert await duration(api, project, task) == "P2D"


@pytest.mark.parametrize(
    ("kind", "fields", "pointer", "rule"),
    [
        ("material", {"work": "P1D"}, "/work", "not_of_this_kind"),
        ("cost", {"units": 1, "amount": {"amount": "1", "currency": "EUR"}}, "/units", "not_of_this_kind"),
        ("work", {"amount": {"amount": "1", "currency": "EUR"}}, "/amount", "not_of_this_kind"),
        ("cost", {}, "/amount", "missing"),
        ("cost", {"amount": {"amount": "1", "currency": "CHF"}}, "/amount/currency", "currency"),
        ("cost", {"amount": {"amount": "-1", "currency": "EUR"}}, "/amount/amount", "amount_negative"),
        ("work", {"work": "-P1D"}, "/work", "duration_negative"),
    ],
)
async def test_what_a_resource_of_its_kind_does_not_have_is_refused_by_name(api, project, kind, fields, pointer, rule):
    body = {"task_id": await api.task(project), "resource_id": await resource(api, project, kind=kind)} | fields
    problem = await api.post(f"{project}/assignments", body, status=422)
    assert problem["errors"][0]["pointer"] == pointer
    assert problem["errors"][0]["rule"] == rule


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"work": "P1D"}, "work_below_actual"),
        ({"work": "P5D", "remaining_work": "P1D"}, "work_is_the_sum"),
        ({"amount": {"amount": "1", "currency": "EUR"}}, "not_of_this_kind"),
    ],
)
async def test_work_that_does_not_add_up_is_refused(api, project, change, rule):
    task = await api.task(project, "A", "P4D")
    assignment = await assigned(api, project, task, actual_work="P2D")
    path = f"{project}/assignments/{assignment['id']}"
    problem = await api.patch(path, change, status=422)
    assert problem["errors"][0]["rule"] == rule
    assert await api.get(path) == assignment


async def test_summaries_cancelled_tasks_and_milestones_take_no_work(api, project):
    gang = await resource(api, project)
    summary = await api.summary(project)
    for task in (summary, await api.task(project, state="cancelled")):
        body = {"task_id": task, "resource_id": gang}
        assert (await api.post(f"{project}/assignments", body, status=409))["type"] == "/problems/conflict"
    milestone = await api.task(project, kind="milestone", duration="P0D")
    body = {"task_id": milestone, "resource_id": gang, "work": "P1D"}
    assert (await api.post(f"{project}/assignments", body, status=422))["errors"][0]["rule"] == "milestone_work"
    task = await api.task(project)
    await assigned(api, project, task)
    await api.patch(f"{project}/tasks/{task}", {"kind": "summary", "duration": "P0D"}, status=409)


async def test_a_resource_is_assigned_to_a_task_once(api, project):
    task, gang = await api.task(project), await resource(api, project)
    await assigned(api, project, task, resource_id=gang)
    body = {"task_id": task, "resource_id": gang}
    assert (await api.post(f"{project}/assignments", body, status=409))["type"] == "/problems/already-exists"


async def test_both_ends_are_of_the_same_project(api, project):
    elsewhere = await api.project()
    body = {"task_id": await api.task(elsewhere), "resource_id": await resource(api, project)}
    assert (await api.post(f"{project}/assignments", body, status=409))["type"] == "/problems/other-project"
    body = {"task_id": await api.task(project), "resource_id": await resource(api, elsewhere)}
    problem = await api.post(f"{project}/assignments", body, status=404)
    assert problem["errors"][0]["rule"] == "unknown_resource"


async def test_a_task_that_goes_takes_its_assignments_with_it(api, project, events_of):
    task = await api.task(project)
    await assigned(api, project, task)
    await api.delete(f"{project}/tasks/{task}")
    assert (await api.get(f"{project}/assignments"))["items"] == []
    last = [event["subject"].split(".")[-2:] for event in (await events_of(api.organization_id))[-3:]]
    assert ["assignment", "deleted"] in last
    assert ["task", "deleted"] in last


async def test_a_task_that_work_was_done_on_stays(api, project):
    task = await api.task(project)
    await assigned(api, project, task, actual_work="PT1H")
    refused = (await api.delete(f"{project}/tasks/{task}", status=409)).json()
    assert (refused["type"], refused["uses"]["assignments"]) == ("/problems/task-in-use", 1)


async def test_too_much_work_is_refused(api, project):
    task = await api.task(project, "A", "P5000D")
    gang = await resource(api, project, units=1000000)
    body = {"task_id": task, "resource_id": gang, "units": 1000}
    assert (await api.post(f"{project}/assignments", body, status=409))["type"] == "/problems/too-much-work"


async def test_a_batch_makes_tasks_resources_and_assignments(api, project):
    operations = [
        {"op": "create", "record": "task", "ref": "dig", "body": {"name": "Dig", "duration": "P2D"}},
        {"op": "create", "record": "resource", "ref": "gang", "body": {"name": "Gang"}},
        {
            "op": "create",
            "record": "assignment",
            "ref": "work",
            "body": {"task_id": {"ref": "dig"}, "resource_id": {"ref": "gang"}, "work": "P6D"},
        },
        {"op": "update", "record": "assignment", "id": {"ref": "work"}, "body": {"units": 2}},
    ]
    answer = await api.post(f"{project}/batch", {"operations": operations}, status=200)
    task, _, assignment, same = (each["state"] for each in answer["results"])
    assert assignment == same
    assert (assignment["work"], assignment["units"]) == ("P6D", 2)
    assert (await api.get(f"{project}/tasks/{task['id']}"))["duration"] == "P3D"


async def test_the_snapshot_has_resources_and_assignments(api, project):
    assignment = await assigned(api, project, await api.task(project))
    snapshot = await api.get(f"{project}/snapshot")
    assert snapshot["assignments"] == [assignment]
    assert [each["id"] for each in snapshot["resources"]] == [assignment["resource_id"]]
