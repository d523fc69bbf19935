"""Calendars that the tests make, and what they ask of them."""

NINE_TO_FIVE = [{"from": "09:00", "to": "17:00"}]
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
SHORT_WEEK = dict.fromkeys(WORKDAYS[:4], NINE_TO_FIVE)
HALF_DAYS = {day: [{"from": "08:00", "to": "12:00"}] for day in WORKDAYS}
ALWAYS = {day: [{"from": "00:00", "to": "24:00"}] for day in (*WORKDAYS, "saturday", "sunday")}


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
