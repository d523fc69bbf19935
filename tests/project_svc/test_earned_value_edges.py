"""The edges of earned value, each through the API: what is not defined says why, and nothing is 0 in place of it."""

import pytest
from sqlalchemy import text
from tests.project_svc.control import baseline, eur, plan


async def figures(api, *, percent: int = 0, cost: str | None = None, data_date: str = "2026-03-06") -> dict:
    """A task of ten days and 1,000 EUR, half of it planned by the first Friday: 500 EUR of planned value."""
    project = await api.project(data_date=data_date)
    task = await api.task(project, duration="P10D", percent_complete=percent)
    await api.post(f"{project}/budget/lines", {"name": "L", "amount": eur("1000.00"), "task_id": task})
    if cost is not None:
        await api.post(f"{project}/budget/actuals", {"on": "2026-03-02", "amount": eur(cost)})
    return await api.get(f"{project}/earned-value")


def undefined(reason: str) -> dict[str, object]:
    return {"value": None, "reason": reason}


async def test_nothing_spent_and_nothing_earned_forecasts_the_plan(api):
    told = await figures(api)
    assert told["cpi"] == undefined("no_actuals")
    assert (told["method"], told["eac"]["typical"]["amount"]) == ("plan", "1000.00")
    assert told["tcpi"] == {"value": 1, "reason": None}
    assert (told["etc"]["amount"], told["vac"]["amount"]) == ("1000.00", "0.00")


async def test_nothing_spent_and_something_earned_forecasts_the_rest_as_planned(api):
    told = await figures(api, percent=25)
    assert told["cpi"] == undefined("no_actuals")
    assert (told["method"], told["eac"]["atypical"]["amount"]) == ("atypical", "750.00")
    assert told["warnings"] == ["forecast_without_cpi"]


async def test_spent_without_earning_anything_has_no_typical_forecast(api):
    told = await figures(api, cost="200.00")
    assert told["cpi"] == {"value": 0, "reason": None}
    assert told["eac"]["typical"] == {"amount": None, "currency": "EUR", "reason": "cpi_zero"}
    assert told["eac"]["combined"]["amount"] is None
    assert told["eac"]["atypical"]["amount"] == "1200.00"


async def test_before_anything_is_planned_there_is_no_spi(api):
    told = await figures(api, data_date="2026-02-27")
    assert told["pv"]["amount"] == "0.00"
    assert told["spi"] == undefined("no_plan_yet")


@pytest.mark.parametrize("cost", ["1000.00", "1300.00"])
async def test_a_budget_that_is_spent_leaves_no_performance_to_reach(api, cost):
    told = await figures(api, percent=50, cost=cost)
    assert told["tcpi"] == undefined("budget_exhausted")


async def test_costs_below_zero_say_nothing_about_performance(api):
    told = await figures(api, percent=50, cost="-10.00")
    assert told["ac"]["amount"] == "-10.00"
    assert told["cpi"] == undefined("non_positive_actuals")


async def test_every_figure_of_a_past_date_is_that_dates_own(api):
    project = await api.project(data_date="2026-03-03")
    task = await api.task(project, duration="P10D", actual_start="2026-03-02", percent_complete=10)
    await api.post(f"{project}/budget/lines", {"name": "L", "amount": eur("1000.00"), "task_id": task})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-03", "amount": eur("120.00")})
    await api.patch(project, {"data_date": "2026-03-06"})
    await api.patch(f"{project}/tasks/{task}", {"percent_complete": 40})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-05", "amount": eur("280.00")})

    async def told(on: str) -> tuple[str, str, str]:
        shown = await api.get(f"{project}/earned-value", params={"data_date": on})
        return shown["pv"]["amount"], shown["ev"]["amount"], shown["ac"]["amount"]

    assert await told("2026-03-03") == ("200.00", "100.00", "120.00")
    assert await told("2026-03-04") == ("300.00", "200.00", "120.00")
    assert await told("2026-03-06") == ("500.00", "400.00", "400.00")
    past = await api.get(f"{project}/earned-value", params={"data_date": "2026-03-03"})
    assert past["spi_t"] == {"value": 0.5, "reason": None}


async def test_a_past_date_is_measured_by_the_baseline_of_its_time(api, database):
    project, dig, _ = await plan(api, data_date="2026-03-06")
    await api.patch(f"{project}/tasks/{dig}", {"percent_complete": 50})
    approved = {}
    for name, moment in (("first", "2026-03-04T23:59:59Z"), ("second", "2026-03-11T00:00:00Z"), ("third", None)):
        if approved:
            await api.post(f"{project}/budget/lines", {"name": name, "amount": eur("100.00"), "task_id": dig})
        approved[name] = (await baseline(api, project, name))["id"]
        if name == "first":
            told = await api.get(f"{project}/earned-value", params={"data_date": "2026-03-05"})
        if moment is not None:
            await approved_at(database, api, approved[name], moment)
    await api.patch(project, {"data_date": "2026-03-31"})

    async def by(on: str) -> tuple[str, str]:
        shown = await api.get(f"{project}/earned-value", params={"data_date": on} if on else {})
        return next(name for name, each in approved.items() if each == shown["baseline_id"]), shown["bac"]["amount"]

    for on in ("2026-03-02", "2026-03-04", "2026-03-10"):
        assert await by(on) == ("first", "1000.00"), on
    for on in ("2026-03-11", "2026-03-30"):
        assert await by(on) == ("second", "1100.00"), on
    for on in ("2026-03-31", "", "2026-06-01"):
        assert await by(on) == ("third", "1200.00"), on
    again = await api.get(f"{project}/earned-value", params={"data_date": "2026-03-05"})
    assert again | {"revision": 0} == told | {"revision": 0}


async def approved_at(database, api, baseline_id: str, moment: str) -> None:
    """Let a baseline have been approved at another time."""
    change = text("UPDATE baselines SET approved_at = CAST(:moment AS text)::timestamptz WHERE id = :id")
    async with database.transaction(api.organization_id) as session:
        await session.execute(change, {"moment": moment, "id": baseline_id})
        session.expire_all()
