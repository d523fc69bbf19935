"""Shared calendars: the organisation's own, followed by calendars of its projects. A change of one is a change of all that follow it."""

import asyncio

import pytest
from audit_kit import attributable, check_entries, entries_of
from tests.project_svc.member import ProjectMember
from tests.project_svc.plans import SHIFTS as SHIFTS_OF_FILES
from tests.project_svc.plans import START, mspdi, small, uploaded

from planning.exchange import Calendar, DocumentProject

SHIFTS = {"monday": [{"from": "09:00", "to": "17:00"}], "friday": []}
SIX_HOURS = {"hours_per_day": 6}
CLOSING_DAY = {"exceptions": [{"on": "2026-03-03", "name": "Works meeting"}]}


@pytest.fixture
async def shared(api) -> str:
    """The path of a shared calendar."""
    return f"/calendars/{(await api.post('/calendars', {'name': 'Company'}))['id']}"


async def follower(api, shared: str) -> tuple[str, str]:
    """A project that works by a calendar that follows the shared one, and its only task, of five days."""
    project = await api.project()
    body = {"name": "As the company", "shared_calendar_id": shared.rpartition("/")[2]}
    calendar = await api.post(f"{project}/calendars", body)
    await api.patch(project, {"calendar_id": calendar["id"]})
    return project, await api.task(project, "A", "P5D")


async def finish(api, project: str) -> str:
    return str((await api.get(f"{project}/schedule"))["finish"])


async def test_its_life_is_told_and_audited(api, events_of):
    attributable(api)
    made = await api.post("/calendars", {"name": "Company", "shifts": SHIFTS, "holidays": {"country": "DE"}})
    path = f"/calendars/{made['id']}"
    assert (made["version"], made["revision"], made["shifts"]["friday"]) == (1, 1, [])
    assert {each["name"] for each in made["days_off"]} >= {"New Year's Day"}
    answer = await api.request("PATCH", path, json={"name": "Board", "holidays": None}, headers={"If-Match": '"1"'})
    changed = answer.json()
    assert (changed["name"], changed["days_off"], changed["version"], answer.headers["etag"]) == ("Board", [], 2, '"2"')
    assert await api.get(path) == changed
    assert (await api.get("/calendars", params={"name": "Board"}))["items"] == [changed]
    assert (await api.get("/calendars", params={"name": "Company"}))["items"] == []
    assert (await api.request("PATCH", path, json={}, headers={"If-Match": '"1"'})).status_code == 412
    await api.delete(path)
    await api.get_missing(path)
    said = await events_of(api.organization_id)
    assert [".".join(each["subject"].split(".")[-3:]) for each in said] == [
        f"work.shared_calendar.{happened}" for happened in ("created", "updated", "deleted")
    ]
    assert [each["data"]["record"] for each in said[:2]] == [made, changed]
    assert said[1]["data"]["changed"] == ["days_off", "holidays", "name", "version"]
    assert [each["revision"] for each in said] == [1, 2, 3]
    check_entries(entries_of(said))


async def test_a_change_is_carried_out_in_every_project_that_follows(api, shared, events_of):
    one, other = await follower(api, shared), await follower(api, shared)
    own = await api.project()
    await api.task(own, "A", "P5D")
    before = len(await events_of(api.organization_id))
    preview = await api.request("PATCH", shared, json=CLOSING_DAY, params={"dry_run": "true"})
    moved = {(each["task_id"], each["field"], each["to"]) for each in preview.json()["moved"]}
    assert moved == {(task, "early_finish", "2026-03-09") for _, task in (one, other)}
    assert len(await events_of(api.organization_id)) == before
    assert await finish(api, one[0]) == "2026-03-06"

    answer = await api.request("PATCH", shared, json=CLOSING_DAY)
    assert answer.json()["version"] == 2
    for project, _ in (one, other):
        assert await finish(api, project) == "2026-03-09"
        (calendar,) = (await api.get(f"{project}/calendars"))["items"]
        assert (calendar["exceptions"], calendar["version"]) == (answer.json()["exceptions"], 2)
        assert f"project/{project.rpartition('/')[2]}@" in answer.headers["interlock-position"]
    assert await finish(api, own) == "2026-03-06"
    said = (await events_of(api.organization_id))[before:]
    happened = sorted(".".join(each["subject"].split(".")[-2:]) for each in said)
    assert happened == [
        *["calendar.updated"] * 2,
        *["schedule.recalculated"] * 2,
        "shared_calendar.updated",
    ]
    assert (await api.patch(shared, CLOSING_DAY))["version"] == 2, "nothing changed"


async def test_who_begins_to_follow_while_it_changes_has_what_it_says(busy):
    shared = f"/calendars/{(await busy.post('/calendars', {'name': 'Company'}))['id']}"
    projects = [await busy.project() for _ in range(4)]
    body = {"name": "As the company", "shared_calendar_id": shared.rpartition("/")[2]}
    changed, *_ = await asyncio.gather(
        busy.patch(shared, CLOSING_DAY), *(busy.post(f"{project}/calendars", body) for project in projects)
    )
    for project in projects:
        (calendar,) = (await busy.get(f"{project}/calendars"))["items"]
        assert calendar["exceptions"] == changed["exceptions"] != []


