"""Budget lines and actuals: planned, entered, summed up."""

import pytest


@pytest.fixture
async def project(api) -> str:
    return await api.project()


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def test_a_line_is_planned_changed_and_removed(api, project):
    task = await api.task(project)
    body = {"name": "Rails", "amount": eur("1234.50"), "task_id": task, "contingency": False}
    line = await api.post(f"{project}/budget/lines", body)
    assert {name: line[name] for name in body} == body
    path = f"{project}/budget/lines/{line['id']}"
    assert await api.get(path) == line
    changed = await api.patch(path, {"amount": eur("1500.00"), "task_id": None})
    assert (changed["amount"], changed["task_id"]) == (eur("1500.00"), None)
    await api.delete(path, status=412, headers={"If-Match": f'"{line["revision"]}"'})
    await api.delete(path, headers={"If-Match": f'"{changed["revision"]}"'})
    await api.get_missing(path)


@pytest.mark.parametrize(
    ("amount", "pointer", "rule"),
    [
        ({"amount": 12.5, "currency": "EUR"}, "/amount/amount", "decimal_string"),
        ({"amount": "12,50", "currency": "EUR"}, "/amount/amount", "decimal_string"),
        ({"amount": "1.23456", "currency": "EUR"}, "/amount/amount", "decimal_string"),
        ({"amount": "12.50"}, "/amount/currency", "missing"),
        ({"amount": "12.50", "currency": "CHF"}, "/amount/currency", "currency"),
        ({"amount": "-1.00", "currency": "EUR"}, "/amount/amount", "amount_negative"),
    ],
)
async def test_a_bad_amount_is_refused_by_name(api, project, amount, pointer, rule):
    problem = await api.post(f"{project}/budget/lines", {"name": "Rails", "amount": amount}, status=422)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]


async def test_a_cost_stays_as_it_was_entered_and_is_corrected_by_another(api, project):
    cost = await api.post(f"{project}/budget/actuals", {"on": "2026-03-05", "amount": eur("80.00"), "source": "I-17"})
    path = f"{project}/budget/actuals/{cost['id']}"
    assert await api.get(path) == cost
    for method in ("PATCH", "DELETE"):
        answer = await api.request(method, path, json={})
        assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-06", "amount": eur("-30.00"), "source": "I-17"})
    assert (await api.get(f"{project}/budget"))["actual_cost"] == eur("50.00")


async def test_a_cost_for_a_task_of_another_project_is_refused(api, project):
    elsewhere = await api.task(await api.project())
    body = {"on": "2026-03-05", "amount": eur("1"), "task_id": elsewhere}
    assert (await api.post(f"{project}/budget/actuals", body, status=409))["type"] == "/problems/other-project"


async def test_a_line_does_not_move_to_a_task_of_another_project(api, project):
    # Together with an amount it was a 500: the sum's query wrote the line before its task had been looked at.
    line = await api.post(f"{project}/budget/lines", {"name": "Rails", "amount": eur("1")})
    path, elsewhere = f"{project}/budget/lines/{line['id']}", await api.task(await api.project())
    for change in ({"task_id": elsewhere}, {"task_id": elsewhere, "name": "Ties", "amount": eur("2")}):
        assert (await api.patch(path, change, status=409))["type"] == "/problems/other-project"
    assert await api.get(path) == line


async def test_the_budget_is_summed_up(api, project):
    await api.post(f"{project}/budget/lines", {"name": "Rails", "amount": eur("1000.10")})
    await api.post(f"{project}/budget/lines", {"name": "Risk", "amount": eur("200.00"), "contingency": True})
    await api.post(f"{project}/budget/actuals", {"on": "2026-03-05", "amount": eur("300.00")})
    budget = await api.get(f"{project}/budget")
    assert budget["bac"] == eur("1200.10")
    assert budget["contingency"] == eur("200.00")
    assert budget["remaining"] == eur("900.10")
    assert (budget["lines"], budget["actuals"]) == (2, 1)


async def test_amounts_that_no_figure_could_hold_are_refused(api, project):
    body = {"name": "Rails", "amount": eur("99999999999999999.00")}
    line = await api.post(f"{project}/budget/lines", body)
    problem = await api.post(f"{project}/budget/lines", body, status=409)
    assert problem["type"] == "/problems/budget-too-large"
    await api.patch(f"{project}/budget/lines/{line['id']}", {"amount": eur("1.00")})
    await api.post(f"{project}/budget/lines", body, status=409)


async def test_costs_are_listed_by_day_and_filtered(api, project):
    for day in ("2026-03-06", "2026-03-04", "2026-03-05"):
        await api.post(f"{project}/budget/actuals", {"on": day, "amount": eur("1.00")})
    page = await api.get(f"{project}/budget/actuals", params={"limit": 2})
    following = await api.get(f"{project}/budget/actuals", params={"limit": 2, "cursor": page["next"]})
    days = [item["on"] for item in page["items"] + following["items"]]
    assert days == ["2026-03-04", "2026-03-05", "2026-03-06"]
    page = await api.get(f"{project}/budget/actuals", params={"since": "2026-03-05", "until": "2026-03-05"})
    assert [item["on"] for item in page["items"]] == ["2026-03-05"]


async def test_lines_are_sorted_by_amount(api, project):
    for amount in ("9.00", "10.00", "2.50"):
        await api.post(f"{project}/budget/lines", {"name": "Rails", "amount": eur(amount)})
    pages, cursor = [], None
    for _ in range(3):
        query = {"sort": "-amount", "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = await api.get(f"{project}/budget/lines", params=query)
        pages.append(page["items"][0]["amount"]["amount"])
        cursor = page["next"]
    assert pages == ["10.00", "9.00", "2.50"]
    assert cursor is None


async def test_lines_are_summed_and_found_by_type_and_period(api, project):
    hours = {"quantity": 10, "rate": {"amount": "50.00", "currency": "EUR"}}
    sent = (
        ({"name": "Crew"} | hours, "labour"),
        ({"name": "Crane", "type": "equipment"} | hours, "equipment"),
        ({"name": "Steel", "amount": {"amount": "70.00", "currency": "EUR"}}, "other"),
    )
    lines = {}
    for body, kind in sent:
        line = lines[body["name"]] = await api.post(f"{project}/budget/lines", body)
        assert line["type"] == kind
    steel = f"{project}/budget/lines/{lines['Steel']['id']}"
    period = {"starts_on": "2026-04-01", "ends_on": "2026-04-30"}
    assert (await api.patch(steel, {"type": "material"} | period))["type"] == "material"
    told = (await api.get(f"{project}/budget"))["by_type"]
    assert [(each["type"], each["amount"]["amount"], each["lines"]) for each in told] == [
        ("equipment", "500.00", 1),
        ("labour", "500.00", 1),
        ("material", "70.00", 1),
    ]
    for query, names in (
        ({"type": "labour"}, ["Crew"]),
        ({"since": "2026-04-30"}, ["Steel"]),
        ({"since": "2026-05-01"}, []),
        ({"since": "2026-03-01", "until": "2026-04-01"}, ["Steel"]),
        ({"until": "2026-03-31"}, []),
    ):
        found = await api.get(f"{project}/budget/lines", params=query)
        assert [each["name"] for each in found["items"]] == names, query
    await api.post(f"{project}/budget/lines", sent[2][0] | {"type": "bribes"}, status=422)
