"""A project whose days have six hours: what is agreed on in days, and what is told in days, are days of its calendar."""

from hashlib import sha256

import pytest
from tests.project_svc.control import baselined, plan

SIX_HOURS = {
    day: [{"from": "09:00", "to": "15:00"}] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
}


@pytest.fixture
async def short(api):
    """The path of a project of two weeks in short days, its tasks, and its approved baseline."""
    calendar = {"name": "Short", "hours_per_day": 6, "shifts": SIX_HOURS}
    project = await api.project()
    made = await api.post(f"{project}/calendars", calendar)
    await api.patch(project, {"calendar_id": made["id"]})
    dig, pour = await api.task(project, "dig", "P5D"), await api.task(project, "pour", "P5D")
    await api.link(project, dig, pour)
    approved = await baselined(api, project)
    return project, dig, pour, f"{project}/baselines/{approved['id']}"


async def test_a_tolerance_in_days_is_exceeded_by_one_more_of_them(api, short):
    project, dig, _, baseline = short
    told = await api.patch(project, {"tolerances": {"schedule": "P5D"}})
    assert told["tolerances"]["schedule"] == "P5D"
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P10D"})
    assert (await api.get(f"{project}/exceptions"))["items"] == []
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P11D"})
    (drafted,) = (await api.get(f"{project}/exceptions"))["items"]
    assert (drafted["tolerance"], drafted["forecast"]) == ("P5D", "P6D")
    assert (drafted["figures"]["hours_per_day"], drafted["figures"]["finish_variance"]) == (6, "P6D")
    assert (await api.get(f"{baseline}/comparison"))["finish"]["variance"] == "P6D"
    assert (await api.get(f"{project}/exceptions/{drafted['id']}"))["figures"] == drafted["figures"]


async def test_a_risk_reaches_a_limit_in_days(api, short):
    project, dig, _, _ = short
    risk = {
        "title": "Rain",
        "kind": "threat",
        "probability": 0.2,
        "cost_impact": {"amount": "0.00", "currency": "EUR"},
        "task_id": dig,
    }
    for days, level in (("P4D", 1), ("P5D", 2)):
        await api.post(f"{project}/risks", risk | {"title": days, "days_impact": days})
        items = (await api.get(f"{project}/risk-assessment"))["items"]
        (found,) = (each for each in items if each["title"] == days)
        assert found["inherent"]["impact_level"] == level


async def test_a_change_request_says_by_how_many_days(api, short):
    project, dig, pour, _ = short
    await api.post(
        f"{project}/risks",
        {
            "title": "Rain",
            "kind": "threat",
            "probability": 0.5,
            "cost_impact": {"amount": "0.00", "currency": "EUR"},
            "days_impact": "P4D",
            "task_id": pour,
        },
    )
    await api.patch(project, {"deadline": "2026-03-20"})
    operations = [{"op": "update", "record": "task", "id": dig, "body": {"duration": "P10D"}}]
    asked = await api.post(f"{project}/change-requests", {"title": "Deeper", "operations": operations})
    path = f"{project}/change-requests/{asked['id']}"
    await api.post(f"{path}/submit", {}, status=200)
    impact = (await api.post(f"{path}/assess", {}, status=200))["impact"]
    assert (impact["finish"]["variance"], impact["finish"]["hours_per_day"]) == ("P5D", 6)
    assert {(each["before"], each["after"]) for each in impact["risks"]} == {("P0D", "P2D")}
    assert (await api.get(path))["impact"] == impact


async def test_who_outlasts_the_work_sets_no_finish_of_a_baseline(api):
    project, dig, _ = await plan(api, tolerances={"schedule": "P2D"})
    crane = await api.task(project, "Crane", "P30D", kind="level_of_effort")
    await api.link(project, dig, crane, type="SS")
    site = await api.summary(project, "Site")
    for parent in (None, site):
        await api.patch(f"{project}/tasks/{crane}", {"parent_id": parent})
        assert (await api.get(f"{project}/schedule"))["finish"] == "2026-03-13", parent
    approved = await baselined(api, project)
    path = f"{project}/baselines/{approved['id']}"
    assert approved["figures"]["finish"] == "2026-03-13"
    still = (await api.get(f"{path}/comparison"))["finish"]
    assert (still["from"], still["to"], still["variance"]) == ("2026-03-13", "2026-03-13", "P0D")
    content = await api.request("GET", f"{path}/content")
    assert approved["content_hash"] == f"sha-256:{sha256(content.content).hexdigest()}"
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P8D"})
    (drafted,) = (await api.get(f"{project}/exceptions"))["items"]
    assert drafted["forecast"] == "P3D"
