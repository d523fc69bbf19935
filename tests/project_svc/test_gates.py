"""Phases and the gates between them; and what was said at a step of any record, which stays."""

import pytest
from tests.project_svc.control import baselined
from tests.project_svc.test_registers import DECIDED, UNDECIDED, body

SUPERSEDED = [
    {"state": "decided", "outcome": "Timber.", "decided_by": "Board"},
    {"state": "superseded"},
]
RESOLVED = {"state": "resolved", "resolution": "Another crane."}
DECIDED_ON = {"state": "decided", "decision": "Work on Saturdays.", "decided_by": "Board"}


@pytest.fixture
async def project(api) -> str:
    return await api.project()


async def test_a_gate_keeps_its_criteria_and_who_decided_on_them(api, project):
    phase = await api.post(f"{project}/phases", {"name": "Construction", "order": 2})
    criteria = [{"text": "Overhead line is energised", "met": True, "evidence": "Report 17"}]
    gate = await api.post(f"{project}/gates", {"name": "Trial runs", "phase_id": phase["id"], "criteria": criteria})
    assert gate["criteria"] == criteria
    decided = await api.patch(f"{project}/gates/{gate['id']}", {"state": "decided"} | DECIDED | {"decision": "go"})
    assert (decided["decision"], decided["decided_by"]) == ("go", "City transport board")
    assert (await api.get(f"{project}/gates", params={"decision": "go"}))["items"] == [decided]
    refused = await api.delete(f"{project}/phases/{phase['id']}", status=409)
    assert refused.json()["type"] == "/problems/record-in-use"
    for change in ({"decision": "kill"}, {"decided_by": "Nobody"}, {"state": "open"} | UNDECIDED):
        problem = await api.patch(f"{project}/gates/{gate['id']}", change, status=409)
        assert (problem["type"], problem["legal"]) == ("/problems/illegal-step", [])
    told = await api.patch(f"{project}/gates/{gate['id']}", {"evidence": "Report 18"})
    assert told["evidence"] == "Report 18"


async def test_a_phase_ends_when_its_gates_have_let_it(api, project):
    phase = f"{project}/phases/{(await api.post(f'{project}/phases', {'name': 'Build'}))['id']}"
    gates = [
        f"{project}/gates/{(await api.post(f'{project}/gates', {'name': 'G', 'phase_id': phase[-36:]}))['id']}"
        for _ in range(2)
    ]
    await api.patch(phase, {"state": "active"})
    await api.patch(gates[0], {"state": "decided"} | DECIDED | {"decision": "go"})
    for decision in (None, DECIDED):
        if decision is not None:
            await api.patch(gates[1], {"state": "decided"} | decision)
        problem = await api.patch(phase, {"state": "complete"}, status=409)
        assert (problem["type"], problem["unmet"]) == ("/problems/conditions-unmet", ["gates_passed"])
    await api.patch(gates[1], {"state": "open"} | UNDECIDED)
    await api.patch(gates[1], {"state": "decided"} | DECIDED | {"decision": "go"})
    await api.patch(phase, {"state": "complete"})


async def test_what_a_gate_has_killed_is_not_carried_out(api):
    project = await api.project()
    await api.task(project)
    await baselined(api, project)
    gate = await api.post(f"{project}/gates", {"name": "Go on?"})
    await api.patch(f"{project}/gates/{gate['id']}", {"state": "decided"} | DECIDED | {"decision": "kill"})
    problem = await api.patch(project, {"state": "executing"}, status=409)
    assert problem["unmet"] == ["no_gate_killed"]
    await api.patch(project, {"state": "cancelled"})


@pytest.mark.parametrize(
    ("collection", "steps", "change"),
    [
        ("decisions", [{"state": "decided", "outcome": "Timber."}], {"outcome": "Steel."}),
        ("decisions", SUPERSEDED, {"outcome": "Steel."}),
        ("decisions", SUPERSEDED, {"decided_by": "Nobody"}),
        ("decisions", SUPERSEDED, {"superseded_by_id": None}),
        ("deliverables", [{"state": "delivered"}, {"state": "accepted", "accepted_by": "City"}], {"accepted_by": "Me"}),
        ("issues", [{"state": "in_progress"}, RESOLVED, {"state": "closed"}], {"resolution": "It went by itself."}),
        ("exceptions", [DECIDED_ON], {"decision": "Go on."}),
        ("exceptions", [DECIDED_ON, {"state": "closed"}], {"decided_by": "Me"}),
    ],
)
async def test_what_was_said_at_a_step_stays(api, project, collection, steps, change):
    path = f"{project}/{collection}"
    own = {"dimension": "benefits", "title": "Fewer riders"} if collection == "exceptions" else body(collection)
    made = await api.post(path, own)
    if steps is SUPERSEDED:
        other = await api.post(path, own)
        await api.patch(f"{path}/{other['id']}", {"state": "decided", "outcome": "Steel."})
        steps = [steps[0], steps[1] | {"superseded_by_id": other["id"]}]
    for step in steps:
        before = await api.patch(f"{path}/{made['id']}", step)
    problem = await api.patch(f"{path}/{made['id']}", change, status=409)
    assert problem["type"] == "/problems/illegal-step"
    assert await api.get(f"{path}/{made['id']}") == before
