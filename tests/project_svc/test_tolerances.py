"""Tolerances and the exceptions from them; and what a project needs for its next state."""

from uuid import UUID

import pytest
from tests.project_svc.control import baseline, baselined, eur, plan
from tests.project_svc.member import ProjectMember

from contracts.vocabulary import ProjectRole

DECISION = {"decision": "Work on Saturdays.", "decided_by": "the board"}


async def standing(api, project: str) -> dict[str, tuple]:
    told = await api.get(f"{project}/tolerances")
    return {
        each["dimension"]: (each["tolerance"], each["forecast"], each["is_exceeded"]) for each in told["dimensions"]
    }


async def test_each_dimension_is_told_beside_its_tolerance(api):
    tolerances = {"schedule": "P2D", "cost_percent": 10, "cost": eur("500.00"), "scope": 1, "quality": 0}
    project, dig, _ = await plan(api, tolerances=tolerances | {"risk": eur("20.00"), "benefits": "none"})
    assert await standing(api, project) == {
        "schedule": ("P2D", None, False),
        "cost": ("100.00 EUR", None, False),
        "scope": ("1", None, False),
        "risk": ("20.00 EUR", "0.00 EUR", False),
        "benefits": ("none", None, False),
        "quality": ("0", "0", False),
    }
    await baseline(api, project)
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P7D"})
    assert (await standing(api, project))["schedule"] == ("P2D", "P2D", False)
    figures = (await api.get(f"{project}/tolerances"))["figures"]
    assert (figures["baseline_finish"], figures["finish"], figures["finish_variance"]) == (
        "2026-03-13",
        "2026-03-17",
        "P2D",
    )


async def test_the_system_drafts_an_exception_with_the_figures_as_they_stand(api, events_of):
    project, dig, _ = await plan(api, tolerances={"schedule": "P2D"})
    await baseline(api, project)
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P7D"})
    assert (await api.get(f"{project}/exceptions"))["items"] == []
    changed = await api.patch(f"{project}/tasks/{dig}", {"duration": "P8D"})
    (raised,) = (await api.get(f"{project}/exceptions"))["items"]
    assert {name: raised[name] for name in ("dimension", "tolerance", "forecast", "state", "is_drafted")} == {
        "dimension": "schedule",
        "tolerance": "P2D",
        "forecast": "P3D",
        "state": "open",
        "is_drafted": True,
    }
    assert raised["title"] == "Schedule: P3D forecast, P2D tolerated"
    assert raised["figures"]["revision"] == changed["revision"] == raised["revision"]
    last = (await events_of(api.organization_id))[-1]
    assert (last["subject"].split(".", 4)[-1], last["revision"]) == ("exception.created", changed["revision"])
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P9D"})
    (kept,) = (await api.get(f"{project}/exceptions"))["items"]
    assert kept == raised


async def test_a_preview_drafts_nothing(api):
    project, dig, _ = await plan(api, tolerances={"schedule": "P0D"})
    await baseline(api, project)
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P8D"}, params={"dry_run": "true"})
    assert (await api.get(f"{project}/exceptions"))["items"] == []


async def test_every_dimension_is_watched(api):
    tolerances = {"cost": eur("50.00"), "scope": 0, "risk": eur("20.00"), "quality": 0}
    project, dig, _ = await plan(api, tolerances=tolerances)
    await baseline(api, project)
    await api.patch(project, {"data_date": "2026-03-06"})
    await api.task(project, "more")
    await api.post(
        f"{project}/risks",
        {"title": "Frost", "kind": "threat", "probability": 0.5, "cost_impact": eur("100.00")},
    )
    await api.patch(f"{project}/tasks/{dig}", {"percent_complete": 50})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-04", "amount": eur("400.00")})
    deliverable = await api.post(f"{project}/deliverables", {"name": "Report"})
    for state in ("delivered", "rejected"):
        await api.patch(f"{project}/deliverables/{deliverable['id']}", {"state": state})
    items = (await api.get(f"{project}/exceptions", params={"sort": "dimension"}))["items"]
    # EV 250 for AC 400: a budget of 1,000 will have cost 1,600.
    assert [(each["dimension"], each["forecast"]) for each in items] == [
        ("cost", "600.00 EUR"),
        ("quality", "1"),
        ("risk", "50.00 EUR"),
        ("scope", "1"),
    ]


async def test_an_exception_is_decided_and_closed(api):
    project, dig, _ = await plan(api, tolerances={"schedule": "P0D"})
    await baseline(api, project)
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P8D"})
    (raised,) = (await api.get(f"{project}/exceptions", params={"state": "open"}))["items"]
    path = f"{project}/exceptions/{raised['id']}"
    assert await api.get(path) == raised
    problem = await api.patch(path, {"state": "closed"}, status=409)
    assert problem["legal"] == ["decided"]
    problem = await api.patch(path, {"state": "decided"}, status=422)
    assert {error["pointer"] for error in problem["errors"]} == {"/decision", "/decided_by"}
    await api.patch(path, {"figures": {}}, status=422)
    assert (await api.patch(path, {"state": "decided"} | DECISION))["state"] == "decided"
    await api.patch(path, {"state": "closed"}, headers={"If-Match": '"1"'}, status=412)
    closed = await api.patch(path, {"state": "closed"})
    assert closed["figures"] == raised["figures"]
    assert (await api.request("DELETE", path)).status_code == 405


