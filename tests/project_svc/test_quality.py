"""Schedule quality: fourteen checks of the dates, with what is behind each."""

from tests.project_svc.calendars import calendar
from tests.project_svc.control import baseline, eur, plan


async def findings(api, project):
    answer = await api.get(f"{project}/schedule/quality")
    return answer, {finding["check"]: finding for finding in answer["findings"]}


async def test_every_check_has_a_figure_or_says_why_not(api):
    project, dig, pour = await plan(api)
    answer, found = await findings(api, project)
    assert len(found) == 14
    assert answer["baseline_id"] is None
    assert found["logic"]["ids"] == [dig, pour]
    assert (found["logic"]["value"]["value"], found["logic"]["passed"]) == (1.0, False)
    assert found["resources"]["ids"] == []
    assert found["link_types"] == {
        "check": "link_types",
        "value": {"value": 1.0, "reason": None},
        "limit": 0.9,
        "passed": True,
        "checked": 1,
        "ids": [],
    }
    assert (found["bei"]["value"], found["bei"]["passed"]) == ({"value": None, "reason": "no_baseline"}, None)


async def test_leads_are_found_and_work_is_measured_by_the_baseline(api):
    project, dig, pour = await plan(api)
    lead = await api.link(project, dig, pour, type="FF", lag="-P1D")
    approved = await baseline(api, project)
    await api.patch(project, {"data_date": "2026-03-06"})
    answer, found = await findings(api, project)
    assert answer["baseline_id"] == approved["id"]
    assert found["leads"]["ids"] == [lead]
    assert found["missed_tasks"]["ids"] == [dig]
    assert found["bei"]["value"] == {"value": 0.0, "reason": None}


async def test_work_is_resourced_by_an_assignment_as_well_as_by_a_budget_line(api):
    project = await api.project()
    alone, staffed, paid = [await api.task(project, name, "P5D") for name in ("alone", "staffed", "paid")]
    _, found = await findings(api, project)
    assert found["resources"]["ids"] == [alone, staffed, paid]
    gang = (await api.post(f"{project}/resources", {"name": "Gang"}))["id"]
    await api.post(f"{project}/assignments", {"task_id": staffed, "resource_id": gang})
    await api.post(f"{project}/budget/lines", {"name": "L", "amount": eur("400.00"), "task_id": paid})
    _, found = await findings(api, project)
    assert found["resources"]["ids"] == [alone]
    assert (found["resources"]["checked"], found["resources"]["value"]["value"]) == (3, 1 / 3)


async def test_who_is_assigned_to_days_without_them_is_named(api, project):
    task, done = await api.task(project, "A", "P5D"), await api.task(project, "B", "P5D")
    away = await calendar(api, project, exceptions=[{"on": "2026-03-03", "to": "2026-03-04", "name": "Holiday"}])
    ada = (await api.post(f"{project}/resources", {"name": "Ada", "calendar_id": away}))["id"]
    bob = (await api.post(f"{project}/resources", {"name": "Bob"}))["id"]
    made = [
        (await api.post(f"{project}/assignments", {"task_id": on, "resource_id": who}))["id"]
        for on, who in ((task, ada), (task, bob), (done, ada))
    ]
    await api.patch(f"{project}/tasks/{done}", {"actual_start": "2026-03-02", "actual_finish": "2026-03-06"})
    named = {"assignment_id": made[0], "task_id": task, "resource_id": ada}
    answer, found = await findings(api, project)
    assert (answer["absences"], len(found)) == ([named | {"away": "P2D"}], 14)
    await api.patch(f"{project}/tasks/{task}", {"actual_start": "2026-03-02"})
    await api.patch(project, {"data_date": "2026-03-03"})
    answer, _ = await findings(api, project)
    assert answer["absences"] == [named | {"away": "P1D"}]  # Tuesday is over
    await api.patch(f"{project}/tasks/{task}", {"calendar_id": away})
    answer, _ = await findings(api, project)
    assert answer["absences"] == []


async def test_an_empty_project_has_nothing_to_check(api, stranger):
    project = await api.project()
    _, found = await findings(api, project)
    assert all(finding["passed"] is None for finding in found.values())
    await stranger.get_missing(f"{project}/schedule/quality")
