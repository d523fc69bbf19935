"""Tolerances of a program, and the exceptions that are drafted from the network when they are forecast to be exceeded."""

import pytest

from program_svc.tolerances import drafting, money
from program_svc.tolerances.clock import MoneyTolerances

pytestmark = pytest.mark.slow


@pytest.fixture
async def golden(eleven):
    return await eleven.heard()


def told(exception, role):
    return [each for each in exception["details"] if each["role"] == role]


async def drafted(golden, **query):
    return (await golden.api.get(f"{golden.program}/exceptions", params=query))["items"]


async def test_a_slip_beyond_the_tolerance_drafts_an_exception_with_its_cause_and_options(golden):
    agreed = {"deadline": "2026-04-27", "tolerances": {"schedule": "P2D"}}
    await golden.api.patch(golden.program, agreed)
    golden.api.projects.change(golden.ids["E"], duration="P16D")
    await golden.api.hear()
    (measure,) = (await golden.api.get(f"{golden.program}/tolerances"))["tolerances"]
    assert (measure["forecast"], measure["is_exceeded"]) == ("P2D", False)
    assert await drafted(golden) == []
    golden.api.projects.change(golden.ids["E"], duration="P17D")
    await golden.api.hear()
    (exception,) = await drafted(golden)
    assert (exception["dimension"], exception["tolerance"], exception["forecast"]) == ("schedule", "P2D", "P3D")
    assert exception["title"] == "The program is forecast to be done P3D later than was agreed"
    assert "The end is held by 8 tasks in 3 projects" in exception["cause"]
    assert exception["consequences"] == "No dependency is broken so far, no goal is threatened."
    assert "its largest pieces have P17D, P6D, P6D left" in exception["options"]
    assert [each["name"] for each in told(exception, "holds_the_end")] == ["K", "J", "I", "G", "E", "D", "B", "A"]
    assert told(exception, "open_work")[0] == {
        "role": "open_work",
        "project_id": str(golden.project_ids["P2"]),
        "name": "E",
        "value": "P17D",
        "task_id": str(golden.ids["E"]),
        "record_id": None,
    }
    assert exception["figures"]["finish"] == "2026-04-30"
    assert "exception.created" in [event["happened"] for event in await golden.api.events()]
    golden.api.projects.change(golden.ids["E"], duration="P18D")
    await golden.api.hear()
    assert len(await drafted(golden)) == 1


async def test_an_exception_is_decided_by_somebody_and_not_drafted_again_for_less(golden):
    await golden.api.patch(golden.program, {"deadline": "2026-04-20", "tolerances": {"schedule": "P1D"}})
    (exception,) = await drafted(golden)
    path = f"{golden.program}/exceptions/{exception['id']}"
    refused = await golden.api.patch(path, {"state": "decided"}, status=422)
    assert {each["pointer"] for each in refused["errors"]} == {"/decision", "/decided_by"}
    decided = {"state": "decided", "decision": "Go on", "decided_by": "Board", "decided_on": "2026-03-10"}
    assert (await golden.api.patch(path, decided))["state"] == "decided"
    await golden.api.patch(path, {"state": "closed"})
    await golden.api.post(f"{golden.program}/tolerances/check", status=200)
    assert len(await drafted(golden)) == 1
    golden.api.projects.change(golden.ids["E"], duration="P15D")
    await golden.api.hear()
    assert [each["state"] for each in await drafted(golden, state="open")] == ["open"]


async def test_broken_dependencies_beyond_the_tolerance_are_told_by_name(golden):
    await golden.api.patch(golden.program, {"tolerances": {"breached_dependencies": 0}})
    path = golden.dependencies["B", "D"]
    await golden.api.post(f"{path}/renegotiate", {"needed_by": "2026-03-12"}, status=200)
    for end in ("provider", "receiver"):
        await golden.api.post(f"{path}/commit", {"end": end}, status=200)
    (exception,) = await drafted(golden, dimension="dependencies")
    assert exception["consequences"] == "1 dependency broken, no goal is threatened."
    assert "The worst of them is held by 2 tasks in 1 project" in exception["cause"]
    ends = [*told(exception, "provider"), *told(exception, "receiver")]
    assert [(each["name"], each["value"]) for each in ends] == [("B", "-P1D"), ("D", "-P1D")]
    assert {each["record_id"] for each in ends} == {path.rpartition("/")[2]}
    assert exception["figures"]["breached"] == [path.rpartition("/")[2]]


