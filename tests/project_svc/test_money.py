"""What is planned, promised and paid: labour, periods, reserves, other currencies, corrections."""

from decimal import Decimal

import pytest


@pytest.fixture
async def project(api) -> str:
    return await api.project()


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


async def line(api, project, **fields) -> dict:
    return await api.post(f"{project}/budget/lines", {"name": "L"} | fields)


async def test_labour_is_hours_times_their_rate(api, project):
    labour = await line(api, project, quantity=120.5, rate=eur("80.00"))
    assert (labour["amount"], labour["quantity"], labour["rate"]) == (eur("9640.00"), 120.5, eur("80.00"))
    path = f"{project}/budget/lines/{labour['id']}"
    dearer = await api.patch(path, {"rate": eur("82.00")})
    assert dearer["amount"] == eur("9881.00")
    assert (await api.patch(path, {"quantity": 100}))["amount"] == eur("8200.00")
    plain = await api.patch(path, {"amount": eur("8000.00")})
    assert (plain["amount"], plain["quantity"], plain["rate"]) == (eur("8000.00"), None, None)
    assert (await api.get(f"{project}/budget"))["bac"] == eur("8000.00")


async def test_a_plain_amount_becomes_labour_with_both_its_hours_and_its_rate(api, project):
    plain = await line(api, project, amount=eur("100.00"))
    path = f"{project}/budget/lines/{plain['id']}"
    problem = await api.patch(path, {"quantity": 3}, status=422)
    assert problem["errors"][0]["pointer"] == "/rate"
    assert (await api.patch(path, {"quantity": 3, "rate": eur("50.00")}))["amount"] == eur("150.00")


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({}, "/amount", "amount_or_labour"),
        ({"amount": eur("1"), "quantity": 1, "rate": eur("1")}, "/amount", "amount_or_labour"),
        ({"quantity": 1}, "/rate", "missing"),
        ({"rate": eur("1")}, "/quantity", "missing"),
        ({"quantity": 1, "rate": usd("1")}, "/rate/currency", "currency"),
        ({"quantity": 1, "rate": eur("-1")}, "/rate/amount", "amount_negative"),
        ({"quantity": 1_000_000_000, "rate": eur("99999999999999999")}, "/quantity", "amount_out_of_range"),
        ({"amount": eur("1"), "starts_on": "2026-03-02"}, "/ends_on", "missing"),
        ({"amount": eur("1"), "ends_on": "2026-03-02"}, "/starts_on", "missing"),
        (
            {"amount": eur("1"), "starts_on": "2026-03-03", "ends_on": "2026-03-02"},
            "/ends_on",
            "ends_before_it_begins",
        ),
    ],
)
async def test_a_line_that_does_not_add_up_is_refused_by_name(api, project, body, pointer, rule):
    problem = await api.post(f"{project}/budget/lines", {"name": "L"} | body, status=422)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]
    assert (await api.get(f"{project}/budget"))["lines"] == 0


async def test_a_line_is_planned_in_its_own_period(api, project):
    task = await api.task(project, duration="P10D")
    period = {"starts_on": "2026-03-04", "ends_on": "2026-03-05"}
    await line(api, project, amount=eur("1000.00"), task_id=task, **period)
    await line(api, project, amount=eur("200.00"), **period)

    async def planned(on: str) -> str:
        return (await api.get(f"{project}/earned-value", params={"data_date": on}))["pv"]["amount"]

    before = [await planned(day) for day in ("2026-03-03", "2026-03-04", "2026-03-05")]
    assert before == ["0.00", "600.00", "1200.00"]
    drafted = await api.post(f"{project}/baselines", {"name": "B"})
    curve = {point["on"]: point["amount"]["amount"] for point in drafted["planned_value"]}
    assert (curve["2026-03-04"], curve["2026-03-05"]) == ("600.00", "1200.00")
    await api.post(f"{project}/baselines/{drafted['id']}/approve", {}, status=200)
    assert [await planned(day) for day in ("2026-03-03", "2026-03-04", "2026-03-05")] == before
    kept = (await api.get(f"{project}/baselines/{drafted['id']}/budget-lines"))["items"]
    assert {(each["starts_on"], each["ends_on"]) for each in kept} == {("2026-03-04", "2026-03-05")}


