"""Simulation of a project's finish and cost, as a job."""

import pytest
from tests.project_svc.control import eur, plan


async def simulated(api, work, project, **ask):
    """What came of a simulation: the job."""
    job = await api.post(f"{project}/schedule/simulate", {"runs": 400, "seed": 7} | ask, status=202)
    await work(api.organization_id)
    return await api.get(f"/jobs/{job['id']}")


async def test_a_plan_without_uncertainty_comes_out_as_planned(api, work):
    project, dig, pour = await plan(api, deadline="2026-03-13")
    job = await simulated(api, work, project)
    assert job["state"] == "succeeded", job["problem"]
    result = job["result"]
    assert result["finish"] == {
        **dict.fromkeys(("planned", "p50", "p80", "p90"), "2026-03-13"),
        "chance_of_planned": 1.0,
        "chance_of_deadline": 1.0,
    }
    assert result["duration"] == {
        **dict.fromkeys(("p50", "p80", "p90", "mean"), "P10D"),
        "deviation": "P0D",
    }
    assert result["cost"]["planned"] == result["cost"]["p90"] == eur("900.00")
    assert result["cost"]["chance_of_budget"] == 1.0
    assert {each["task_id"]: each["share"] for each in result["criticality"]} == {dig: 1.0, pour: 1.0}
    assert result["sensitivity"] == []


async def test_risks_and_spreads_make_the_difference_and_the_seed_the_answer(api, work):
    project, dig, pour = await plan(api)
    risk = {"title": "Rock", "kind": "threat", "probability": 0.5, "cost_impact": eur("200.00"), "days_impact": "P5D"}
    risk_id = (await api.post(f"{project}/risks", risk | {"task_id": dig}))["id"]
    closed = (await api.post(f"{project}/risks", risk))["id"]
    await api.patch(f"{project}/risks/{closed}", {"state": "closed"})
    ask = {
        "estimates": [{"task_id": pour, "optimistic": "P4D", "likely": "P5D", "pessimistic": "P9D"}],
        "cost_spread": {"optimistic": 0.9, "pessimistic": 1.5},
    }
    first = (await simulated(api, work, project, **ask))["result"]
    assert first["finish"]["p50"] < first["finish"]["p90"]
    assert (
        0.3 < first["cost"]["chance_of_budget"] < 0.45
    )  # half of the runs are struck, a quarter of the others spread too far
    assert {(each["record"], each["id"]) for each in first["sensitivity"]} == {("risk", risk_id), ("task", pour)}
    assert first["sensitivity"][0]["id"] == risk_id
    assert (await simulated(api, work, project, **ask))["result"] == first
    without = (await simulated(api, work, project, **ask, with_risks=False))["result"]
    assert without["cost"]["p90"]["amount"] < first["cost"]["p90"]["amount"]


async def test_work_that_is_done_is_no_longer_uncertain(api, work):
    project, dig, pour = await plan(api)
    await api.patch(f"{project}/tasks/{dig}", {"actual_start": "2026-03-02", "actual_finish": "2026-03-06"})
    estimate = {"task_id": dig, "optimistic": "P4D", "likely": "P5D", "pessimistic": "P9D"}
    job = await simulated(api, work, project, estimates=[estimate])
    assert job["state"] == "failed"
    assert job["problem"]["errors"][0]["pointer"] == "/estimates/0/task_id"
    spread = {"duration_spread": {"optimistic": 0.5, "pessimistic": 2}}
    assert [each["id"] for each in (await simulated(api, work, project, **spread))["result"]["sensitivity"]] == [pour]


async def test_what_was_spent_is_certain_and_only_what_is_left_varies(api, work):
    """Dig cost 600 where 400 were budgeted; a quarter of pour's 500 is done, and nothing was entered for it."""
    project, dig, pour = await plan(api)
    await api.patch(f"{project}/tasks/{dig}", {"actual_start": "2026-03-02", "actual_finish": "2026-03-06"})
    await api.patch(f"{project}/tasks/{pour}", {"actual_start": "2026-03-09", "percent_complete": 25})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-06", "amount": eur("650.00"), "task_id": dig})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-06", "amount": eur("-50.00"), "task_id": dig})
    sure = (await simulated(api, work, project))["result"]["cost"]
    assert (sure["planned"], sure["p50"], sure["p90"]) == (eur("900.00"), eur("1100.00"), eur("1100.00"))
    assert sure["chance_of_budget"] == 0.0
    spread = {"cost_spread": {"optimistic": 0.6, "pessimistic": 1.4, "shape": "triangular"}}
    varied = (await simulated(api, work, project, **spread))["result"]["cost"]
    least, most = (float(varied[name]["amount"]) for name in ("p50", "p90"))
    assert 1080 < least < 1120 < most < 600 + 125 + 375 * 1.4
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-06", "amount": eur("30.00")})
    assert (await simulated(api, work, project))["result"]["cost"]["p50"] == eur("1130.00")


async def test_a_level_of_effort_has_cost_what_was_planned_by_the_data_date(api, work):
    project = await api.project(data_date="2026-03-06")
    effort, dig = await api.task(project, "watch", kind="level_of_effort"), await api.task(project, "dig", "P10D")
    await api.link(project, dig, effort, type="SS")
    await api.link(project, dig, effort, type="FF")
    await api.post(f"{project}/budget/lines", {"name": "L", "amount": eur("1000.00"), "task_id": effort})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-06", "amount": eur("700.00"), "task_id": effort})
    assert (await simulated(api, work, project))["result"]["cost"]["p50"] == eur("1200.00")


async def test_what_costs_its_budget_to_the_cent_stays_within_it(api, work):
    project = await api.project()
    for amount in ("0.10", "0.20"):
        task = await api.task(project)
        await api.post(f"{project}/budget/lines", {"name": "L", "amount": eur(amount), "task_id": task})
    cost = (await simulated(api, work, project))["result"]["cost"]
    assert (cost["p50"], cost["chance_of_budget"]) == (eur("0.30"), 1.0)


@pytest.mark.parametrize(
    ("ask", "pointer", "rule"),
    [
        ({"runs": 0}, "/runs", "greater_than_equal"),
        ({"seed": -1}, "/seed", "greater_than_equal"),
        ({"duration_spread": {"optimistic": 1.1}}, "/duration_spread", "spread"),
        ({"cost_spread": {"pessimistic": 0.9}}, "/cost_spread", "spread"),
    ],
)
async def test_a_bad_ask_is_refused_by_name(api, ask, pointer, rule):
    project = await api.project()
    problem = await api.post(f"{project}/schedule/simulate", ask, status=422)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]


async def test_estimates_out_of_order_are_the_jobs_problem(api, work):
    project, dig, _ = await plan(api)
    estimate = {"task_id": dig, "optimistic": "P6D", "likely": "P5D", "pessimistic": "P9D"}
    job = await simulated(api, work, project, estimates=[estimate])
    assert [error["rule"] for error in job["problem"]["errors"]] == ["estimate_order"]


async def test_a_project_that_is_gone_cannot_be_simulated(api, work):
    project = await api.project()
    job = await api.post(f"{project}/schedule/simulate", {"runs": 10}, status=202)
    await api.delete(project)
    await work(api.organization_id)
    assert (await api.get(f"/jobs/{job['id']}"))["problem"]["type"] == "/problems/not-found"


async def test_a_project_without_tasks_has_an_answer_too(api, work):
    job = await simulated(api, work, await api.project())
    assert job["state"] == "succeeded", job["problem"]
    assert job["result"]["criticality"] == []