async def test_cost_and_threats_are_measured_when_somebody_asks(golden):
    api, project = golden.api, golden.project_ids["P1"]
    api.projects.change(project, data_date="2026-03-04")
    api.projects.budget_line(project, "100.00", task_id=str(golden.ids["A"]))
    api.projects.actual(project, "150.00", on="2026-03-03")
    api.projects.risk(project, "0.5", "900.00")
    api.projects.change(golden.ids["A"], percent_complete=50, actual_start="2026-03-02", state="in_progress")
    await api.hear()
    euros = {"currency": "EUR"}
    await api.patch(
        golden.program,
        {"tolerances": {"cost": euros | {"amount": "50.00"}, "risk": euros | {"amount": "500.00"}}},
    )
    measures = {each["dimension"]: each for each in (await api.get(f"{golden.program}/tolerances"))["tolerances"]}
    assert (measures["cost"]["forecast"], measures["cost"]["is_exceeded"]) == ("200.00 EUR", True)
    assert (measures["risk"]["forecast"], measures["risk"]["is_exceeded"]) == ("450.00 EUR", False)
    checked = await api.post(f"{golden.program}/tolerances/check", status=200)
    assert [each["title"] for each in checked["exceptions"]] == ["The program is forecast to cost more than its budget"]
    (overrun,) = told(checked["exceptions"][0], "overrun")
    assert (overrun["name"], overrun["value"]) == ("P1", "200.00 EUR, CPI 0.33")
    assert checked["exceptions"][0]["figures"]["overruns"] == 1
    assert "1 project cost more than planned" in checked["exceptions"][0]["cause"]
    assert "Cut the scope" in checked["exceptions"][0]["options"]
    assert (await api.post(f"{golden.program}/tolerances/check", status=200))["exceptions"] == []


async def test_cost_and_threats_are_looked_at_without_being_asked_for(crowd):
    """By the worker, once for each change; a program that cannot be scheduled holds up no other one."""
    fine, broken = crowd.projects.project("P1"), crowd.projects.project("P2")
    for project_id in (broken, fine):
        crowd.projects.task(project_id, "A", 1)
    before, after = crowd.projects.task(broken, "B", 1), crowd.projects.task(broken, "C", 1)
    await crowd.hear()
    tolerances = {"risk": {"amount": "1000.00", "currency": "EUR"}}
    programs = [await crowd.program(project_id, tolerances=tolerances) for project_id in (broken, fine)]
    crowd.projects.link(broken, before, after)
    crowd.projects.link(broken, after, before)
    await crowd.hear()
    clock = MoneyTolerances(crowd.database)
    await clock.look()
    assert [(await crowd.get(f"{program}/exceptions"))["items"] for program in programs] == [[], []]
    for project_id in (broken, fine):
        crowd.projects.risk(project_id, "0.5", "9000.00")
    await crowd.hear()
    assert await clock.look() == 1
    [[], [drafted]] = [(await crowd.get(f"{program}/exceptions"))["items"] for program in programs]
    assert (drafted["dimension"], drafted["forecast"], drafted["is_drafted"]) == ("risk", "4500.00 EUR", True)
    assert [each["value"] for each in told(drafted, "threat")] == ["4500.00 EUR"]
    assert "mitigate the largest threats" in drafted["options"]
    assert [await clock.look(), await MoneyTolerances(crowd.database).look()] == [0, 0]


async def close(golden, exception):
    path = f"{golden.program}/exceptions/{exception['id']}"
    decided = {"state": "decided", "decision": "Go on", "decided_by": "Board", "decided_on": "2026-03-10"}
    await golden.api.patch(path, decided)
    await golden.api.patch(path, {"state": "closed"})


async def test_what_is_agreed_on_anew_is_watched_anew(golden):
    await golden.api.patch(golden.program, {"deadline": "2026-04-20", "tolerances": {"schedule": "P1D"}})
    (exception,) = await drafted(golden)
    await close(golden, exception)
    await golden.api.patch(golden.program, {"deadline": "2026-04-23"})
    assert [each["forecast"] for each in await drafted(golden, state="open")] == ["P2D"]


async def test_what_was_within_its_tolerance_since_is_told_again(golden):
    await golden.api.patch(golden.program, {"deadline": "2026-04-20", "tolerances": {"schedule": "P1D"}})
    (exception,) = await drafted(golden)
    await close(golden, exception)
    for duration, count in (("P9D", 0), ("P13D", 1)):
        golden.api.projects.change(golden.ids["E"], duration=duration)
        await golden.api.hear()
        assert len(await drafted(golden, state="open")) == count
    assert [each["forecast"] for each in await drafted(golden, state="open")] == ["P4D"]


