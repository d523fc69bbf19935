"""Levelling as a job: a preview that somebody may take over while the project is as it was."""

from uuid import uuid4

import pytest
from tests.project_svc.calendars import HALF_DAYS, NINE_TO_FIVE, WORKDAYS, calendar, dates


async def levelled(api, work, project, **ask):
    """What came of a levelling: the job."""
    job = await api.post(f"{project}/schedule/level", {"evaluations": 200} | ask, status=202)
    await work(api.organization_id)
    return await api.get(f"/jobs/{job['id']}")


@pytest.fixture
async def crew(api):
    """One digger, and two tasks of five days that both ask for it. Returns the project's path and the tasks."""
    project = await api.project()
    digger = (await api.post(f"{project}/resources", {"name": "Digger"}))["id"]
    tasks = [await api.task(project, name, "P5D") for name in ("east", "west")]
    for task in tasks:
        await api.post(f"{project}/assignments", {"task_id": task, "resource_id": digger, "units": 1})
    return project, tasks


async def test_a_levelling_says_what_it_would_delay_and_changes_nothing(api, work, crew):
    project, tasks = crew
    before = await api.schedule(project)
    job = await levelled(api, work, project)
    assert job["state"] == "succeeded", job["problem"]
    result = job["result"]
    assert (result["unlevelled_finish"], result["finish"], result["is_shortest"]) == ("2026-03-06", "2026-03-13", True)
    (moved,) = result["moved"]
    assert moved["task_id"] in tasks
    assert {name: moved[name] for name in ("start", "finish", "delay", "is_takeable")} == {
        "start": "2026-03-09",
        "finish": "2026-03-13",
        "delay": "P5D",
        "is_takeable": True,
    }
    assert await api.schedule(project) == before


async def test_a_levelling_is_previewed_and_taken_over(api, work, crew, events_of):
    project, _ = crew
    job = await levelled(api, work, project)
    (moved,) = job["result"]["moved"]
    body = {"job_id": job["id"]}
    preview = await api.post(f"{project}/schedule/level/take", body, status=200, params={"dry_run": "true"})
    assert {move["task_id"] for move in preview["moved"]} == {moved["task_id"]}
    before = len(await events_of(api.organization_id))
    taken = await api.post(f"{project}/schedule/level/take", body, status=200)
    assert (taken["held"], taken["left"]) == ([moved["task_id"]], [])
    assert taken["revision"] == job["result"]["revision"] + 1
    assert (await api.schedule(project))[moved["task_id"]]["early_start"] == "2026-03-09"
    assert [event["subject"].rpartition(".")[2] for event in (await events_of(api.organization_id))[before:]] == [
        "updated",
        "recalculated",
    ]


async def test_a_levelling_of_another_plan_is_not_taken_over(api, work, crew):
    project, tasks = crew
    job = await levelled(api, work, project)
    await api.patch(f"{project}/tasks/{tasks[0]}", {"duration": "P6D"})
    problem = await api.post(f"{project}/schedule/level/take", {"job_id": job["id"]}, status=409)
    assert problem["type"] == "/problems/stale-levelling"
    elsewhere = await api.project()
    for path, job_id in ((elsewhere, job["id"]), (project, str(uuid4()))):
        problem = await api.post(f"{path}/schedule/level/take", {"job_id": job_id}, status=409)
        assert problem["type"] == "/problems/not-levelled"
    waiting = await api.post(f"{project}/schedule/level", status=202)
    problem = await api.post(f"{project}/schedule/level/take", {"job_id": waiting["id"]}, status=409)
    assert problem["detail"] == "The job is queued."


async def test_what_another_constraint_holds_is_left(api, work, crew):
    project, tasks = crew
    await api.patch(f"{project}/tasks/{tasks[0]}", {"constraint": {"type": "MSO", "date": "2026-03-02"}})
    await api.patch(f"{project}/tasks/{tasks[1]}", {"constraint": {"type": "FNLT", "date": "2026-03-06"}})
    job = await levelled(api, work, project)
    assert [(each["task_id"], each["is_takeable"]) for each in job["result"]["moved"]] == [(tasks[1], False)]
    taken = await api.post(f"{project}/schedule/level/take", {"job_id": job["id"]}, status=200)
    assert (taken["held"], taken["left"]) == ([], [tasks[1]])
    assert taken["revision"] == job["result"]["revision"]


