"""A change that several projects have to make together: what it would do, who decides on it, and when it is done."""

from dataclasses import replace
from uuid import UUID

import pytest

from contracts.vocabulary import ProgramRole

pytestmark = pytest.mark.slow


@pytest.fixture
async def request_(api):
    """A request to shorten the work of two projects, by a scenario; it is submitted."""
    first, second = api.projects.project("P1"), api.projects.project("P2")
    tasks = {first: api.projects.task(first, "A", 10), second: api.projects.task(second, "B", 8)}
    await api.hear()
    program = await api.program(first, second)
    changes = [{"project_id": str(each), "task_id": str(tasks[each]), "duration": "P5D"} for each in tasks]
    scenario = await api.post(f"{program}/scenarios", {"name": "Faster", "changes": changes})
    body = {"title": "Faster", "project_ids": [str(first), str(second)], "scenario_id": scenario["id"]}
    made = await api.post(f"{program}/change-requests", body)
    path = f"{program}/change-requests/{made['id']}"
    assert (await api.patch(path, {"state": "submitted"}))["outcome"] is None
    return path, f"{program}/scenarios/{scenario['id']}", (first, second)


async def test_what_it_would_do_is_computed_when_it_is_assessed_and_stays(api, request_):
    path, _, (first, _) = request_
    outcome = (await api.patch(path, {"state": "assessed"}))["outcome"]
    assert (outcome["finish_from"], outcome["finish_to"], outcome["moved"]) == ("2026-03-13", "2026-03-06", 2)
    assert len(outcome["positions"]) == 2
    api.projects.task(first, "Later", 30)
    await api.hear()
    assert (await api.patch(path, {"impact": "A week sooner"}))["outcome"] == outcome


async def test_without_a_scenario_somebody_says_what_it_would_do(api, request_):
    program = request_[0].partition("/change-requests")[0]
    made = await api.post(f"{program}/change-requests", {"title": "By hand"})
    path = f"{program}/change-requests/{made['id']}"
    await api.patch(path, {"state": "submitted"})
    refused = await api.patch(path, {"state": "assessed"}, status=422)
    assert refused["errors"][0]["rule"] == "impact_missing"
    assert (await api.patch(path, {"state": "assessed", "impact": "Little"}))["outcome"] is None


async def test_members_ask_and_managers_decide(api, request_):
    path, _, _ = request_
    program_id = UUID(path.split("/")[2])
    member = replace(api, roles=frozenset(), in_programs={program_id: ProgramRole.PROGRAM_MEMBER})
    manager = replace(member, in_programs={program_id: ProgramRole.PROGRAM_MANAGER})
    assert (await member.patch(path, {"state": "assessed"}))["state"] == "assessed"
    decided = {"state": "approved", "decided_by": "Board"}
    assert (await member.request("PATCH", path, json=decided)).status_code == 403
    assert (await manager.patch(path, decided))["state"] == "approved"
    kept = await manager.delete(path, status=409)
    assert kept.json()["type"] == "/problems/record-decided"


async def test_it_is_implemented_once_each_project_has_made_its_part(api, request_):
    path, scenario, (first, second) = request_
    for step in ({"state": "assessed"}, {"state": "approved", "decided_by": "Board"}):
        await api.patch(path, step)
    refused = await api.patch(path, {"state": "implemented"}, status=409)
    assert (refused["type"], refused["projects"]) == ("/problems/part-open", [str(first), str(second)])
    taken = await api.post(f"{scenario}/take", status=200)
    (proposal,) = (each["id"] for each in taken["proposals"] if each["project_id"] == str(first))
    program = path.partition("/change-requests")[0]
    await api.post(f"{program}/projects/{first}/proposals/{proposal}/accept", status=200)
    refused = await api.patch(path, {"state": "implemented"}, status=409)
    assert refused["projects"] == [str(second)]
    wrong = await api.patch(path, {"done_by": [program.rpartition("/")[2]]}, status=422)
    assert wrong["errors"][0]["rule"] == "not_touched"
    done = await api.patch(path, {"done_by": [str(second)], "state": "implemented"})
    assert done["state"] == "implemented"