async def test_other_hours_of_a_day_are_those_of_what_follows(api, shared):
    project, task = await follower(api, shared)
    await api.patch(shared, SIX_HOURS)
    shown = await api.get(f"{project}/tasks/{task}")
    assert (shown["hours_per_day"], shown["duration"]) == (6, "P6DT4H")


async def test_what_follows_has_its_name_alone_for_its_own(api, shared):
    project, _ = await follower(api, shared)
    (calendar,) = (await api.get(f"{project}/calendars"))["items"]
    path = f"{project}/calendars/{calendar['id']}"
    for body in (SIX_HOURS, CLOSING_DAY, {"shifts": SHIFTS}, {"holidays": {"country": "DE"}}):
        refused = await api.request("PATCH", path, json=body)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/calendar-shared")
        both = {"name": "B", "shared_calendar_id": shared.rpartition("/")[2]} | body
        assert (await api.request("POST", f"{project}/calendars", json=both)).status_code == 409
    file = {"content": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "headers": {"Content-Type": "text/calendar"}}
    assert (await api.request("POST", f"{path}/exceptions/import", **file)).status_code == 409
    assert (await api.patch(path, {"name": "Ours"}))["name"] == "Ours"

    own = await api.patch(path, {"shared_calendar_id": None} | CLOSING_DAY)
    assert (own["shared_calendar_id"], own["exceptions"][0]["on"]) == (None, "2026-03-03")
    assert await finish(api, project) == "2026-03-09"
    again = {"shared_calendar_id": shared.rpartition("/")[2]}
    preview = await api.request("PATCH", path, json=again, params={"dry_run": "true"})
    assert [each["to"] for each in preview.json()["moved"]] == ["2026-03-06"]
    assert (await api.patch(path, again))["exceptions"] == []


async def test_a_closed_project_stays_as_it_was(api, shared):
    project, _ = await follower(api, shared)
    await api.patch(project, {"state": "cancelled"})
    revision = (await api.get(project))["revision"]
    await api.patch(shared, CLOSING_DAY)
    assert (await api.get(project))["revision"] == revision
    assert await finish(api, project) == "2026-03-06"


async def test_it_is_not_removed_while_a_project_follows(api, shared):
    project, _ = await follower(api, shared)
    refused = await api.request("DELETE", shared)
    assert (refused.status_code, refused.json()["uses"]) == (409, {"projects": 1})
    await api.delete(project)
    preview = await api.request("DELETE", shared, params={"dry_run": "true"})
    assert (preview.status_code, preview.json()) == (200, {"moved": []})
    await api.delete(shared)


async def test_it_is_the_organisations_and_changed_by_who_organises(api, client, stranger, shared):
    member = ProjectMember(client, api.organization_id, frozenset())
    assert (await member.get(shared))["name"] == "Company"
    for method, path in (("POST", "/calendars"), ("PATCH", shared), ("DELETE", shared)):
        assert (await member.request(method, path, json={"name": "C"})).status_code == 403
    await stranger.get_missing(shared)
    assert (await stranger.get("/calendars"))["items"] == []
    body = {"name": "Theirs", "shared_calendar_id": shared.rpartition("/")[2]}
    refused = await stranger.request("POST", f"{await stranger.project()}/calendars", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, "/shared_calendar_id")
    preview = await api.request("POST", "/calendars", json={"name": "C"}, params={"dry_run": "true"})
    assert (preview.status_code, preview.json()) == (200, {"moved": []})
    assert [each["name"] for each in (await api.get("/calendars"))["items"]] == ["Company"]


async def test_a_later_import_leaves_what_follows_a_shared_calendar_alone(api, work, shared):
    planned = DocumentProject("Footing", START, calendar_id="1", currency="EUR", guid="footing")
    document = small(project=planned, calendars=(Calendar("1", "Standard", (SHIFTS_OF_FILES,) * 5 + ((), ())),))
    job = await uploaded(api, work, mspdi(document))
    project = f"/projects/{job['project_id']}"
    (calendar,) = (await api.get(f"{project}/calendars"))["items"]
    await api.patch(f"{project}/calendars/{calendar['id']}", {"shared_calendar_id": shared.rpartition("/")[2]})
    again = await uploaded(api, work, mspdi(document))
    assert again["state"] == "succeeded", again["problem"]
    assert again["result"]["calendars"]["unchanged"] == 1
    assert [each["record"] for each in again["result"]["fidelity"] if "shared" in each["reason"]] == ["calendar"]
    (kept,) = (await api.get(f"{project}/calendars"))["items"]
    assert kept["shared_calendar_id"] is not None
