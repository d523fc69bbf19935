import json
from pathlib import Path

import pytest

NINE_TO_FIVE = [{"from": "09:00", "to": "17:00"}]
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
SHORT_WEEK = dict.fromkeys(WORKDAYS[:4], NINE_TO_FIVE)
HALF_DAYS = {day: [{"from": "08:00", "to": "12:00"}] for day in WORKDAYS}
ALWAYS = {day: [{"from": "00:00", "to": "24:00"}] for day in (*WORKDAYS, "saturday", "sunday")}


@pytest.fixture
async def project(api):
    return await api.project()


async def calendar(api, project, **fields):
    return (await api.post(f"{project}/calendars", {"name": "Crew"} | fields))["id"]


async def works_by(api, project, **fields):
    """Give the project a calendar of its own; returns the calendar's id."""
    calendar_id = await calendar(api, project, **fields)
    await api.patch(project, {"calendar_id": calendar_id})
    return calendar_id


async def dates(api, project, task):
    item = (await api.schedule(project))[task]
    return item["early_start"], item["early_finish"]


async def refusal(api, method, path, body, status=422):
    answer = await api.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    return [(error["pointer"], error["rule"]) for error in answer.json()["errors"]]


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


async def test_a_calendar_that_work_is_planned_by_stays(api, project):
    calendar_id = await works_by(api, project)
    task = await api.task(project, "A", calendar_id=calendar_id)
    refused = (await api.delete(f"{project}/calendars/{calendar_id}", status=409)).json()
    assert (refused["type"], refused["uses"]) == (
        "/problems/calendar-in-use",
        {"projects": 1, "tasks": 1, "resources": 0},
    )
    await api.patch(project, {"calendar_id": None})
    await api.patch(f"{project}/tasks/{task}", {"calendar_id": None})
    await api.delete(f"{project}/calendars/{calendar_id}")
    await api.get_missing(f"{project}/calendars/{calendar_id}")


async def test_a_project_goes_with_its_calendars(api, project):
    calendar_id = await works_by(api, project)
    await api.task(project, "A", calendar_id=calendar_id)
    await api.delete(project)
    await api.get_missing(f"{project}/calendars/{calendar_id}")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"shifts": {}}, ("/shifts", "no_working_time")),
        (
            {"shifts": {"monday": [{"from": "09:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"}]}},
            ("/shifts/monday", "overlapping_shifts"),
        ),
        ({"shifts": {"monday": [{"from": "22:00", "to": "06:00"}]}}, ("/shifts/monday", "empty_shift")),
        ({"shifts": {"monday": [{"from": "9", "to": "12:00"}]}}, ("/shifts/monday/0/from", "time_of_day")),
        ({"hours_per_day": 0}, ("/hours_per_day", "number_out_of_range")),
        ({"holidays": {"country": "XX"}}, ("/holidays/country", "unknown_country")),
        ({"holidays": {"country": "DE", "subdivision": "ZZ"}}, ("/holidays/subdivision", "unknown_subdivision")),
        (
            {"holidays": {"country": "DE", "first_year": 2030, "last_year": 2029}},
            ("/holidays/last_year", "ends_before_it_begins"),
        ),
        ({"exceptions": [{"on": "2026-03-05", "to": "2026-03-04"}]}, ("/exceptions/0/to", "ends_before_it_begins")),
        (
            {"exceptions": [{"on": "2026-03-02", "to": "2026-03-06"}, {"on": "2026-03-04"}]},
            ("/exceptions/1/on", "overlapping_exceptions"),
        ),
        ({"exceptions": [{"on": "2000-01-01", "to": "2100-01-01"}]}, ("/exceptions", "too_many_exceptions")),
    ],
)
async def test_what_is_no_calendar_is_refused_and_named(api, project, body, expected):
    assert await refusal(api, "POST", f"{project}/calendars", {"name": "Bad"} | body) == [expected]
    assert (await api.get(f"{project}/calendars"))["items"] == []


async def test_a_calendar_of_another_project_is_not_found(api, project):
    elsewhere = await calendar(api, await api.project())
    assert await refusal(api, "PATCH", project, {"calendar_id": elsewhere}, 404) == [
        ("/calendar_id", "unknown_calendar")
    ]
    body = {"name": "A", "duration": "P1D", "calendar_id": elsewhere}
    assert await refusal(api, "POST", f"{project}/tasks", body, 404) == [("/calendar_id", "unknown_calendar")]


async def test_nobody_else_sees_a_calendar(api, stranger, auditor, project):
    calendar_id = await calendar(api, project)
    await stranger.get_missing(f"{project}/calendars/{calendar_id}")
    assert (await auditor.get(f"{project}/calendars/{calendar_id}"))["name"] == "Crew"
    assert (await auditor.request("PATCH", f"{project}/calendars/{calendar_id}", json={"name": "X"})).status_code == 403


async def test_a_stale_change_is_refused(api, project):
    calendar_id = await calendar(api, project)
    path = f"{project}/calendars/{calendar_id}"
    seen = (await api.request("GET", path)).headers["etag"]
    await api.patch(path, {"name": "Night crew"}, headers={"If-Match": seen})
    await api.patch(path, {"name": "Day crew"}, status=412, headers={"If-Match": seen})


ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:tests
BEGIN:VEVENT
UID:1
SUMMARY:Works holiday
DTSTART;VALUE=DATE:20260303
DTEND;VALUE=DATE:20260305
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


async def import_file(api, path, text, content_type="text/calendar; charset=utf-8", **options):
    return await api.request(
        "POST", f"{path}/exceptions/import", content=text.encode(), headers={"Content-Type": content_type}, **options
    )


async def test_exceptions_come_from_a_calendar_file(api, project):
    task = await api.task(project, "A", "P2D")
    calendar_id = await works_by(
        api, project, exceptions=[{"on": "2026-03-02", "to": "2026-03-04", "name": "Fair", "shifts": NINE_TO_FIVE}]
    )
    path = f"{project}/calendars/{calendar_id}"
    preview = (await import_file(api, path, ICS, params={"dry_run": "true"})).json()
    assert [each["to"] for each in preview["moved"]] == ["2026-03-05"]
    answer = await import_file(api, path, ICS)
    assert answer.status_code == 200, answer.text
    assert [(each["on"], each["to"], each["name"], each["shifts"]) for each in answer.json()["exceptions"]] == [
        ("2026-03-02", None, "Fair", NINE_TO_FIVE),
        ("2026-03-03", None, "Works holiday", []),
        ("2026-03-04", None, "Works holiday", []),
    ]
    assert await dates(api, project, task) == ("2026-03-02", "2026-03-05")
    again = (await import_file(api, path, ICS)).json()
    assert (again["version"], again["revision"]) == (2, answer.json()["revision"])


async def test_a_file_that_is_no_calendar_is_refused(api, project):
    path = f"{project}/calendars/{await calendar(api, project)}"
    broken = await import_file(api, path, "Dear Ada, we are closed in August.")
    assert (broken.status_code, broken.json()["errors"][0]["rule"]) == (422, "calendar_file")
    assert (await import_file(api, path, ICS, "application/json")).status_code == 415


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
