"""Scenarios: kept, computed anew when asked, compared, taken."""

from uuid import uuid4

import pytest

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
