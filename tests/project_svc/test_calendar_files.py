"""Exceptions of a calendar out of a calendar file."""

from tests.project_svc.calendars import NINE_TO_FIVE, calendar, dates, works_by

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
