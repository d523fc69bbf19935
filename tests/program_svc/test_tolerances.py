"""Tolerances of a program, and the exceptions that are drafted from the network when they are forecast to be exceeded."""

import pytest

from program_svc.tolerances.clock import MoneyTolerances

pytestmark = pytest.mark.slow


@pytest.fixture
async def golden(eleven):
    return await eleven.heard()


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
    assert exception["title"] == "The program is forecast to be done P3D after its deadline"
    assert "P3: K ← P3: J ← P3: I ← P2: G ← P2: E ← P2: D ← P1: B ← P1: A." in exception["cause"]
    assert "Shorten what decides the end: E (P17D left)" in exception["options"]
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
    assert exception["consequences"] == "Broken dependencies: B → D (-P1D)."
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
    assert [each["title"] for each in checked["exceptions"]] == [
        "The program is forecast to cost 200.00 EUR more than its budget"
    ]
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
    assert [await clock.look(), await MoneyTolerances(crowd.database).look()] == [0, 0]
