"""Earned value through the API: the figures with known answers, and the edges."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

GOLDEN = {
    case["name"]: case
    for case in json.loads((Path(__file__).parents[1] / "golden" / "figures.json").read_text())["earned_value"]
}
CENT = Decimal("0.01")


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def amount(figure: dict) -> Decimal:
    return Decimal(figure["amount"])


async def project_like(api, case: dict[str, str], start: str = "2026-03-02") -> str:
    """A project of ten working days with the case's BAC, PV and EV after its first week, and its AC."""
    project = await api.project(start=start, data_date="2026-03-06")
    bac, pv, ev = (Decimal(case[name]) for name in ("BAC", "PV", "EV"))
    # What is planned by Friday belongs to a task that ends on Friday, the rest to one that begins on Monday.
    by_friday = await api.task(project, "by Friday", "P5D", percent_complete=float(100 * ev / pv))
    rest = await api.task(project, "next week", "P5D")
    await api.link(project, by_friday, rest)
    await api.post(f"{project}/budget/lines", {"name": "a", "amount": eur(str(pv)), "task_id": by_friday})
    await api.post(f"{project}/budget/lines", {"name": "b", "amount": eur(str(bac - pv)), "task_id": rest})
    if "AC" in case:
        await api.post(f"{project}/budget/actuals", {"on": "2026-03-04", "amount": eur(case["AC"])})
    return project


async def test_the_fence_has_the_known_figures(api):
    case = GOLDEN["fence"]
    bac, ev = Decimal(case["BAC"]), Decimal(case["EV"])
    project = await api.project(data_date="2026-03-06")
    sides = [await api.task(project, f"side {number}", "P5D") for number in range(3)]
    last = await api.task(project, "side 4", "P5D")
    await api.link(project, sides[0], last)
    for task in (*sides, last):
        await api.post(f"{project}/budget/lines", {"name": "side", "amount": eur(str(bac / 4)), "task_id": task})
    for task, percent in zip(sides, (100, 100, 50), strict=True):
        await api.patch(f"{project}/tasks/{task}", {"percent_complete": percent})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-04", "amount": eur(case["AC"])})
    figures = await api.get(f"{project}/earned-value")
    for name in ("bac", "pv", "ev", "ac", "cv", "sv"):
        assert amount(figures[name]) == Decimal(case[name.upper()]), name
    assert amount(figures["ev"]) == ev
    for name in ("typical", "atypical", "combined"):
        assert amount(figures["eac"][name]) == Decimal(case[f"EAC_{name}"]), name
    assert amount(figures["etc"]) == Decimal(case["ETC"])
    assert amount(figures["vac"]) == Decimal(case["VAC"])
    assert figures["tcpi"] == {"value": 1.25, "reason": None}
    assert figures["cpi"]["value"] == pytest.approx(2500 / 2800, abs=1e-15)
    assert figures["warnings"] == []


async def test_a_large_project_has_the_known_figures(api):
    case = GOLDEN["hundred thousand"]
    figures = await api.get(f"{await project_like(api, case)}/earned-value")
    assert figures["spi"]["value"] == float(case["SPI"])
    assert amount(figures["eac"]["typical"]).quantize(CENT) == Decimal(case["EAC_typical"])


async def test_the_data_date_decides_what_is_planned_and_spent(api):
    project = await project_like(api, GOLDEN["fence"])
    before = await api.get(f"{project}/earned-value", params={"data_date": "2026-03-03"})
    assert amount(before["pv"]) == Decimal(3000) * 2 / 5
    assert amount(before["ac"]) == 0
    assert before["data_date"] == "2026-03-03"
    after = await api.get(f"{project}/earned-value", params={"data_date": "2026-03-13"})
    assert amount(after["pv"]) == amount(after["bac"])
    assert (await api.request("GET", f"{project}/earned-value", params={"data_date": "soon"})).status_code == 422


async def test_without_a_budget_every_figure_says_so(api):
    project = await api.project(data_date="2026-03-06")
    figures = await api.get(f"{project}/earned-value")
    assert {figures[name]["reason"] for name in ("cpi", "spi", "tcpi", "spi_t")} == {"no_budget"}
    assert figures["eac"]["typical"] == {"amount": None, "currency": "EUR", "reason": "no_budget"}
    assert figures["earned_schedule"] is None


async def test_without_costs_there_is_no_cpi(api):
    case = {name: value for name, value in GOLDEN["fence"].items() if name != "AC"}
    figures = await api.get(f"{await project_like(api, case)}/earned-value")
    assert figures["cpi"] == {"value": None, "reason": "no_actuals"}
    assert figures["method"] == "atypical"
    assert figures["warnings"] == ["forecast_without_cpi"]


