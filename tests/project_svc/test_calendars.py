"""Calendars of a project: how they are kept, and what work follows."""

import json
from pathlib import Path

from tests.project_svc.calendars import (
    ALWAYS,
    HALF_DAYS,
    NINE_TO_FIVE,
    SHORT_WEEK,
    WORKDAYS,
    calendar,
    dates,
    works_by,
)


async def test_a_calendar_is_kept_as_it_was_written(api, project):
    body = {
        "name": "Track crew",
        "hours_per_day": 7.5,
        "shifts": {"monday": [{"from": "07:00", "to": "12:00"}, {"from": "12:30", "to": "24:00"}]},
        "exceptions": [
            {"on": "2026-10-10", "name": "Extra Saturday", "shifts": NINE_TO_FIVE},
            {"on": "2026-08-03", "to": "2026-08-14", "name": "Works holiday"},
        ],
        "external_ref": {"source": "p6", "id": "CAL-1"},
    }
    made = await api.post(f"{project}/calendars", body)
    assert (made["version"], made["hours_per_day"], made["external_ref"]) == (1, 7.5, body["external_ref"])
    assert made["shifts"]["monday"] == body["shifts"]["monday"]
    assert made["shifts"]["friday"] == []
    assert [each["on"] for each in made["exceptions"]] == ["2026-08-03", "2026-10-10"]
    assert await api.get(f"{project}/calendars/{made['id']}") == made
    assert (await api.get(f"{project}/calendars"))["items"] == [made]
    assert (await api.get(f"{project}/snapshot"))["calendars"] == [made]


async def test_holidays_are_listed_day_by_day(api, project):
    made = await api.post(
        f"{project}/calendars", {"name": "Berlin", "holidays": {"country": "DE", "subdivision": "BE"}}
    )
    assert made["holidays"] == {"country": "DE", "subdivision": "BE", "first_year": 2025, "last_year": 2046}
    assert {"on": "2026-05-01", "name": "Labor Day"} in made["days_off"]
    path = f"{project}/calendars/{made['id']}"
    saxony = await api.patch(path, {"holidays": {"subdivision": "SN", "last_year": 2026}})
    assert saxony["holidays"] == {"country": "DE", "subdivision": "SN", "first_year": 2025, "last_year": 2026}
    assert {each["on"] for each in saxony["days_off"]} >= {"2026-10-31", "2026-11-18"}
    assert (await api.patch(path, {"holidays": None}))["days_off"] == []


async def test_work_follows_the_calendar_of_its_project(api, project):
    first = await api.task(project, "A", "P4D")
    second = await api.task(project, "B", "P1D")
    await api.link(project, first, second)
    calendar_id = await calendar(api, project, shifts=SHORT_WEEK)
    preview = await api.patch(project, {"calendar_id": calendar_id}, params={"dry_run": "true"})
    moved = [(each["field"], each["from"], each["to"], each["shift"]) for each in preview["moved"]]
    # From Thursday evening to Monday evening there is one day of its own to be worked.
    assert moved == [
        ("early_start", "2026-03-06", "2026-03-09", "P0D"),
        ("early_finish", "2026-03-06", "2026-03-09", "P1D"),
    ]
    await api.patch(project, {"calendar_id": calendar_id})
    assert await dates(api, project, second) == ("2026-03-09", "2026-03-09")


async def test_changing_a_calendar_is_one_command_and_one_recalculation(api, project, events_of):
    task = await api.task(project, "A", "P10D")
    calendar_id = await works_by(api, project)
    path = f"{project}/calendars/{calendar_id}"
    change = {"exceptions": [{"on": "2026-03-05", "to": "2026-03-06", "name": "Strike"}]}
    preview = await api.patch(path, change, params={"dry_run": "true"})
    assert [(each["field"], each["to"], each["cause"]["calendar_id"]) for each in preview["moved"]] == [
        ("early_finish", "2026-03-17", calendar_id)
    ]
    assert (await api.get(path))["version"] == 1
    changed = await api.patch(path, change)
    assert changed["version"] == 2
    told = [event for event in await events_of(api.organization_id) if event["revision"] == changed["revision"]]
    assert [event["subject"].rsplit(".", 2)[-2:] for event in told] == [
        ["calendar", "updated"],
        ["schedule", "recalculated"],
    ]
    assert told[0]["data"]["changed"] == ["exceptions", "version"]
    assert told[1]["data"]["cause"] == {"project_id": project.rsplit("/", 1)[1], "calendar_id": calendar_id}
    assert await dates(api, project, task) == ("2026-03-02", "2026-03-17")
    last_move = (await api.get(f"{project}/tasks/{task}/explain"))["last_move"]
    assert (last_move["cause"]["calendar_id"], last_move["shift"]) == (calendar_id, "P2D")
    same = await api.patch(path, change)
    assert (same["version"], same["revision"]) == (2, changed["revision"])


async def test_a_task_may_work_by_a_calendar_of_its_own(api, project):
    always = await calendar(api, project, hours_per_day=24, shifts=ALWAYS)
    curing = await api.task(
        project, "Concrete cures", "P3D", calendar_id=always, constraint={"type": "SNET", "date": "2026-03-06"}
    )
    assert await dates(api, project, curing) == ("2026-03-06", "2026-03-08")
    after = await api.task(project, "Formwork off", "P1D")
    await api.link(project, curing, after)
    assert await dates(api, project, after) == ("2026-03-09", "2026-03-09")
    item = (await api.schedule(project))[curing]
    assert (item["total_float"], item["critical"]) == ("PT9H", False)  # until Monday 09:00


