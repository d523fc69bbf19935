"""Risks: their expected monetary value, states and rules."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "figures.json").read_text())["expected_monetary_value"]


@pytest.fixture
async def project(api) -> str:
    return await api.project()


def risk(**changes: object) -> dict[str, object]:
    return {
        "title": "Unexploded ordnance",
        "kind": "threat",
        "probability": 0.3,
        "cost_impact": {"amount": "30000.00", "currency": "EUR"},
        "days_impact": "P5D",
        "response": "mitigate",
    } | changes


async def test_a_risk_is_written_down_and_read_back(api, project):
    written = await api.post(f"{project}/risks", risk())
    assert {name: written[name] for name in risk()} == risk()
    assert written["state"] == "identified"
    assert written["emv"] == {"amount": "-9000.00", "currency": "EUR"}
    assert await api.get(f"{project}/risks/{written['id']}") == written


async def test_the_expected_values_are_the_known_answers(api, project):
    paths, values = [], []
    for probability, impact in GOLDEN["risks"]:
        body = risk(
            kind="opportunity",
            response="exploit",
            probability=float(probability),
            cost_impact={"amount": impact, "currency": "EUR"},
        )
        written = await api.post(f"{project}/risks", body)
        paths.append(f"{project}/risks/{written['id']}")
        values.append(Decimal(written["emv"]["amount"]))
    assert values == [Decimal(value) for value in GOLDEN["EMV"]]
    assert sum(values) == Decimal(GOLDEN["total"])
    closed = await api.patch(paths[3], {"state": "closed"})
    assert Decimal(closed["emv"]["amount"]) == 0
    items = (await api.get(f"{project}/risks"))["items"]
    assert sum(Decimal(item["emv"]["amount"]) for item in items) == Decimal(GOLDEN["after_closing_the_fourth"])


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        ({"probability": 0}, "/probability", "number_out_of_range"),
        ({"probability": 1}, "/probability", "number_out_of_range"),
        ({"probability": "0.3"}, "/probability", "number"),
        ({"days_impact": "-P5D"}, "/days_impact", "duration_negative"),
        ({"cost_impact": {"amount": "-1", "currency": "EUR"}}, "/cost_impact/amount", "amount_negative"),
        ({"cost_impact": {"amount": "1", "currency": "USD"}}, "/cost_impact/currency", "currency"),
        ({"response": "exploit"}, "/response", "response_for_kind"),
        ({"response": "panic"}, "/response", "enum"),
        ({"kind": "issue"}, "/kind", "enum"),
        ({"title": " "}, "/title", "not_blank"),
        ({"state": "closed"}, "/state", "extra_forbidden"),
    ],
)
async def test_a_bad_value_is_refused_by_name(api, project, change, pointer, rule):
    problem = await api.post(f"{project}/risks", risk(**change), status=422)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]


async def test_a_risk_goes_its_way_and_ends(api, project):
    path = f"{project}/risks/{(await api.post(f'{project}/risks', risk()))['id']}"
    problem = await api.patch(path, {"state": "monitoring"}, status=409)
    assert problem["legal"] == ["assessed", "closed", "occurred"]
    await api.patch(path, {"state": "assessed", "response": None, "owner": ""})
    problem = await api.patch(path, {"state": "response_planned"}, status=422)
    assert [error["rule"] for error in problem["errors"]] == ["response_missing", "owner_missing"]
    await api.patch(path, {"state": "response_planned", "response": "mitigate", "owner": "grace"})
    problem = await api.patch(path, {"state": "monitoring"}, status=422)
    assert problem["errors"][0]["rule"] == "actions_missing"
    action = {"title": "Pump", "risk_id": path.rpartition("/")[2]}
    problem = await api.post(f"{project}/actions", action, status=422)
    assert [error["rule"] for error in problem["errors"]] == ["owner_missing", "day_missing"]
    await api.post(f"{project}/actions", action | {"owner": "grace", "due_on": "2026-03-05"})
    await api.patch(path, {"state": "monitoring"})
    problem = await api.patch(path, {"owner": ""}, status=422)
    assert problem["errors"][0]["pointer"] == "/owner"
    problem = await api.patch(path, {"probability": 1}, status=422)
    assert problem["errors"][0]["rule"] == "open_probability"
    occurred = await api.patch(path, {"state": "occurred", "probability": 1})
    assert occurred["emv"]["amount"] == "0.00"
    await api.patch(path, {"state": "monitoring"}, status=409)


async def test_a_risk_that_is_accepted_asks_for_no_action(api, project):
    path = f"{project}/risks/{(await api.post(f'{project}/risks', risk()))['id']}"
    for state in ("assessed", "response_planned", "monitoring"):
        await api.patch(path, {"state": state, "response": "accept", "owner": "grace"})


async def test_a_risk_threatens_a_task_of_its_project(api, project):
    task = await api.task(project)
    await api.post(f"{project}/risks", risk(task_id=task))
    found = await api.get(f"{project}/risks", params={"task_id": task, "kind": "threat", "escalated": "false"})
    assert len(found["items"]) == 1
    elsewhere = await api.task(await api.project())
    await api.post(f"{project}/risks", risk(task_id=elsewhere), status=409)


async def test_a_stale_change_is_refused_and_a_risk_is_deleted(api, project):
    path = f"{project}/risks/{(await api.post(f'{project}/risks', risk()))['id']}"
    await api.patch(path, {"title": "Old bomb"}, headers={"If-Match": '"2"'})
    await api.patch(path, {"title": "Older"}, status=412, headers={"If-Match": '"2"'})
    await api.delete(path, headers={"If-Match": '"3"'})
    await api.get_missing(path)
