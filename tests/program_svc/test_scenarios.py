"""Scenarios: kept, computed anew when asked, compared, taken."""

from dataclasses import replace
from uuid import uuid4

import pytest

from contracts.vocabulary import ProjectRole

pytestmark = pytest.mark.slow


@pytest.fixture
async def golden(eleven):
    return await eleven.heard()


def longer(golden, letter, duration):
    task_id = golden.ids[letter]
    return {
        "project_id": str(golden.api.projects.records[task_id]["project_id"]),
        "task_id": str(task_id),
        "duration": duration,
    }


async def keep(golden, name, *changes):
    body = {"name": name, "changes": list(changes)}
    return (await golden.api.post(f"{golden.program}/scenarios", body))["id"]


async def test_scenarios_are_compared_on_the_plans_as_they_stand(golden):
    later = await keep(golden, "Later", longer(golden, "B", "P8D"))
    sooner = await keep(golden, "Sooner", longer(golden, "E", "P10D"))
    outcome = await golden.api.get(f"{golden.program}/scenarios/{later}/outcome")
    assert outcome["finish"] == {"from": "2026-04-27", "to": "2026-04-29"}
    asked = {"scenario_id": [sooner, later]}
    compared = (await golden.api.get(f"{golden.program}/scenario-comparison", params=asked))["scenarios"]
    assert [(each["name"], each["finish"]["to"], each["moved"]) for each in compared] == [
        ("Sooner", "2026-04-21", 6),
        ("Later", "2026-04-29", 8),
    ]
    golden.api.projects.change(golden.ids["B"], duration="P8D")
    await golden.api.hear()
    outcome = await golden.api.get(f"{golden.program}/scenarios/{later}/outcome")
    assert outcome["moved"] == []
    golden.api.projects.delete(golden.ids["E"])
    await golden.api.hear()
    gone = await golden.api.request("GET", f"{golden.program}/scenarios/{sooner}/outcome")
    assert (gone.status_code, gone.json()["errors"][0]["rule"]) == (422, "unknown_task")


async def test_taking_a_scenario_asks_each_project_s_manager_and_changes_no_plan(golden):
    before = await golden.api.get(f"{golden.program}/schedule")
    scenario = await keep(golden, "Both", longer(golden, "B", "P5D"), longer(golden, "E", "P10D"))
    taken = await golden.api.post(f"{golden.program}/scenarios/{scenario}/take", status=200)
    assert taken["scenario"]["state"] == "taken"
    asked = {each["project_id"]: each["changes"] for each in taken["proposals"]}
    keys = {str(project_id): key for key, project_id in golden.project_ids.items()}
    assert {keys[project_id]: changes[0]["duration"] for project_id, changes in asked.items()} == {
        "P1": "P5D",
        "P2": "P10D",
    }
    assert (await golden.api.get(f"{golden.program}/schedule"))["items"] == before["items"]
    first, second = (
        f"{golden.program}/projects/{each['project_id']}/proposals/{each['id']}" for each in taken["proposals"]
    )
    assert first.split("/")[4] != second.split("/")[4]
    elsewhere = first.replace(first.split("/")[4], second.split("/")[4])
    assert (await golden.api.post(f"{elsewhere}/accept", status=404))["type"] == "/problems/not-found"
    accepted = await golden.api.post(f"{first}/accept", {"note": "From May on"}, status=200)
    assert (accepted["state"], accepted["decided_by"], accepted["note"]) == ("accepted", "ada", "From May on")
    assert (await golden.api.post(f"{second}/decline", status=200))["state"] == "declined"
    assert (await golden.api.post(f"{first}/decline", status=409))["legal"] == []
    listed = await golden.api.get(f"{golden.program}/proposals", params={"state": "accepted"})
    assert [each["id"] for each in listed["items"]] == [accepted["id"]]
    for refused in (
        await golden.api.post(f"{golden.program}/scenarios/{scenario}/take", status=409),
        await golden.api.patch(f"{golden.program}/scenarios/{scenario}", {"changes": []}, status=409),
    ):
        assert refused["type"] == "/problems/scenario-settled"
    in_use = await golden.api.delete(f"{golden.program}/scenarios/{scenario}", status=409)
    assert in_use.json()["type"] == "/problems/record-in-use"
    told = [event["happened"] for event in await golden.api.events() if event["happened"].startswith("proposal.")]
    assert told == ["proposal.created"] * 2 + ["proposal.updated"] * 2