async def test_a_days_length_is_that_of_the_calendar_that_applies(api, project):
    half = await calendar(api, project, hours_per_day=4, shifts=HALF_DAYS)
    task = await api.task(project, "A", "P3D", calendar_id=half)
    assert await dates(api, project, task) == ("2026-03-02", "2026-03-04")
    read = await api.get(f"{project}/tasks/{task}")
    assert (read["duration"], read["hours_per_day"]) == ("P3D", 4)
    longer = await api.patch(f"{project}/tasks/{task}", {"duration": "P5DT2H"})
    assert longer["duration"] == "P5DT2H"
    back = await api.patch(f"{project}/tasks/{task}", {"calendar_id": None})
    assert (back["duration"], back["hours_per_day"]) == ("P2DT6H", 8)
    with_it = await api.patch(f"{project}/tasks/{task}", {"calendar_id": half, "duration": "P2D"})
    assert (with_it["duration"], await dates(api, project, task)) == ("P2D", ("2026-03-02", "2026-03-03"))


async def test_other_hours_per_day_leave_planned_work_as_long_as_it_is(api, project):
    calendar_id = await works_by(api, project)
    task = await api.task(project, "A", "P5D")
    other = await api.task(project, "B", "P1D")
    link = await api.link(project, task, other, lag="P2D")
    risk = await api.post(
        f"{project}/risks",
        {
            "title": "R",
            "kind": "threat",
            "probability": 0.5,
            "cost_impact": {"amount": "1", "currency": "EUR"},
            "days_impact": "P1D",
        },
    )
    before = await dates(api, project, other)
    await api.patch(f"{project}/calendars/{calendar_id}", {"hours_per_day": 7.5})
    assert (await api.get(f"{project}/tasks/{task}"))["duration"] == "P5DT2H30M"
    assert (await api.get(f"{project}/links/{link}"))["lag"] == "P2DT1H"
    assert (await api.get(f"{project}/risks/{risk['id']}"))["days_impact"] == "P1DT30M"
    assert await dates(api, project, other) == before
    assert (await api.patch(f"{project}/tasks/{task}", {"duration": "P5D"}))["duration"] == "P5D"
    await api.patch(project, {"calendar_id": None})
    assert (await api.get(f"{project}/tasks/{task}"))["duration"] == "P4DT5H30M"


async def test_a_lag_is_worked_off_on_its_calendar(api, project):
    half = await calendar(api, project, hours_per_day=4, shifts=HALF_DAYS)
    first = await api.task(project, "A", "P1D")
    expected = {"project": "2026-03-05", "successor": "2026-03-05", "predecessor": "2026-03-05", "24h": "2026-03-05"}
    starts = {}
    for name in expected:
        task = await api.task(project, name, "P1D", calendar_id=half)
        link = await api.link(project, first, task, lag="P2D", lag_calendar=name)
        assert (await api.get(f"{project}/links/{link}"))["lag"] == "P2D"
        starts[name] = (await dates(api, project, task))[0]
    assert starts == expected
    days = {
        name: each["hours_per_day"]
        for each in (await api.get(f"{project}/links"))["items"]
        for name in [each["lag_calendar"]]
    }
    assert days == {"project": 8, "successor": 4, "predecessor": 8, "24h": 24}


async def test_a_written_date_means_the_working_minutes_of_the_tasks_calendar(api):
    project = await api.project(granularity="minute")
    half = await calendar(api, project, hours_per_day=4, shifts=HALF_DAYS)
    task = await api.task(project, "A", "P1D", calendar_id=half, constraint={"type": "SNET", "date": "2026-03-04"})
    assert await dates(api, project, task) == ("2026-03-04T08:00", "2026-03-04T12:00")
    due = await api.task(project, "B", "P1D", calendar_id=half, constraint={"type": "FNLT", "date": "2026-03-03"})
    assert (await api.schedule(project))[due]["late_finish"] == "2026-03-03T12:00"


async def test_a_project_goes_with_its_calendars(api, project):
    calendar_id = await works_by(api, project)
    await api.task(project, "A", calendar_id=calendar_id)
    await api.delete(project)
    await api.get_missing(f"{project}/calendars/{calendar_id}")


GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "calendars.json").read_text())["mixed"]


async def test_a_network_on_several_calendars_has_the_dates_of_the_golden_case(api, project):
    calendars = {None: None}
    for name, each in GOLDEN["calendars"].items():
        shifts = {day: [{"from": each["from"], "to": each["to"]}] for day in each["days"]}
        shifts = {day: shifts.get(day, []) for day in (*WORKDAYS, "saturday", "sunday")}
        calendars[name] = await calendar(api, project, shifts=shifts, hours_per_day=each["hours_per_day"])
    ids = {
        name: await api.task(project, name, f"P{task['days']}D", calendar_id=calendars[task["calendar"]])
        for name, task in GOLDEN["tasks"].items()
    }
    for before, after, lag in GOLDEN["links"]:
        await api.link(project, ids[before], ids[after], lag=lag)
    items = await api.schedule(project)
    for name, expected in GOLDEN["dates"].items():
        assert {field: items[ids[name]][field] for field in expected} == expected, name
