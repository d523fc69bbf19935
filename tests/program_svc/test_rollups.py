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


async def test_a_project_with_an_approved_baseline_is_measured_by_it(api):
    project = api.projects.project("P1", data_date="2026-03-03")
    task = api.projects.task(project, "A", 4, percent_complete=50, actual_start="2026-03-02", state="in_progress")
    api.projects.budget_line(project, "400.00", task_id=str(task))
    await api.hear()
    program = await api.program(project)
    (before,) = (await api.get(f"{program}/earned-value"))["projects"]
    assert (before["pv"]["amount"], before["baseline_id"]) == ("200.00", None)
    points = [("2026-03-02", "250.00"), ("2026-03-04", "350.00"), ("2026-03-06", "450.00")]
    baseline = api.projects.baseline(project, points, "500.00")
    api.projects.baseline(project, points, "900.00", state="draft")
    await api.hear()
    answer = await api.get(f"{program}/earned-value")
    (measured,) = answer["projects"]
    assert (measured["pv"]["amount"], measured["bac"]["amount"], measured["ev"]["amount"]) == (
        "300.00",
        "500.00",
        "200.00",
    )
    assert measured["baseline_id"] == str(baseline)
    assert "budget_changed_since_baseline" in measured["warnings"]
    assert answer["bac"]["amount"] == "500.00"
    api.projects.change(baseline, state="superseded")
    await api.hear()
    assert (await api.get(f"{program}/earned-value"))["bac"]["amount"] == "400.00"


async def test_several_currencies_are_summed_by_the_program_s_stored_rates(api):
    project_ids = [
        api.projects.project(key, currency=currency, data_date="2026-03-04")
        for key, currency in (("P1", "EUR"), ("P2", "CHF"))
    ]
    for project_id, currency in zip(project_ids, ("EUR", "CHF"), strict=True):
        api.projects.budget_line(project_id, "100.00", currency=currency)
        api.projects.actual(project_id, "10.00", currency=currency)
    await api.hear()
    program = await api.program(*project_ids)
    path = f"{program}/earned-value"
    assert (await api.get(path))["bac"]["reason"] == "mixed_currencies"
    await api.patch(program, {"currency": "EUR"})
    assert (await api.get(path))["warnings"] == ["no_exchange_rate"]
    for valid_from, rate in (("2026-03-01", 1.5), ("2026-03-01", 1.05), ("2026-03-05", 9)):
        rate_of = {"currency": "CHF", "rate": rate, "valid_from": valid_from}
        await api.post(f"{program}/exchange-rates", rate_of)
    answer = await api.get(path)
    assert (answer["bac"], answer["ac"]["amount"]) == (euros("205.00") | {"reason": None}, "20.50")
    by_key = {each["key"]: each for each in answer["projects"]}
    assert (by_key["P2"]["bac"]["currency"], by_key["P2"]["converted_by"]) == ("CHF", 1.05)
    assert by_key["P1"]["converted_by"] is None


async def test_budget_and_risks_of_several_currencies_are_summed_by_the_program_s_stored_rates(api):
    currencies = {"P1": "EUR", "P2": "CHF"}
    project_ids = [api.projects.project(key, currency=currency) for key, currency in currencies.items()]
    for project_id, currency in zip(project_ids, currencies.values(), strict=True):
        api.projects.budget_line(project_id, "100.00", currency=currency)
        api.projects.actual(project_id, "10.00", currency=currency)
        api.projects.risk(project_id, "0.5", "10.00", cost_impact={"amount": "10.00", "currency": currency})
    await api.hear()
    program = await api.program(*project_ids, currency="EUR")
    for part, total in (("budget", "bac"), ("risks", "emv")):
        answer = await api.get(f"{program}/{part}")
        assert (answer[total], answer["warnings"]) == (None, ["no_exchange_rate"])
    await api.post(f"{program}/exchange-rates", {"currency": "CHF", "rate": 2, "valid_from": "2000-01-01"})
    budget, risks = await api.get(f"{program}/budget"), await api.get(f"{program}/risks")
    assert (budget["bac"], budget["actual"], budget["warnings"]) == (euros("300.00"), euros("30.00"), [])
    assert (risks["emv"], risks["warnings"], len(risks["currencies"])) == (euros("-15.00"), [], 2)


async def test_funding_is_set_against_need_period_by_period(api):
    project = api.projects.project("P1")
    task = api.projects.task(project, "A", 30)
    api.projects.budget_line(project, "3000.00", task_id=str(task))
    api.projects.actual(project, "70.00", on="2026-04-01")
    await api.hear()
    program = await api.program(project)
    grant = {"source": "Grant", "starts_on": "2026-03-01", "ends_on": "2026-04-30", "amount": euros("3050.00")}
    await api.post(f"{program}/funding", grant)
    read = await api.get(f"{program}/funding-need")
    rows = [
        (row["ends_on"], *(row[name]["amount"] for name in ("need", "spent", "funded", "gap")))
        for row in read["periods"]
    ]
    assert rows == [
        ("2026-03-31", "2200.00", "0.00", "1550.00", "-650.00"),
        ("2026-04-30", "800.00", "70.00", "1500.00", "50.00"),
    ]
    assert read["short_from"] == "2026-03-01"
    whole = (await api.get(f"{program}/funding-need", params={"period": "year"}))["periods"]
    assert [row["gap"]["amount"] for row in whole] == ["50.00"]
    assert (await api.get(f"{await api.program()}/funding-need"))["periods"] == []


@pytest.mark.parametrize("collection", ["risks", "issues"])
async def test_the_programs_own_records_come_page_by_page_and_by_what_they_say(api, collection):
    project = api.projects.project("P1")
    api.projects.risk(project, "0.5", "10.00")
    api.projects.issue(project)
    await api.hear()
    path = f"{await api.program(project)}/{collection}"
    body = {"title": "T", "category": "supply"}
    if collection == "risks":
        body |= {"probability": 0.5, "cost_impact": {"amount": "1.00", "currency": "EUR"}}
    made = [(await api.post(path, body | {"owner": owner}))["id"] for owner in ("Ada", "Grace", "Ada")]
    shown, asked = [], {"limit": 1}
    for _ in made:
        read = await api.get(path, params=asked)
        shown += [each["id"] for each in read["own"]]
        asked["own_cursor"] = read["own_next"]
    assert (shown, read["own_next"]) == (made, None)
    for cursor in ("0" * 20, "0" * 2001):
        refused = await api.request("GET", path, params={"own_cursor": cursor})
        assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, ["/own_cursor"])
    of_ada = await api.get(path, params={"owner": "Ada", "category": "supply"})
    assert ([each["id"] for each in of_ada["own"]], of_ada["items"]) == ([made[0], made[2]], [])
    assert (await api.get(path, params={"category": "weather"}))["own"] == []
