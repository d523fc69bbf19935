"""Once a project is baselined, what no change request asked for does not come into its next baseline."""

import pytest
from tests.project_svc.calendars import SHORT_WEEK, calendar
from tests.project_svc.control import baseline, baselined, eur, plan


async def carried_out(api, project: str, operations: list[dict[str, object]], **fields: object) -> dict[str, object]:
    """An implemented change request."""
    asked = await api.post(f"{project}/change-requests", {"title": "More", "operations": operations} | fields)
    for step in ("submit", "assess", "approve", "implement"):
        asked = await api.post(f"{project}/change-requests/{asked['id']}/{step}", {}, status=200)
    return asked


async def unrequested(api, project, request) -> set[tuple[str, str]]:
    """What keeps the plan as it is from being the next baseline."""
    draft = await api.post(f"{project}/baselines", {"name": "Next", "change_request_id": request["id"]})
    problem = await api.post(f"{project}/baselines/{draft['id']}/approve", {}, status=409)
    assert problem["type"] == "/problems/changes-unrequested"
    return {(each["record"], each["id"]) for each in problem["unrequested"]}


def longer(task: str, days: int) -> dict[str, object]:
    return {"op": "update", "record": "task", "id": task, "body": {"duration": f"P{days}D"}}


async def test_what_nobody_asked_for_keeps_a_plan_from_being_the_next_baseline(api):
    project, dig, pour = await plan(api)
    stop = (await api.post(f"{project}/deliverables", {"name": "Stop"}))["id"]
    survey = await api.task(project, "Survey", "P1D")
    first = await baselined(api, project)
    assert first["unrequested"] is None, "nobody had to ask for it"
    link = (await api.get(f"{project}/links"))["items"][0]["id"]
    done = await carried_out(api, project, [longer(dig, 6), {"op": "delete", "record": "link", "id": link}])
    await api.patch(f"{project}/tasks/{pour}", {"duration": "P9D"})
    await api.patch(f"{project}/tasks/{survey}", {"constraint": {"type": "SNET", "date": "2026-03-09"}})
    await api.patch(f"{project}/deliverables/{stop}", {"name": "Two stops"})
    line = (await api.post(f"{project}/budget/lines", {"name": "More", "amount": eur("9.00")}))["id"]
    await api.patch(project, {"scope": "Two stops."})
    found = {
        ("task", pour),
        ("task", survey),
        ("deliverable", stop),
        ("budget_line", line),
        ("project", project.rpartition("/")[2]),
    }
    assert await unrequested(api, project, done) == found
    assert (await api.get(f"{project}/baselines/{first['id']}"))["state"] == "approved"
    agreed = await carried_out(api, project, [], takes_over=[each for _, each in found])
    assert set(agreed["touched"]) == {each for _, each in found}
    second = await baseline(api, project, "Second", change_request_id=agreed["id"])
    assert (second["state"], second["unrequested"]) == ("approved", [])
    assert (await api.get(f"{project}/baselines/{first['id']}"))["state"] == "superseded"


async def test_what_is_taken_back_need_not_be_asked_for(api):
    project, dig, pour = await plan(api)
    await baselined(api, project)
    done = await carried_out(api, project, [longer(dig, 6)])
    await api.patch(f"{project}/tasks/{pour}", {"duration": "P9D"})
    assert await unrequested(api, project, done) == {("task", pour)}
    await api.patch(f"{project}/tasks/{pour}", {"duration": "P5D"})
    await baseline(api, project, "Second", change_request_id=done["id"])


async def test_what_is_made_and_removed_by_hand_is_named_too(api):
    project, dig, pour = await plan(api)
    survey = await api.task(project, "Survey", "P1D")
    await baselined(api, project)
    done = await carried_out(api, project, [longer(dig, 6)])
    added = await api.task(project, "Fence", "P1D")
    await api.delete(f"{project}/tasks/{survey}")
    link = await api.link(project, pour, added)
    assert await unrequested(api, project, done) == {("task", survey), ("task", added), ("link", link)}


async def test_progress_and_the_dates_that_follow_are_no_change_of_the_scope(api):
    """Work that began late, took longer and cost more moves dates and figures; nobody has to ask for that."""
    project, dig, pour = await plan(api)
    await baselined(api, project)
    done = await carried_out(api, project, [longer(pour, 6)])
    await api.patch(project, {"state": "executing", "data_date": "2026-03-13"})
    await api.patch(f"{project}/tasks/{dig}", {"actual_start": "2026-03-04", "actual_finish": "2026-03-12"})
    await api.patch(f"{project}/tasks/{pour}", {"actual_start": "2026-03-13", "percent_complete": 10})
    await api.patch(f"{project}/tasks/{pour}", {"remaining_duration": "P8D"})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-12", "amount": eur("700.00"), "task_id": dig})
    second = await baseline(api, project, "Second", change_request_id=done["id"])
    assert second["figures"]["finish"] > "2026-03-20"


@pytest.mark.parametrize("used", [True, False], ids=["worked-by", "unused"])
async def test_a_calendar_counts_if_work_goes_by_it(api, used):
    project, dig, pour = await plan(api)
    week = await calendar(api, project)
    if used:
        await api.patch(f"{project}/tasks/{dig}", {"calendar_id": week})
    await baselined(api, project)
    done = await carried_out(api, project, [longer(pour, 6)])
    await api.patch(f"{project}/calendars/{week}", {"exceptions": [{"on": "2026-03-03"}]})
    if used:
        assert await unrequested(api, project, done) == {("calendar", week)}
        done = await carried_out(api, project, [longer(pour, 7)], takes_over=[week])
    await baseline(api, project, "Second", change_request_id=done["id"])


@pytest.mark.parametrize("change", [{"start": "2026-03-03"}, {"success_criteria": "Dry."}], ids=["start", "criteria"])
async def test_the_project_itself_counts_by_its_start_its_scope_and_its_criteria(api, change):
    project, _, pour = await plan(api)
    await baselined(api, project)
    done = await carried_out(api, project, [longer(pour, 6)])
    await api.patch(project, change | {"sponsor": "The board", "deadline": "2026-12-31"})
    assert await unrequested(api, project, done) == {("project", project.rpartition("/")[2])}


async def test_another_calendar_of_the_project_counts_as_a_change_of_the_project(api):
    project, _, pour = await plan(api)
    week = await calendar(api, project, shifts=SHORT_WEEK)
    await baselined(api, project)
    done = await carried_out(api, project, [longer(pour, 6)])
    await api.patch(project, {"calendar_id": week})
    assert await unrequested(api, project, done) == {("project", project.rpartition("/")[2])}


async def test_a_request_is_about_two_hundred_records_at_most(api):
    project, dig, _ = await plan(api)
    ids = [dig] * 200
    body = {"title": "T", "operations": [longer(dig, 6)], "takes_over": ids}
    problem = await api.post(f"{project}/change-requests", body, status=422)
    assert [(each["pointer"], each["rule"]) for each in problem["errors"]] == [("/takes_over", "too_many")]
    asked = await api.post(f"{project}/change-requests", body | {"operations": []})
    path = f"{project}/change-requests/{asked['id']}"
    problem = await api.patch(path, {"operations": [longer(dig, 6)]}, status=422)
    assert problem["errors"][0]["rule"] == "too_many"
    assert (await api.patch(path, {"takes_over": []}))["takes_over"] == []
    problem = await api.post(f"{path}/submit", {}, status=422)
    assert problem["errors"][0]["rule"] == "nothing_proposed"
