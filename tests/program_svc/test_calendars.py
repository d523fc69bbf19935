"""A program whose projects and tasks work by calendars of their own."""

import json
from pathlib import Path

CASE = json.loads((Path(__file__).parent.parent / "golden" / "calendars.json").read_text())["mixed"]
MORNINGS = {day: [{"from": "08:00", "to": "12:00"}] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
FOUR_DAYS = {day: [{"from": "09:00", "to": "17:00"}] for day in ("monday", "tuesday", "wednesday", "thursday")}


def told(api, pieces):
    """The golden network in these pieces, each a project with all the calendars. The tasks' ids by name, and the projects'."""
    ids, project_ids, home = {}, [], {}
    for number, names in enumerate(pieces):
        project_id = api.projects.project(f"P{number}")
        project_ids.append(project_id)
        calendars = {None: None}
        for name, each in CASE["calendars"].items():
            shifts = {day: [{"from": each["from"], "to": each["to"]}] for day in each["days"]}
            calendars[name] = str(api.projects.calendar(project_id, shifts, each["hours_per_day"]))
        for name in names:
            task, home[name] = CASE["tasks"][name], project_id
            calendar = task["calendar"]
            hours = 8 if calendar is None else CASE["calendars"][calendar]["hours_per_day"]
            own = {"calendar_id": calendars[calendar], "hours_per_day": hours}
            ids[name] = api.projects.task(project_id, name, task["days"], **own)
    for before, after, lag in CASE["links"]:
        if home[before] == home[after]:
            api.projects.link(home[before], ids[before], ids[after], lag=lag)
    return ids, project_ids, home


async def scheduled(api, pieces):
    """The network in a program, what crosses projects as committed dependencies: its items by name, and the dependencies' paths."""
    ids, project_ids, home = told(api, pieces)
    await api.hear()
    program = await api.program(*project_ids)
    paths = {}
    for before, after, lag in CASE["links"]:
        if home[before] != home[after]:
            paths[before, after] = await api.commit(program, ids[before], ids[after], lag=lag)
    name_of = {str(task_id): name for name, task_id in ids.items()}
    items = (await api.get(f"{program}/schedule"))["items"]
    shown = ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float", "critical")
    return {name_of[item["task_id"]]: {field: item[field] for field in shown} for item in items}, paths


async def test_a_network_on_several_calendars_has_the_dates_of_the_golden_case(api):
    items, _ = await scheduled(api, [list(CASE["tasks"])])
    for name, dates in CASE["dates"].items():
        assert {field: items[name][field] for field in dates} == dates, name


async def test_however_it_is_cut_into_projects_the_dates_stay_the_same(api):
    whole, _ = await scheduled(api, [list(CASE["tasks"])])
    pieces, _ = await scheduled(api, CASE["pieces"])
    single, _ = await scheduled(api, [[name] for name in CASE["tasks"]])
    assert pieces == whole
    assert single == whole


async def test_an_imposed_date_names_its_minute_where_its_day_does_not(api):
    _, paths = await scheduled(api, CASE["pieces"])
    imposed = {after: (await api.get(path))["imposed"] for (_, after), path in paths.items()}
    assert imposed == {
        "curing": {"side": "start", "at": "2026-03-04", "moment": "2026-03-04T17:00"},
        "inspection": {"side": "start", "at": "2026-03-09"},
        "painting": {"side": "start", "at": "2026-03-12", "moment": "2026-03-12T12:00"},
    }


async def test_a_margin_is_the_working_time_of_the_receiving_task(api):
    provider_project, receiver_project = api.projects.project("A"), api.projects.project("B")
    mornings = api.projects.calendar(receiver_project, MORNINGS, 4)
    provider = api.projects.task(provider_project, "gives", 2)
    own = {"calendar_id": str(mornings), "hours_per_day": 4}
    receiver = api.projects.task(receiver_project, "needs", 1, **own)
    await api.hear()
    program = await api.program(provider_project, receiver_project)
    path = await api.commit(program, provider, receiver, needed_by="2026-03-06")
    dependency = await api.get(path)
    # From Tuesday 17:00 to the end of Friday's morning: three mornings.
    assert (dependency["margin"], dependency["hours_per_day"], dependency["lag_hours_per_day"]) == ("P3D", 4, 8)


async def test_a_lag_is_written_in_days_of_the_receivers_project(api):
    provider_project = api.projects.project("A")
    receiver_project = api.projects.project("B")
    mornings = api.projects.calendar(receiver_project, MORNINGS, 4)
    api.projects.change(receiver_project, calendar_id=str(mornings))
    provider = api.projects.task(provider_project, "gives", 1)
    receiver = api.projects.task(receiver_project, "needs", 1, hours_per_day=4)
    await api.hear()
    program = await api.program(provider_project, receiver_project)
    path = await api.commit(program, provider, receiver, lag="P2D")
    assert ((await api.get(path))["lag"], (await api.get(path))["lag_hours_per_day"]) == ("P2D", 4)
    item = (await api.schedule(program))[str(receiver)]
    assert (item["early_start"], item["early_finish"]) == ("2026-03-05", "2026-03-05")


async def test_a_changed_calendar_moves_the_program(api):
    project = api.projects.project("A")
    calendar = api.projects.calendar(project, FOUR_DAYS)
    task = api.projects.task(project, "A", 5)
    await api.hear()
    program = await api.program(project)

    async def finish():
        return (await api.schedule(program))[str(task)]["early_finish"]

    assert await finish() == "2026-03-06"
    api.projects.change(project, calendar_id=str(calendar))
    await api.hear()
    assert await finish() == "2026-03-09"
    api.projects.change(calendar, exceptions=[{"on": "2026-03-03", "to": "2026-03-04"}], version=2)
    await api.hear()
    assert await finish() == "2026-03-11"
    last = [each for each in await api.events() if each["happened"] == "schedule.recalculated"][-1]
    assert last["data"]["moves"][0]["cause"] == {"project_id": str(project)}
    assert (await api.get(f"{program}/tasks/{task}/explain"))["last_move"]["shift"] == "P2D"
    api.projects.delete(project)
    await api.hear()
    assert await api.schedule(program) == {}


async def test_a_what_if_reads_durations_on_the_tasks_calendar(api):
    project = api.projects.project("A")
    mornings = api.projects.calendar(project, MORNINGS, 4)
    task = api.projects.task(project, "A", 1, calendar_id=str(mornings), hours_per_day=4)
    await api.hear()
    program = await api.program(project)
    change = {"project_id": str(project), "task_id": str(task), "duration": "P3D"}
    outcome = await api.post(f"{program}/what-if", {"changes": [change]}, status=200)
    assert outcome["finish"] == {"from": "2026-03-02", "to": "2026-03-04"}
    assert [move["shift"] for move in outcome["moved"]] == ["P2D"]


async def test_a_deadline_is_the_end_of_the_last_work_of_its_day(api):
    project = api.projects.project("A")
    late = {"monday": [{"from": "09:00", "to": "21:00"}]}
    calendar = api.projects.calendar(project, late, 12)
    task = api.projects.task(project, "A", 1, calendar_id=str(calendar), hours_per_day=12)
    await api.hear()
    program = await api.program(project, deadline="2026-03-02")
    assert (await api.schedule(program))[str(task)]["total_float"] == "P0D"


async def test_a_risk_is_shown_in_days_of_its_project(api):
    project = api.projects.project("A")
    api.projects.risk(project, "0.5", "100", days_impact="P3D", hours_per_day=4)
    await api.hear()
    program = await api.program(project)
    assert (await api.get(f"{program}/risks"))["items"][0]["days_impact"] == "P3D"
