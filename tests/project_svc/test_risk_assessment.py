"""Risks scored by the project's matrix, before and after their responses, and what they threaten beyond the float."""

import pytest
from tests.project_svc.control import eur, plan


def risk(**changes: object) -> dict[str, object]:
    return {
        "title": "Rock",
        "kind": "threat",
        "probability": 0.5,
        "cost_impact": eur("60.00"),
        "days_impact": "P6D",
    } | changes


@pytest.fixture
async def planned(api):
    """A project of ten working days and 1,000 EUR with a task that has five days of float."""
    project, dig, _ = await plan(api)
    spare = await api.task(project, "spare", "P5D")
    return project, dig, spare


async def assessed(api, project):
    answer = await api.get(f"{project}/risk-assessment")
    return answer, {item["risk_id"]: item for item in answer["items"]}


async def test_a_risk_is_scored_before_and_after_its_response(api, planned):
    project, dig, _ = planned
    left = {"residual_probability": 0.05, "residual_cost_impact": eur("20.00"), "proximity": "imminent"}
    written = await api.post(f"{project}/risks", risk(task_id=dig) | left)
    assert {name: written[name] for name in left} == left
    answer, found = await assessed(api, project)
    one = found[written["id"]]
    # 60 of 1,000 EUR is above a twentieth, six days are above five: the cost decides.
    assert one["inherent"] == {"probability_level": 4, "impact_level": 4, "score": 16, "band": "high"}
    assert one["residual"] == {"probability_level": 1, "impact_level": 3, "score": 3, "band": "low"}
    assert (one["emv"], one["residual_emv"]) == (eur("-30.00"), eur("-1.00"))
    assert (answer["threats"], answer["residual_threats"], answer["budget"]) == (
        *(eur("-30.00"), eur("-1.00")),
        eur("1000.00"),
    )


async def test_only_what_exceeds_the_float_delays(api, planned):
    project, dig, spare = planned
    critical = (await api.post(f"{project}/risks", risk(task_id=dig)))["id"]
    spared = (await api.post(f"{project}/risks", risk(task_id=spare)))["id"]
    nowhere = (await api.post(f"{project}/risks", risk()))["id"]
    lucky = (await api.post(f"{project}/risks", risk(task_id=dig, kind="opportunity")))["id"]
    answer, found = await assessed(api, project)
    assert {found[each]["exposure"] for each in (nowhere, lucky)} == {"P0D"}
    assert (found[critical]["total_float"], found[critical]["exposure"]) == ("P0D", "P3D")
    assert (found[spared]["total_float"], found[spared]["exposure"]) == ("P5D", "PT4H")
    assert found[nowhere]["total_float"] is None
    assert answer["exposure"] == "P3DT4H"
    assert answer["opportunities"] == eur("30.00")


async def test_what_is_over_drops_out_and_every_cell_is_there(api, planned):
    project, _, _ = planned
    kept = (await api.post(f"{project}/risks", risk(review_on="2026-01-01")))["id"]
    gone = (await api.post(f"{project}/risks", risk()))["id"]
    await api.patch(f"{project}/risks/{gone}", {"state": "closed"})
    answer, found = await assessed(api, project)
    assert set(found) == {kept}
    assert found[kept]["is_review_due"]
    assert found[kept]["residual"] is None
    assert len(answer["cells"]) == 25
    (cell,) = [cell for cell in answer["cells"] if cell["inherent"]]
    assert (cell["probability_level"], cell["impact_level"], cell["residual"]) == (4, 4, [kept])


async def test_the_matrix_is_the_projects_own(api, planned, events_of):
    project, _, _ = planned
    written = (await api.post(f"{project}/risks", risk()))["id"]
    matrix = {
        "probability_limits": [0.5],
        "cost_limits": [0.05, 0.5],
        "delay_limits": ["P10D"],
        "medium_from": 3,
        "high_from": 6,
    }
    changed = await api.patch(project, {"risk_matrix": matrix})
    assert changed["risk_matrix"] == matrix
    higher = await api.patch(project, {"risk_matrix": {"high_from": 7, "cost_limits": None}})
    usual = (await api.get(await api.project()))["risk_matrix"]
    assert higher["risk_matrix"] == matrix | {"high_from": 7, "cost_limits": usual["cost_limits"]}
    await api.patch(project, {"risk_matrix": matrix})
    event = (await events_of(api.organization_id))[-1]
    assert event["data"]["changed"] == ["risk_matrix"]
    answer, found = await assessed(api, project)
    assert found[written]["inherent"] == {"probability_level": 2, "impact_level": 2, "score": 4, "band": "medium"}
    assert len(answer["cells"]) == 6


async def test_without_a_budget_any_cost_is_the_worst(api):
    project = await api.project()
    await api.post(f"{project}/risks", risk(days_impact="P0D"))
    await api.post(f"{project}/risks", risk(cost_impact=eur("0.00"), days_impact="P0D"))
    answer, _ = await assessed(api, project)
    assert [item["inherent"]["impact_level"] for item in answer["items"]] == [5, 1]
    await api.post(f"{project}/budget/lines", {"name": "Steel", "amount": eur("1000.00")})
    answer, _ = await assessed(api, project)
    assert [item["inherent"]["impact_level"] for item in answer["items"]] == [4, 1], (
        "with the budget, the scores follow"
    )


@pytest.mark.parametrize(
    ("matrix", "pointer", "rule"),
    [
        ({"probability_limits": [0.5, 0.3]}, "/risk_matrix/probability_limits", "limits_order"),
        ({"delay_limits": ["P5D", "P5D"]}, "/risk_matrix/delay_limits", "limits_order"),
        ({"cost_limits": []}, "/risk_matrix/cost_limits", "too_short"),
        ({"cost_limits": [0.1, 0.2, 1]}, "/risk_matrix/cost_limits/2", "number_out_of_range"),
        ({"medium_from": 12}, "/risk_matrix", "bands_order"),
    ],
)
async def test_a_matrix_that_contradicts_itself_is_refused(api, matrix, pointer, rule):
    problem = await api.patch(await api.project(), {"risk_matrix": matrix}, status=422)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        ({"residual_cost_impact": {"amount": "1", "currency": "USD"}}, "/residual_cost_impact/currency", "currency"),
        ({"residual_cost_impact": eur("-1")}, "/residual_cost_impact/amount", "amount_negative"),
        ({"residual_probability": 1.5}, "/residual_probability", "number_out_of_range"),
        ({"residual_days_impact": "-P1D"}, "/residual_days_impact", "duration_negative"),
        ({"proximity": "soon"}, "/proximity", "enum"),
    ],
)
async def test_what_is_left_of_a_risk_has_to_make_sense(api, change, pointer, rule):
    project = await api.project()
    problem = await api.post(f"{project}/risks", risk(**change), status=422)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]
    written = (await api.post(f"{project}/risks", risk()))["id"]
    problem = await api.patch(f"{project}/risks/{written}", change, status=422)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]


async def test_a_residual_figure_is_taken_back(api):
    project = await api.project()
    path = f"{project}/risks/{(await api.post(f'{project}/risks', risk(residual_cost_impact=eur('1.00'))))['id']}"
    changed = await api.patch(path, {"residual_cost_impact": None, "residual_days_impact": "P1D"})
    assert (changed["residual_cost_impact"], changed["residual_days_impact"]) == (None, "P1D")


async def test_an_assessment_is_for_those_who_see_the_project(api, stranger):
    await stranger.get_missing(f"{await api.project()}/risk-assessment")
