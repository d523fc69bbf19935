"""Every version of a calendar is kept as it was, a project's or a shared one's."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.project_svc.calendars import HALF_DAYS, SHORT_WEEK, calendar

CLOSED = [{"on": "2026-03-03", "name": "Works meeting"}]
WEEK = {"shifts": SHORT_WEEK | {"friday": []}}


async def test_each_change_leaves_a_version_behind(api, project):
    path = f"{project}/calendars/{await calendar(api, project, **WEEK)}"
    changes = ({}, {"exceptions": CLOSED}, {"shifts": HALF_DAYS, "hours_per_day": 4}, {"name": "Night crew"})
    states = [await api.patch(path, change) for change in changes]
    await api.patch(path, {"name": "Night crew"})  # changes nothing
    await api.patch(path, {"name": "Tried"}, params={"dry_run": "true"})
    versions = (await api.get(f"{path}/versions"))["items"]
    assert [each["version"] for each in versions] == [1, 2, 3, 4]
    for version, state in zip(versions, states, strict=True):
        assert version.pop("calendar_id") == state["id"]
        assert version == {name: state[name] for name in version}
        assert set(version) >= {"name", "shifts", "exceptions", "hours_per_day", "days_off", "revision", "updated_at"}
        answer = await api.request("GET", f"{path}/versions/{version['version']}")
        assert answer.json() == version | {"calendar_id": state["id"]}
        assert answer.headers["etag"] == f'"{state["revision"]}"'


async def test_versions_come_in_pages_and_either_order(api, project):
    path = f"{project}/calendars/{await calendar(api, project)}"
    for number in range(3):
        await api.patch(path, {"name": f"Crew {number}"})
    first = await api.get(f"{path}/versions", params={"limit": 3})
    rest = await api.get(f"{path}/versions", params={"limit": 3, "cursor": first["next"]})
    assert [each["version"] for each in first["items"] + rest["items"]] == [1, 2, 3, 4]
    assert rest["next"] is None
    last = await api.get(f"{path}/versions", params={"limit": 1, "sort": "-version"})
    assert [each["name"] for each in last["items"]] == ["Crew 2"]
    refused = await api.request("GET", f"{path}/versions", params={"sort": "name"})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "sort")


async def test_a_shared_calendar_and_what_follows_it_have_versions_each(api, project):
    shared = (await api.post("/calendars", {"name": "Company"}))["id"]
    follower = await calendar(api, project, name="As the company", shared_calendar_id=shared)
    await api.patch(f"/calendars/{shared}", {"exceptions": CLOSED})
    for path in (f"/calendars/{shared}", f"{project}/calendars/{follower}"):
        free = [[day["on"] for day in each["exceptions"]] for each in (await api.get(f"{path}/versions"))["items"]]
        assert free == [[], ["2026-03-03"]]
        assert (await api.get(f"{path}/versions/2"))["name"] == (await api.get(path))["name"]
    assert (await api.get(f"/calendars/{shared}/versions/2"))["revision"] == 2


async def test_what_is_not_there_has_no_versions(api, stranger, project):
    own = f"{project}/calendars/{await calendar(api, project)}"
    shared = f"/calendars/{(await api.post('/calendars', {'name': 'Company'}))['id']}"
    elsewhere = own.replace(project, await api.project())
    for path in (elsewhere, f"{project}/calendars/{uuid4()}", f"/calendars/{uuid4()}"):
        await api.get_missing(f"{path}/versions")
        await api.get_missing(f"{path}/versions/1")
    for path in (own, shared):
        await api.get_missing(f"{path}/versions/2")
        await stranger.get_missing(f"{path}/versions")
        await stranger.get_missing(f"{path}/versions/1")
        assert (await api.request("GET", f"{path}/versions/0")).status_code == 422
        await api.delete(path)
        await api.get_missing(f"{path}/versions")


@pytest.mark.parametrize("table", ["calendar_versions", "shared_calendar_versions"])
async def test_the_database_lets_no_version_change(api, database, project, table):
    await calendar(api, project)
    await api.post("/calendars", {"name": "Company"})
    async with database.transaction(api.organization_id) as session:
        with pytest.raises(DBAPIError):
            async with session.begin_nested():
                await session.execute(text(f"UPDATE {table} SET name = 'Never so'"))
