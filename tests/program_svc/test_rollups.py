"""Money, risks and earned value of a program: sums of its projects, never means."""

from decimal import Decimal

import pytest

pytestmark = pytest.mark.slow


def euros(amount):
    return {"amount": amount, "currency": "EUR"}


def tell_figures(api, key, case):
    """A project whose figures at 2026-03-06 are the golden ones: a finished part, a planned part, and the rest."""
    project_id = api.projects.project(key, data_date="2026-03-06")
    pv, ev, bac = (Decimal(case[name]) for name in ("PV", "EV", "BAC"))
    for name, days, amount, percent in (("done", 5, ev, 100), ("due", 5, pv - ev, 0), ("rest", 1, bac - pv, 0)):
        constraint = {"type": "SNET", "date": "2026-03-09"} if name == "rest" else None
        dates = {"actual_start": "2026-03-02", "actual_finish": "2026-03-06"} if percent else {}
        started = {"percent_complete": percent, "state": "complete", **dates} if percent else {}
        if name == "due":
            started = {"actual_start": "2026-03-02", "state": "in_progress", "remaining_duration": "P0D"}
        task_id = api.projects.task(project_id, name, days, constraint=constraint, **started)
        api.projects.budget_line(project_id, f"{amount:.2f}", task_id=str(task_id))
    api.projects.actual(project_id, f"{Decimal(case['AC']):.2f}", on="2026-03-05")
    return project_id


async def test_earned_value_is_summed_and_then_divided(api, figures):
    by_name = {case["name"]: case for case in figures["earned_value"]}
    golden = figures["program_roll_up"]
    project_ids = [tell_figures(api, f"P{number}", by_name[name]) for number, name in enumerate(golden["of"])]
    await api.hear()
    answer = await api.get(f"{await api.program(*project_ids)}/earned-value")
    for name in ("PV", "EV", "AC", "BAC"):
        assert Decimal(answer[name.lower()]["amount"]) == Decimal(golden[name]), name
    assert (round(answer["cpi"]["value"], 4), round(answer["spi"]["value"], 4)) == (
        float(golden["CPI"]),
        float(golden["SPI"]),
    )
    assert answer["warnings"] == []
    fence = answer["projects"][0] if answer["projects"][0]["key"] == "P0" else answer["projects"][1]
    assert (fence["eac"]["typical"]["amount"], fence["eac"]["combined"]["amount"]) == ("4480.00", "4816.00")


async def test_different_data_dates_are_warned_of_and_listed(api):
    project_ids = [api.projects.project(f"P{day}", data_date=f"2026-03-0{day}") for day in (3, 4)]
    for project_id in project_ids:
        api.projects.budget_line(project_id, "100.00")
    await api.hear()
    program = await api.program(*project_ids)
    answer = await api.get(f"{program}/earned-value")
    assert "mixed_data_dates" in answer["warnings"]
    assert sorted(project["data_date"] for project in answer["projects"]) == ["2026-03-03", "2026-03-04"]
    assert (
        "mixed_data_dates"
        not in (await api.get(f"{program}/earned-value", params={"data_date": "2026-03-05"}))["warnings"]
    )


async def test_currencies_stand_beside_each_other_and_are_never_added(api):
    first, second = api.projects.project("P1"), api.projects.project("P2", currency="USD")
    api.projects.budget_line(first, "100.10")
    api.projects.budget_line(first, "50.05", contingency=True)
    api.projects.actual(first, "30.00")
    api.projects.actual_v2(first, "-10.00")
    await api.hear()
    program = await api.program(first, second)
    one = await api.get(f"{program}/budget")
    assert (one["bac"], one["contingency"], one["actual"], one["remaining"]) == (
        euros("150.15"),
        euros("50.05"),
        euros("20.00"),
        euros("130.15"),
    )
    api.projects.budget_line(second, "7.00", "USD")
    await api.hear()
    mixed = await api.get(f"{program}/budget")
    assert (mixed["bac"], mixed["warnings"]) == (None, ["mixed_currencies"])
    assert [each["bac"] for each in mixed["currencies"]] == [euros("150.15"), {"amount": "7.00", "currency": "USD"}]
    assert [(each["key"], len(each["sums"])) for each in mixed["projects"]] == [("P1", 1), ("P2", 1)]
    value = await api.get(f"{program}/earned-value")
    assert (value["bac"]["reason"], value["cpi"]) == ("mixed_currencies", {"value": None, "reason": "mixed_currencies"})


async def test_without_projects_every_figure_says_that_there_is_no_budget(api):
    program = await api.program()
    value = await api.get(f"{program}/earned-value")
    assert (value["bac"]["amount"], value["cpi"]["reason"], value["warnings"]) == (None, "no_budget", [])
    assert (await api.get(f"{program}/budget"))["bac"] is None
    assert (await api.get(f"{program}/risks"))["emv"] is None


async def test_expected_monetary_value_is_summed_over_open_risks(api, figures):
    golden = figures["expected_monetary_value"]
    first, second = api.projects.project("P1"), api.projects.project("P2")
    risk_ids = [
        api.projects.risk(first if number % 2 else second, probability, impact)
        for number, (probability, impact) in enumerate(golden["risks"])
    ]
    await api.hear()
    program = await api.program(first, second)
    before = await api.get(f"{program}/risks")
    assert Decimal(before["emv"]["amount"]) == -Decimal(golden["total"])
    assert sorted(Decimal(item["emv"]["amount"]) for item in before["items"]) == sorted(
        -Decimal(emv) for emv in golden["EMV"]
    )
    api.projects.change(risk_ids[3], state="closed", emv=euros("0.00"))
    await api.hear()
    after = await api.get(f"{program}/risks")
    assert Decimal(after["emv"]["amount"]) == -Decimal(golden["after_closing_the_fourth"])
    assert (after["currencies"][0]["open"], len(after["items"])) == (5, 6)


@pytest.mark.parametrize(
    ("filters", "titles"), [({}, "abc"), ({"kind": "opportunity"}, "c"), ({"is_open": "false"}, "b")]
)
async def test_risks_are_filtered_sorted_and_paged(api, filters, titles):
    project_id = api.projects.project()
    api.projects.risk(project_id, "0.5", "30", title="a")
    api.projects.risk(project_id, "0.5", "20", title="b", state="occurred", emv=euros("0.00"))
    api.projects.risk(project_id, "0.5", "20", title="c", kind="opportunity")
    await api.hear()
    path = f"{await api.program(project_id)}/risks"
    found, cursor = [], None
    while True:
        page = await api.get(path, params={"limit": 1, **filters} | ({"cursor": cursor} if cursor else {}))
        found += [item["title"] for item in page["items"]]
        assert page["emv"] == euros("-5.00")
        cursor = page["next"]
        if cursor is None:
            break
    assert "".join(found) == titles
