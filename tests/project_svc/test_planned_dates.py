"""Dates that somebody planned: kept beside a task's constraint, and what holds a task by hand."""

import pytest


async def of_task(api, project, task):
    item = (await api.schedule(project))[task]
    return item["early_start"], item["early_finish"]


async def test_a_task_by_hand_is_held_to_its_planned_dates_and_keeps_its_constraint(api, events_of):
    project = await api.project()
    before = await api.task(project, "Before", "P5D")
    snet = {"type": "SNET", "date": "2026-03-20"}
    said = {"mode": "manual", "planned_start": "2026-03-04", "planned_finish": "2026-03-06", "constraint": snet}
    task = await api.task(project, "By hand", "P3D", **said)
    await api.link(project, before, task)
    assert await of_task(api, project, task) == ("2026-03-04", "2026-03-06")
    path = f"{project}/tasks/{task}"
    record = await api.get(path)
    assert {name: record[name] for name in said} == said
    told = (await api.get(f"{path}/explain", params={"field": "early_start"}))["root"]
    assert (told["kind"], told["on"]) == ("constraint", "2026-03-04")
    preview = await api.patch(f"{path}?dry_run=true", {"planned_start": "2026-03-09", "planned_finish": None})
    moved = {each["field"]: (each["from"], each["to"]) for each in preview["moved"]}
    assert moved["early_start"] == ("2026-03-04", "2026-03-09")
    record = await api.patch(path, {"planned_start": None})
    assert await of_task(api, project, task) == ("2026-03-04", "2026-03-06"), "held to its planned finish"
    (*_, event) = [each for each in await events_of(api.organization_id) if ".task." in each["subject"]]
    assert (event["data"]["changed"], event["data"]["previous"]) == (["planned_start"], {"planned_start": "2026-03-04"})
    assert event["data"]["record"] == record
    await api.patch(path, {"planned_finish": None})
    assert await of_task(api, project, task) == ("2026-03-20", "2026-03-24"), "held to its constraint, having no more"


async def test_what_is_scheduled_keeps_planned_dates_without_following_them(api):
    project = await api.project()
    task = await api.task(project, "A", "P2D", planned_start="2026-03-11")
    assert await of_task(api, project, task) == ("2026-03-02", "2026-03-03")
    await api.patch(f"{project}/tasks/{task}", {"mode": "manual"})
    assert await of_task(api, project, task) == ("2026-03-11", "2026-03-12")
    told = (await api.get(f"{project}/tasks/{task}/explain", params={"field": "late_finish"}))["last_move"]
    assert told["cause"]["task_id"] == task
    await api.patch(f"{project}/tasks/{task}", {"mode": "auto_asap"})
    assert await of_task(api, project, task) == ("2026-03-02", "2026-03-03")


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"planned_start": "2026-03-04T09:00"}, "/planned_start"),
        ({"planned_start": "2026-03-04", "planned_finish": "2026-03-03"}, "/planned_finish"),
        ({"kind": "summary", "duration": None, "planned_finish": "2026-03-03"}, "/planned_finish"),
    ],
    ids=["moment", "turned round", "summary"],
)
async def test_planned_dates_that_do_not_fit_are_refused(api, said, pointer):
    project = await api.project()
    answer = await api.request("POST", f"{project}/tasks", json={"name": "A", "duration": "P1D"} | said)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
