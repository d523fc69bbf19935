"""A write after which the plan would have no dates is refused by name, with the ids that are to blame, and nothing of it stands."""

from planning import size


async def test_a_plan_that_is_too_large(api, project, monkeypatch):
    first, second = [await api.task(project, name) for name in "AB"]
    before = await api.get(project)
    monkeypatch.setattr(size, "MOST_LINKS", 0)
    link = {"predecessor_id": first, "successor_id": second}
    refused = await api.post(f"{project}/links", link, status=409)
    assert (refused["type"], refused["detail"]) == (
        "/problems/unschedulable",
        "2 tasks and 1 links are more than a plan may have",
    )
    assert await api.get(project) == before
    assert (await api.get(f"{project}/links"))["items"] == []


async def test_dates_beyond_the_calendar_name_their_task(api, project):
    first, second = [await api.task(project, name) for name in "AB"]
    await api.post(f"{project}/links", {"predecessor_id": first, "successor_id": second})
    before = await api.get(f"{project}/schedule")
    refused = await api.patch(f"{project}/tasks/{first}", {"duration": "P99999D"}, status=409)
    assert (refused["type"], refused["task_id"]) == ("/problems/outside-calendar", first)
    assert await api.get(f"{project}/schedule") == before