async def test_only_changes_that_make_sense_are_kept(golden):
    path = f"{golden.program}/scenarios"
    wrong = {"project_id": "P1", "task_id": str(uuid4()), "duration": "tomorrow"}
    refused = await golden.api.post(path, {"name": "S", "changes": [wrong, {"kind": "miracle"}]}, status=422)
    assert {each["pointer"] for each in refused["errors"]} == {
        "/changes/0/project_id",
        "/changes/0/duration",
        "/changes/1",
    }
    gone = await keep(golden, "Gone", longer(golden, "B", "P5D") | {"task_id": str(uuid4())})
    assert (await golden.api.post(f"{path}/{gone}/take", status=422))["errors"][0]["pointer"] == "/changes/0/task_id"
    assert (await golden.api.get(f"{golden.program}/proposals"))["items"] == []


async def test_a_scenario_that_heals_a_broken_date_is_told_apart_from_one_that_does_not(golden):
    path = golden.dependencies["B", "D"]
    await golden.api.post(f"{path}/renegotiate", {"needed_by": "2026-03-12"}, status=200)
    for end in ("provider", "receiver"):
        await golden.api.post(f"{path}/commit", {"end": end}, status=200)
    assert (await golden.api.get(path))["state"] == "breached"
    heals = await keep(golden, "Heals", longer(golden, "B", "P4D"))
    idle = await keep(golden, "Idle", longer(golden, "H", "P2D"))
    worse = await keep(golden, "Worse", longer(golden, "B", "P9D"))
    asked = {"scenario_id": [heals, idle, worse]}
    compared = (await golden.api.get(f"{golden.program}/scenario-comparison", params=asked))["scenarios"]
    assert [(each["name"], each["breached"], each["healed"]) for each in compared] == [
        ("Heals", 0, 1),
        ("Idle", 1, 0),
        ("Worse", 1, 0),
    ]
    (outcome,) = [
        each
        for each in (await golden.api.get(f"{golden.program}/scenarios/{heals}/outcome"))["dependencies"]
        if each["id"] == path.rpartition("/")[2]
    ]
    assert (outcome["state"], outcome["within_date"]) == ("breached", True)


async def test_a_project_s_manager_finds_and_answers_what_is_asked_of_the_project(golden):
    """Without a role in the program."""
    scenario = await keep(golden, "Both", longer(golden, "B", "P5D"), longer(golden, "E", "P10D"))
    await golden.api.post(f"{golden.program}/scenarios/{scenario}/take", status=200)
    mine, other = golden.project_ids["P1"], golden.project_ids["P2"]
    manager = replace(golden.api, roles=frozenset(), in_projects={mine: ProjectRole.PROJECT_MANAGER})
    (asked,) = (await manager.get("/proposals/inbox"))["items"]
    assert (asked["project_id"], asked["changes"][0]["duration"]) == (str(mine), "P5D")
    path = f"{golden.program}/projects/{mine}/proposals"
    assert [each["id"] for each in (await manager.get(path))["items"]] == [asked["id"]]
    assert await manager.get(f"{path}/{asked['id']}") == asked
    await manager.get_missing(f"{golden.program}/projects/{other}/proposals")
    await manager.get_missing(f"{golden.program}/proposals")
    assert (await manager.post(f"{path}/{asked['id']}/accept", status=200))["state"] == "accepted"
    assert (await manager.get("/proposals/inbox"))["items"] == []
    member = replace(manager, in_projects={other: ProjectRole.PROJECT_MEMBER})
    assert (await member.get("/proposals/inbox"))["items"] == []