async def test_what_cannot_be_levelled_is_named(api, work, crew):
    project, tasks = crew
    for task in tasks:
        await api.patch(f"{project}/tasks/{task}", {"constraint": {"type": "MSO", "date": "2026-03-02"}})
    job = await levelled(api, work, project)
    assert (job["state"], job["problem"]["type"]) == ("failed", "/problems/cannot-level")
    assert set(job["problem"]["ids"]) <= set(tasks)


async def test_without_resources_nothing_moves(api, work):
    project = await api.project()
    await api.task(project)
    job = await levelled(api, work, project)
    assert (job["result"]["moved"], job["result"]["is_shortest"]) == ([], True)


@pytest.mark.parametrize(("ask", "pointer"), [({"seconds": 0}, "/seconds"), ({"evaluations": 0}, "/evaluations")])
async def test_a_bad_ask_is_refused_by_name(api, ask, pointer):
    problem = await api.post(f"{await api.project()}/schedule/level", ask, status=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


async def test_work_is_levelled_around_a_persons_holiday(api, work, project):
    holiday = await calendar(api, project, exceptions=[{"on": "2026-03-04", "to": "2026-03-10", "name": "Holiday"}])
    ada = (await api.post(f"{project}/resources", {"name": "Ada", "calendar_id": holiday}))["id"]
    long, short = [await api.task(project, name, days) for name, days in (("long", "P4D"), ("short", "P2D"))]
    for task in (long, short):
        await api.post(f"{project}/assignments", {"task_id": task, "resource_id": ada})
    job = await levelled(api, work, project)
    result = job["result"]
    assert [(each["task_id"], each["start"], each["finish"], each["delay"]) for each in result["moved"]] == [
        (long, "2026-03-11", "2026-03-16", "P7D")
    ]
    assert (result["finish"], result["is_shortest"], result["understaffed"]) == ("2026-03-16", True, [])
    away = (await api.get(f"{project}/schedule/quality"))["absences"]
    assert [(each["task_id"], each["away"]) for each in away] == [(long, "P2D")]
    await api.post(f"{project}/schedule/level/take", {"job_id": job["id"]}, status=200)
    assert await dates(api, project, long) == ("2026-03-11", "2026-03-16")
    assert (await api.get(f"{project}/schedule/quality"))["absences"] == []


async def test_who_is_never_there_for_so_long_is_not_waited_for_and_the_task_is_named(api, work, crew):
    project, tasks = crew
    half = await calendar(api, project, shifts=HALF_DAYS)
    (digger,) = (await api.get(f"{project}/resources"))["items"]
    await api.patch(f"{project}/resources/{digger['id']}", {"calendar_id": half})
    result = (await levelled(api, work, project))["result"]
    assert (result["finish"], result["understaffed"]) == ("2026-03-13", tasks)
    for task in tasks:
        await api.patch(f"{project}/tasks/{task}", {"calendar_id": half})
    result = (await levelled(api, work, project))["result"]
    assert (result["understaffed"], result["is_shortest"]) == ([], True)


async def test_a_plan_of_several_calendars_and_a_lag_round_the_clock_is_levelled(api, work, crew):
    project, (east, west) = crew
    six_days = await calendar(api, project, shifts=dict.fromkeys((*WORKDAYS, "saturday"), NINE_TO_FIVE))
    await api.patch(f"{project}/tasks/{west}", {"calendar_id": six_days})
    cured = await api.task(project, "cured")
    await api.link(project, east, cured, lag="PT48H", lag_calendar="24h")
    result = (await levelled(api, work, project))["result"]
    moved = {each["task_id"]: (each["start"], each["finish"], each["delay"]) for each in result["moved"]}
    # East on Monday to Friday, two days round the clock, and west from Saturday on: nothing can be sooner.
    assert moved == {west: ("2026-03-07", "2026-03-12", "P5D")}
    assert (result["finish"], result["is_shortest"]) == ("2026-03-12", True)
