"""Calendars that are refused, and people who may not see or change them."""

import pytest
from tests.project_svc.calendars import calendar, refusal, works_by


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