async def test_the_manager_says_what_could_be_done_and_somebody_above_decides(api, client):
    project, *_ = await plan(api, tolerances={"benefits": "none"})
    path = f"{project}/exceptions/{(await api.post(f'{project}/exceptions', {'dimension': 'benefits'}))['id']}"
    role = {UUID(project.rpartition("/")[2]): ProjectRole.PROJECT_MANAGER}
    manager = ProjectMember(client, api.organization_id, frozenset(), "grace", in_projects=role)
    above = ProjectMember(client, api.organization_id, frozenset({"portfolio_manager"}), "ada")
    await manager.patch(path, {"cause": "Rain", "recommendation": "A week more"})
    for change in ({"state": "decided"} | DECISION, {"decision": "None"}, {"decided_by": "grace"}):
        assert (await manager.patch(path, change, status=403))["type"] == "/problems/forbidden"
    await above.patch(path, {"state": "decided"} | DECISION)
    await manager.patch(path, {"state": "closed"}, status=403)
    assert (await above.patch(path, {"state": "closed"}))["cause"] == "Rain"


async def test_what_was_decided_on_is_not_drafted_again_unless_it_gets_worse(api):
    project, dig, _ = await plan(api, tolerances={"schedule": "P0D"})
    await baseline(api, project)
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P8D"})
    (raised,) = (await api.get(f"{project}/exceptions"))["items"]
    for change in ({"state": "decided"} | DECISION, {"state": "closed"}, {"owner": "Ada"}):
        await api.patch(f"{project}/exceptions/{raised['id']}", change)
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P7D"})
    assert len((await api.get(f"{project}/exceptions"))["items"]) == 1
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P9D"})
    (worse,) = (await api.get(f"{project}/exceptions", params={"state": "open"}))["items"]
    assert worse["forecast"] == "P4D"


async def test_people_raise_what_is_exceeded_and_what_only_they_can_judge(api, stranger, auditor):
    project, *_ = await plan(api, tolerances={"schedule": "P5D", "benefits": "at least 9 of 10 minutes saved"})
    problem = await api.post(f"{project}/exceptions", {"dimension": "schedule"}, status=409)
    assert problem["type"] == "/problems/within-tolerance"
    raised = await api.post(f"{project}/exceptions", {"dimension": "benefits", "title": "7 minutes only"})
    assert (raised["title"], raised["is_drafted"]) == ("7 minutes only", False)
    assert raised["tolerance"] == "at least 9 of 10 minutes saved"
    await stranger.get_missing(f"{project}/exceptions/{raised['id']}")
    await stranger.get_missing(f"{project}/tolerances")
    await auditor.post(f"{project}/exceptions", {"dimension": "benefits"}, status=403)
    await api.post(f"{project}/exceptions", {"dimension": "colour"}, status=422)
    assert (await api.get(f"{project}/snapshot"))["exceptions"] == [raised]


async def test_a_project_is_baselined_only_with_an_approved_baseline(api):
    project, *_ = await plan(api)
    for state in ("approved", "planning"):
        await api.patch(project, {"state": state})
    draft = await api.post(f"{project}/baselines", {"name": "B"})
    problem = await api.patch(project, {"state": "baselined"}, status=409)
    assert (problem["type"], problem["unmet"]) == ("/problems/conditions-unmet", ["approved_baseline"])
    assert (await api.get(project))["state"] == "planning"
    await api.post(f"{project}/baselines/{draft['id']}/approve", {}, status=200)
    assert (await api.patch(project, {"state": "baselined"}))["state"] == "baselined"


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_project_is_closed_only_when_all_is_accepted_and_nothing_is_open(api, accepted):
    project, *_ = await plan(api, tolerances={"benefits": "none"})
    deliverable = (await api.post(f"{project}/deliverables", {"name": "Report"}))["id"]
    exception = (await api.post(f"{project}/exceptions", {"dimension": "benefits"}))["id"]
    await baselined(api, project)
    for state in ("executing", "closing"):
        await api.patch(project, {"state": state})
    problem = await api.patch(project, {"state": "closed"}, status=409)
    assert problem["unmet"] == ["deliverables_accepted", "exceptions_closed"]
    for change in ({"state": "decided"} | DECISION, {"state": "closed"}):
        await api.patch(f"{project}/exceptions/{exception}", change)
    if accepted:
        for change in ({"state": "delivered"}, {"state": "accepted", "accepted_by": "the board"}):
            await api.patch(f"{project}/deliverables/{deliverable}", change)
    else:
        problem = await api.patch(project, {"state": "closed"}, status=409)
        assert problem["unmet"] == ["deliverables_accepted"]
        await api.delete(f"{project}/deliverables/{deliverable}")
    assert (await api.patch(project, {"state": "closed"}))["state"] == "closed"