async def test_what_was_planned_stays_when_a_calendar_changes(api, project):
    calendar = (await api.post(f"{project}/calendars", {"name": "C"}))["id"]
    await api.patch(project, {"calendar_id": calendar})
    task = await api.task(project, duration="P10D")
    await line(api, project, amount=eur("1000.00"), task_id=task)
    drafted = await api.post(f"{project}/baselines", {"name": "B"})
    await api.post(f"{project}/baselines/{drafted['id']}/approve", {}, status=200)
    free = {"exceptions": [{"on": "2026-03-03", "to": "2026-03-06"}]}
    await api.patch(f"{project}/calendars/{calendar}", free)
    figures = await api.get(f"{project}/earned-value", params={"data_date": "2026-03-06"})
    assert figures["pv"]["amount"] == "500.00"


async def test_a_management_reserve_is_outside_the_baseline(api, project, events_of):
    await line(api, project, amount=eur("900.00"))
    await line(api, project, amount=eur("100.00"), contingency=True)
    changed = await api.patch(project, {"management_reserve": eur("250.00")})
    assert changed["management_reserve"] == eur("250.00")
    assert (await events_of(api.organization_id))[-1]["data"]["changed"] == ["management_reserve"]
    budget = await api.get(f"{project}/budget")
    names = ("bac", "contingency", "management_reserve", "total")
    assert [budget[name]["amount"] for name in names] == ["1000.00", "100.00", "250.00", "1250.00"]
    assert (await api.get(f"{project}/earned-value"))["bac"]["amount"] == "1000.00"
    for money, rule in ((usd("1"), "currency"), (eur("-1"), "amount_negative")):
        problem = await api.patch(project, {"management_reserve": money}, status=422)
        assert problem["errors"][0]["rule"] == rule
    assert (await api.patch(project, {"management_reserve": None}))["management_reserve"] is None


@pytest.mark.parametrize("entries", ["actuals", "commitments"])
async def test_another_currency_is_converted_by_the_rate_that_is_kept(api, project, entries, events_of):
    body = {"on": "2026-03-05", "amount": usd("1000.50"), "exchange_rate": "0.9241", "source": "I-17"}
    entry = await api.post(f"{project}/budget/{entries}", body)
    assert (entry["amount"], entry["original"], entry["exchange_rate"]) == (eur("924.562"), usd("1000.50"), "0.9241")
    assert await api.get(f"{project}/budget/{entries}/{entry['id']}") == entry
    told = (await events_of(api.organization_id))[-1]["data"]["record"]
    assert (told["original"], told["exchange_rate"]) == (usd("1000.50"), "0.9241")


@pytest.mark.parametrize("entries", ["actuals", "commitments"])
@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({"amount": usd("1")}, "/exchange_rate", "missing"),
        ({"amount": eur("1"), "exchange_rate": "1"}, "/exchange_rate", "rate_not_needed"),
        ({"amount": usd("1"), "exchange_rate": "0"}, "/exchange_rate", "rate_out_of_range"),
        ({"amount": usd("1"), "exchange_rate": 0.9}, "/exchange_rate", "rate_string"),
        ({"amount": usd("999999999999999999"), "exchange_rate": "2"}, "/amount/amount", "amount_out_of_range"),
    ],
)
async def test_a_rate_is_there_when_it_is_needed(api, project, entries, body, pointer, rule):
    problem = await api.post(f"{project}/budget/{entries}", {"on": "2026-03-05"} | body, status=422)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]