async def test_without_a_deadline_the_approved_baseline_is_what_the_end_is_held_to(golden):
    await golden.api.patch(golden.program, {"tolerances": {"schedule": "P1D"}})
    assert (await golden.api.get(f"{golden.program}/tolerances"))["tolerances"] == []
    baseline = await golden.api.post(f"{golden.program}/baselines", {"name": "As agreed"})
    await golden.api.post(f"{golden.program}/baselines/{baseline['id']}/approve", status=200)
    golden.api.projects.change(golden.ids["E"], duration="P16D")
    await golden.api.hear()
    (measure,) = (await golden.api.get(f"{golden.program}/tolerances"))["tolerances"]
    assert (measure["dimension"], measure["forecast"], measure["is_exceeded"]) == ("schedule", "P2D", True)
    assert [each["figures"]["deadline"] for each in await drafted(golden)] == ["2026-04-27"]


async def test_threatened_goals_are_among_the_consequences(golden):
    goal = (await golden.api.post("/goals", {"name": "Open in spring", "due": "2026-04-20"}))["id"]
    await golden.api.post("/alignments", {"goal_id": goal, "project_id": str(golden.project_ids["P3"])})
    await golden.api.patch(golden.program, {"deadline": "2026-04-20", "tolerances": {"schedule": "P1D"}})
    (exception,) = await drafted(golden)
    assert exception["consequences"] == "No dependency is broken so far, 1 goal threatened."
    (detail,) = told(exception, "goal")
    assert (detail["name"], detail["value"], detail["record_id"]) == ("Open in spring", "P5D", goal)


async def test_tolerances_are_held_against_sums_at_stored_rates(golden):
    api = golden.api
    api.projects.risk(golden.project_ids["P1"], "0.5", "1000.00")
    api.projects.risk(golden.project_ids["P2"], "0.5", "1000.00", cost_impact={"amount": "1000.00", "currency": "CHF"})
    await api.hear()
    await api.patch(
        golden.program, {"currency": "EUR", "tolerances": {"risk": {"amount": "900.00", "currency": "EUR"}}}
    )
    unmeasured = await api.get(f"{golden.program}/tolerances")
    assert (unmeasured["tolerances"], unmeasured["warnings"]) == ([], ["no_exchange_rate"])
    rate = {"currency": "CHF", "rate": 1.1, "valid_from": "2020-01-01"}
    await api.post(f"{golden.program}/exchange-rates", rate)
    (measure,) = (await api.get(f"{golden.program}/tolerances"))["tolerances"]
    assert (measure["forecast"], measure["is_exceeded"]) == ("1050.00 EUR", True)


async def test_the_largest_threats_are_found_by_what_they_are_worth_in_one_currency(golden, monkeypatch):
    """It once looked at the largest numbers alone: nine hundred yen went before five hundred euros."""
    api = golden.api
    monkeypatch.setattr(money, "MOST_TOLD", 1)
    large = api.projects.risk(golden.project_ids["P1"], "0.5", "1000.00")
    yen = {"amount": "1800.00", "currency": "JPY"}
    api.projects.risk(golden.project_ids["P2"], "0.5", "1800.00", cost_impact=yen)
    await api.hear()
    await api.patch(golden.program, {"currency": "EUR"})
    await api.post(f"{golden.program}/exchange-rates", {"currency": "JPY", "rate": 0.006, "valid_from": "2020-01-01"})
    await api.patch(golden.program, {"tolerances": {"risk": {"amount": "100.00", "currency": "EUR"}}})
    (exception,) = (await api.post(f"{golden.program}/tolerances/check", status=200))["exceptions"]
    assert [each["record_id"] for each in told(exception, "threat")] == [str(large)]


async def test_an_exception_counts_all_that_it_speaks_of_and_tells_the_worst(golden, monkeypatch):
    """It once counted what it told: of twenty broken dependencies it said eight."""
    monkeypatch.setattr(drafting, "MOST_TOLD", 1)
    for number in range(2):
        goal = (await golden.api.post("/goals", {"name": f"G{number}", "due": "2026-04-20"}))["id"]
        await golden.api.post("/alignments", {"goal_id": goal, "project_id": str(golden.project_ids["P3"])})
    for path in list(golden.dependencies.values())[:2]:
        await golden.api.post(f"{path}/renegotiate", {"needed_by": "2026-03-02"}, status=200)
        for end in ("provider", "receiver"):
            await golden.api.post(f"{path}/commit", {"end": end}, status=200)
    await golden.api.patch(golden.program, {"deadline": "2026-04-20", "tolerances": {"schedule": "P1D"}})
    (exception,) = await drafted(golden, dimension="schedule")
    assert exception["consequences"] == "2 dependencies broken, 2 goals threatened."
    assert [len(told(exception, role)) for role in ("provider", "receiver", "goal")] == [1, 1, 1]
