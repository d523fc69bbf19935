"""Every pair of states of every record, held against the words of the field: an illegal step is a 409 that names the legal ones.

A record is put into a state behind the service's back, so that each pair is looked at however long the way to it is.
"""

from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import text

from program_svc.application import DECLARED
from program_svc.dependencies.models import STEPS as DEPENDENCY_STEPS

pytestmark = pytest.mark.slow

EUR = {"amount": "100.00", "currency": "EUR"}
PROGRAM = {
    "identified": "definition terminated",
    "definition": "delivery terminated",
    "delivery": "on_hold closure terminated",
    "on_hold": "delivery terminated",
    "closure": "closed terminated",
    "closed": "",
    "terminated": "",
}
OPEN, AGREED = "commit reject", "accept-slip cancel deliver reject-slip renegotiate"
DEPENDENCY = {
    "proposed": f"cancel {OPEN} renegotiate",
    "renegotiating": f"cancel {OPEN} withdraw",
    "committed": AGREED,
    "at_risk": AGREED,
    "breached": AGREED,
    "delivered": "accept cancel dispute",
    "disputed": "cancel deliver",
    "accepted": "cancel",
    **dict.fromkeys(("rejected", "withdrawn", "cancelled", "dissolved"), ""),
}
ENDS = " closed occurred"
RECORDS = {
    "issues": ({"title": "I"}, {"open": "in_progress", "in_progress": "resolved", "resolved": "closed", "closed": ""}),
    "decisions": ({"title": "D"}, {"proposed": "decided", "decided": "superseded", "superseded": ""}),
    "gates": ({"name": "G"}, {"open": "decided", "decided": "open"}),
    "risks": (
        {"title": "R", "probability": 0.2, "cost_impact": EUR},
        {
            **{
                one: f"{other}{ENDS}"
                for one, other in pairwise(("identified", "assessed", "response_planned", "monitoring"))
            },
            "monitoring": ENDS,
            "closed": "",
            "occurred": "",
        },
    ),
    "change_requests": (
        {"title": "C"},
        {
            "draft": "submitted",
            "submitted": "assessed",
            "assessed": "approved rejected deferred",
            "approved": "implemented deferred",
            "deferred": "submitted",
            "rejected": "closed",
            "implemented": "closed",
            "closed": "",
        },
    ),
    "benefits": (
        {"name": "B", "baseline": 1, "target": 2},
        {
            "identified": "planned closed",
            "planned": "delivering identified closed",
            "delivering": "transitioned closed",
            "transitioned": "sustained closed",
            "sustained": "closed",
            "closed": "",
        },
    ),
    "subscriptions": (
        {"title": "S", "starts_on": "2026-03-02"},
        {"active": "paused ended", "paused": "active ended", "ended": ""},
    ),
    "exceptions": (None, {"open": "decided", "decided": "closed", "closed": ""}),
}
BY_OTHER_ROUTES = {"baselines", "proposals", "scenarios"}
"""Their states are not changed by PATCH: approve, accept, decline, take."""


async def put_into(api, table, record_id, state):
    async with api.database.transaction(api.organization_id) as session:
        await session.execute(
            text(f"UPDATE {table} SET state = :state WHERE id = :id"), {"state": state, "id": UUID(record_id)}
        )


def test_no_record_with_states_is_forgotten():
    assert RECORDS.keys() | BY_OTHER_ROUTES == {each.collection for each in DECLARED if each.steps}


async def an_exception(api):
    project_id = api.projects.project()
    api.projects.risk(project_id, "0.5", "9000.00")
    await api.hear()
    program = await api.program(project_id, tolerances={"risk": EUR})
    [drafted] = (await api.post(f"{program}/tolerances/check", status=200))["exceptions"]
    return f"{program}/exceptions", drafted["id"]


@pytest.mark.parametrize("collection", sorted(RECORDS))
async def test_a_record_takes_the_steps_of_its_life_and_no_other(api, collection):
    body, life = RECORDS[collection]
    if body is None:
        path, record_id = await an_exception(api)
    else:
        path = f"{await api.program()}/{collection.replace('_', '-')}"
        record_id = (await api.post(path, body))["id"]
    for state, following in life.items():
        await put_into(api, collection, record_id, state)
        for other in life.keys() - {state}:
            answer = await api.request("PATCH", f"{path}/{record_id}", json={"state": other})
            if other in following.split():
                assert answer.status_code in {200, 422}, (state, other, answer.text)  # 422: it needs more than the step
                await put_into(api, collection, record_id, state)
            else:
                assert (answer.status_code, answer.json()["type"]) == (409, "/problems/illegal-step"), (state, other)
                assert answer.json()["legal"] == list(dict.fromkeys(answer.json()["legal"])), state
                assert set(answer.json()["legal"]) == set(following.split()), state


async def test_a_program_takes_the_steps_of_its_life_and_no_other(api):
    program = await api.program()
    program_id = program.removeprefix("/programs/")
    for state, following in PROGRAM.items():
        for other in PROGRAM.keys() - {state}:
            await put_into(api, "programs", program_id, state)
            answer = await api.request("PATCH", program, json={"state": other})
            if other in following.split():
                assert answer.status_code == 200, (state, other, answer.text)
            else:
                assert answer.status_code == 409, (state, other)
                if answer.json()["type"] == "/problems/illegal-step":
                    assert answer.json()["legal"] == following.split(), state
                else:
                    assert (state, answer.json()["type"]) in {
                        (end, "/problems/program-closed") for end in ("closed", "terminated")
                    }


async def test_a_dependency_takes_the_steps_of_its_life_and_no_other(api):
    assert set(DEPENDENCY_STEPS) == {step for steps in DEPENDENCY.values() for step in steps.split()}
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    program = await api.program(first, second)
    dependency = (await api.propose(program, given, needed))["id"]
    for state, legal in DEPENDENCY.items():
        await put_into(api, "dependencies", dependency, state)
        for step in DEPENDENCY_STEPS.keys() - set(legal.split()):
            body = {"end": "provider"} if step == "commit" else {}
            refused = await api.post(f"/dependencies/{dependency}/{step}", body, status=409)
            assert (refused["type"], refused["legal"]) == ("/problems/dependency-step", legal.split()), (state, step)