async def test_a_commitment_is_open_until_it_is_paid(api, project, events_of):
    path = f"{project}/budget/commitments"
    order = await api.post(path, {"on": "2026-03-02", "amount": eur("500.00"), "supplier": "Midland Stone"})
    assert (await events_of(api.organization_id))[-1]["subject"].endswith(".commitment.recorded")
    other = await api.post(path, {"on": "2026-03-03", "amount": eur("80.00"), "due_on": "2026-04-01"})
    less = await api.post(path, {"on": "2026-03-04", "amount": eur("-100.00"), "corrects_id": order["id"]})
    assert less["corrects_id"] == order["id"]
    costs = f"{project}/budget/actuals"
    await api.post(costs, {"on": "2026-03-20", "amount": eur("150.00"), "commitment_id": order["id"]})
    await api.post(costs, {"on": "2026-03-20", "amount": eur("95.00"), "commitment_id": other["id"]})
    budget = await api.get(f"{project}/budget")
    assert (budget["committed"], budget["open_commitments"]) == (eur("480.00"), eur("250.00"))
    assert (budget["commitments"], budget["actual_cost"]) == (3, eur("245.00"))
    found = await api.get(path, params={"supplier": "Midland Stone"})
    assert found["items"] == [order, less]
    found = await api.get(path, params={"since": "2026-03-03", "until": "2026-03-03"})
    assert found["items"] == [other]
    assert (await api.request("DELETE", f"{path}/{order['id']}")).status_code == 405


async def test_a_correction_names_what_it_corrects(api, project):
    costs = f"{project}/budget/actuals"
    wrong = await api.post(costs, {"on": "2026-03-05", "amount": eur("80.00"), "source": "I-17"})
    right = await api.post(
        costs, {"on": "2026-03-06", "amount": eur("-30.00"), "source": "I-17", "corrects_id": wrong["id"]}
    )
    assert right["corrects_id"] == wrong["id"]
    assert await api.get(f"{costs}/{wrong['id']}") == wrong
    elsewhere = await api.project()
    for name in ("corrects_id", "commitment_id"):
        body = {"on": "2026-03-06", "amount": eur("1.00"), name: wrong["id"]}
        problem = await api.post(f"{elsewhere}/budget/actuals", body, status=404)
        assert problem["errors"][0]["pointer"] == f"/{name}"
        assert problem["errors"][0]["rule"] == "unknown_entry"


async def test_corrections_of_corrections_are_of_the_first_entry_and_keep_what_it_was_for(api, project):
    task = await api.task(project)
    path, costs = f"{project}/budget/commitments", f"{project}/budget/actuals"
    order = await api.post(path, {"on": "2026-03-02", "amount": eur("1000.00"), "task_id": task, "supplier": "Sawmill"})
    less = await api.post(path, {"on": "2026-03-03", "amount": eur("-200.00"), "corrects_id": order["id"]})
    again = await api.post(path, {"on": "2026-03-04", "amount": eur("-50.00"), "corrects_id": less["id"]})
    told = {(each["corrects_id"], each["task_id"], each["supplier"]) for each in (less, again)}
    assert told == {(order["id"], task, "Sawmill")}
    assert (await api.get(f"{project}/budget"))["open_commitments"] == eur("750.00")
    paid = {"on": "2026-03-05", "amount": eur("500.00"), "task_id": task, "commitment_id": order["id"]}
    invoice = await api.post(costs, paid)
    back = await api.post(costs, {"on": "2026-03-06", "amount": eur("-500.00"), "corrects_id": invoice["id"]})
    assert (back["task_id"], back["commitment_id"]) == (task, order["id"])
    assert (await api.get(f"{project}/budget"))["open_commitments"] == eur("750.00")
    other = {"on": "2026-03-06", "amount": eur("1.00"), "corrects_id": back["id"], "task_id": None}
    assert (await api.post(costs, other))["task_id"] is None


async def test_a_batch_enters_commitments_and_costs(api, project):
    operations = [
        {
            "op": "create",
            "record": "commitment",
            "ref": "order",
            "body": {"on": "2026-03-02", "amount": eur("500.00")},
        },
        {
            "op": "create",
            "record": "actual",
            "body": {"on": "2026-03-03", "amount": eur("200.00"), "commitment_id": {"ref": "order"}},
        },
    ]
    await api.post(f"{project}/batch", {"operations": operations}, status=200)
    assert Decimal((await api.get(f"{project}/budget"))["open_commitments"]["amount"]) == 300
    assert len((await api.get(f"{project}/snapshot"))["commitments"]) == 1


async def test_a_task_that_something_was_promised_for_stays(api, project):
    task = await api.task(project)
    await api.post(f"{project}/budget/commitments", {"on": "2026-03-02", "amount": eur("1"), "task_id": task})
    refused = (await api.delete(f"{project}/tasks/{task}", status=409)).json()
    assert refused["uses"]["commitments"] == 1