async def test_what_has_no_task_is_earned_as_it_is_planned(api):
    project = await api.project(data_date="2026-03-03")
    task = await api.task(project, duration="P4D")
    await api.post(f"{project}/budget/lines", {"name": "overhead", "amount": eur("400.00")})
    figures = await api.get(f"{project}/earned-value")
    assert amount(figures["pv"]) == amount(figures["ev"]) == 200
    await api.patch(f"{project}/tasks/{task}", {"actual_start": "2026-03-02", "actual_finish": "2026-03-03"})
    assert amount((await api.get(f"{project}/earned-value"))["ev"]) == 400


async def test_a_line_of_a_summary_is_earned_with_the_work_below_it(api):
    project = await api.project(data_date="2026-03-06")
    phase = await api.summary(project)
    await api.task(project, "long", "P3D", parent_id=phase, percent_complete=100)
    await api.task(project, "short", "P1D", parent_id=phase)
    await api.post(f"{project}/budget/lines", {"name": "phase", "amount": eur("400.00"), "task_id": phase})
    assert amount((await api.get(f"{project}/earned-value"))["ev"]) == 300


def earned_schedule(earned: str, elapsed: str, variance: str, hours: float = 8) -> dict[str, object]:
    return {"hours_per_day": hours, "earned": earned, "elapsed": elapsed, "variance": variance}


async def test_earned_schedule_is_told_of_any_past_date(api):
    project = await api.project(data_date="2026-03-03")
    task = await api.task(project, duration="P10D", actual_start="2026-03-02", percent_complete=5)
    await api.post(f"{project}/budget/lines", {"name": "all", "amount": eur("1000.00"), "task_id": task})
    await api.patch(project, {"data_date": "2026-03-06"})
    await api.patch(f"{project}/tasks/{task}", {"percent_complete": 65})
    for on, expected in (
        ("2026-02-27", earned_schedule("P0D", "P0D", "P0D")),
        ("2026-03-03", earned_schedule("PT4H", "P2D", "-P1DT4H")),
        ("2026-03-06", earned_schedule("P6DT4H", "P5D", "P1DT4H")),
    ):
        told = await api.get(f"{project}/earned-value", params={"data_date": on})
        assert told["earned_schedule"] == expected, on


async def test_on_several_calendars_earned_schedule_is_time_on_the_clock(api):
    project = await api.project(data_date="2026-03-03")
    crew = (await api.post(f"{project}/calendars", {"name": "Crew", "hours_per_day": 6}))["id"]
    for more in ({}, {"calendar_id": crew}):
        task = await api.task(project, duration="P5D", **more)
        await api.post(f"{project}/budget/lines", {"name": "L", "amount": eur("500.00"), "task_id": task})
    told = (await api.get(f"{project}/earned-value"))["earned_schedule"]
    assert told["hours_per_day"] == 24
    assert (told["earned"], told["elapsed"]) == ("P0D", told["variance"].removeprefix("-"))


async def test_complete_but_late_work_shows_in_spi_t_alone(api):
    project = await api.project(data_date="2026-03-20")
    task = await api.task(project, duration="P5D")
    await api.post(f"{project}/budget/lines", {"name": "all", "amount": eur("500.00"), "task_id": task})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-20", "amount": eur("500.00")})
    await api.patch(f"{project}/tasks/{task}", {"actual_start": "2026-03-02", "actual_finish": "2026-03-13"})
    figures = await api.get(f"{project}/earned-value")
    assert figures["spi"]["value"] == 1
    assert figures["spi_t"]["value"] == 0.5
    assert figures["earned_schedule"] == earned_schedule("P5D", "P10D", "-P5D")
    assert figures["warnings"] == ["complete_use_spi_t"]
    assert figures["tcpi"]["reason"] == "work_complete"


async def test_the_budget_of_a_cancelled_task_is_pointed_at(api):
    project = await api.project(data_date="2026-03-06")
    task = await api.task(project)
    await api.post(f"{project}/budget/lines", {"name": "a", "amount": eur("100.00"), "task_id": task})
    await api.patch(f"{project}/tasks/{task}", {"state": "cancelled"})
    figures = await api.get(f"{project}/earned-value")
    assert "cancelled_task_budget" in figures["warnings"]
    assert amount(figures["pv"]) == amount(figures["ev"]) == 0
