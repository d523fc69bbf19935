"""A program is late, too dear and at risk: who sees one of its projects alone learns that, and nothing of what the others have to do with it."""

from dataclasses import replace
from uuid import UUID

import pytest

from contracts.vocabulary import ProgramRole, ProjectRole
from program_svc.tolerances.clock import MoneyTolerances

pytestmark = pytest.mark.slow
SECRETS = ("SECRET", "Tunnel", "900.00", "1100.00", "1000.00", "2200.00")


@pytest.fixture
async def late(api):
    """The program's path and its first project; a committed dependency leads from the second one, so its end is held by both."""
    mine, theirs = api.projects.project("MINE"), api.projects.project("SECRET")
    given, needed = api.projects.task(theirs, "Tunnel", 40), api.projects.task(mine, "B", 3)
    for project, amount, spent in ((mine, "100.00", "200.00"), (theirs, "900.00", "2000.00")):
        api.projects.change(project, data_date="2026-03-04")
        task = given if project == theirs else needed
        api.projects.budget_line(project, amount, task_id=str(task))
        api.projects.actual(project, spent, on="2026-03-03")
        api.projects.risk(project, "0.5", "1000.00")
    api.projects.change(given, percent_complete=50, actual_start="2026-03-02", state="in_progress")
    await api.hear()
    euros = {"currency": "EUR", "amount": "1.00"}
    agreed = {"schedule": "P1D", "cost": euros, "risk": euros, "breached_dependencies": 0}
    program = await api.program(mine, theirs, deadline="2026-03-03")
    dependency = await api.commit(program, given, needed)
    await api.post(f"{dependency}/renegotiate", {"needed_by": "2026-03-03"}, status=200)
    for end in ("provider", "receiver"):
        await api.post(f"{dependency}/commit", {"end": end}, status=200)
    await api.patch(program, {"tolerances": agreed})
    await MoneyTolerances(api.database).look()
    return program, mine


@pytest.fixture
def reader(api, late):
    """Sees the program and its first project."""
    program, mine = late
    places = {UUID(program.rpartition("/")[2]): ProgramRole.VIEWER}
    return replace(api, roles=frozenset(), in_programs=places, in_projects={mine: ProjectRole.VIEWER})


async def test_drafted_exceptions_tell_of_hidden_projects_only_that_there_is_something(api, reader, late):
    program, mine = late
    whole = await api.request("GET", f"{program}/exceptions")
    assert {each["dimension"] for each in whole.json()["items"]} >= {"schedule", "cost", "risk"}
    assert [word for word in ("Tunnel", "SECRET") if word not in whole.text] == []
    answer = await reader.request("GET", f"{program}/exceptions")
    assert [word for word in SECRETS if word in answer.text] == []
    for each in answer.json()["items"]:
        assert (each["cause"], each["consequences"], each["options"]) == ("", "", "")
        assert (each["hidden_count"] > 0, list(each["figures"]["positions"])) == (True, [str(mine)])
        assert {detail["project_id"] for detail in each["details"]} <= {str(mine)}
        assert bool(each["forecast"]) is (each["dimension"] not in {"cost", "risk"})
        one = await reader.request("GET", f"{program}/exceptions/{each['id']}")
        assert one.json() == each


async def test_forecasts_of_cost_and_risk_are_told_to_who_sees_what_they_are_summed_up_from(api, reader, late):
    program, _ = late
    whole = {each["dimension"]: each for each in (await api.get(f"{program}/tolerances"))["tolerances"]}
    assert whole["risk"]["forecast"] == "1000.00 EUR"
    answer = await reader.request("GET", f"{program}/tolerances")
    assert [word for word in SECRETS if word in answer.text] == []
    seen = {each["dimension"]: each for each in answer.json()["tolerances"]}
    assert (seen["cost"]["forecast"], seen["risk"]["forecast"], seen["risk"]["is_exceeded"]) == ("", "", True)
    assert seen["schedule"] == whole["schedule"]
    manager = replace(reader, in_programs=dict.fromkeys(reader.in_programs, ProgramRole.PROGRAM_MANAGER))
    assert (await manager.get(f"{program}/tolerances"))["tolerances"] == [*whole.values()]
