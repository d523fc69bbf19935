"""Schedule quality: fourteen checks of the dates, with what is behind each."""

from tests.project_svc.control import baseline, plan


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


async def test_an_empty_project_has_nothing_to_check(api, stranger):
    project = await api.project()
    _, found = await findings(api, project)
    assert all(finding["passed"] is None for finding in found.values())
    await stranger.get_missing(f"{project}/schedule/quality")
