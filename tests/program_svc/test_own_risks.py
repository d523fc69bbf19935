"""A program's own risks: what they threaten, what they delay in the runs, and the issue that comes of one that occurs."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from contracts.vocabulary import ProgramRole, ProjectRole

pytestmark = pytest.mark.slow

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
CERTAIN = {"optimistic": 1, "likely": 1, "pessimistic": 1}
NOTHING = {"amount": "0.00", "currency": "EUR"}
RISK = {"title": "The only supplier", "probability": 0.3, "cost_impact": NOTHING, "days_impact": "P5D"}


@pytest.fixture
async def program(api):
    """Build is done on 2026-03-13; Paint, in another project beside it, on 2026-03-04."""
    track, paint = api.projects.project("TRACK"), api.projects.project("PAINT")
    build = api.projects.task(track, "Build", 10)
    api.projects.task(paint, "Paint", 3)
    await api.hear()
    return await api.program(track, paint), track, build


async def risks(api, path):
    exposure = await api.get(path)
    return [
        (each["risk_id"], each["project_id"], each["by"], each["emv"]["amount"])
        for each in exposure["threats"]
        if each["kind"] == "risk"
    ]


async def test_it_threatens_the_goal_that_its_tasks_project_serves(api, program):
    path, track, build = program
    goal = (await api.post("/goals", {"name": "G", "due": "2026-03-17"}))["id"]
    own = await api.post(f"{path}/risks", RISK | {"task": {"project_id": str(track), "task_id": str(build)}})
    assert await risks(api, f"/goals/{goal}/exposure") == []
    await api.post("/alignments", {"goal_id": goal, "project_id": str(track)})
    assert await risks(api, f"/goals/{goal}/exposure") == [(own["id"], str(track), "P3D", "0.00")]
    await api.patch(f"{path}/risks/{own['id']}", {"state": "closed"})
    assert await risks(api, f"/goals/{goal}/exposure") == []


@pytest.mark.parametrize(("due", "by"), [("2026-03-17", "P3D"), (None, "P5D"), ("2026-12-31", None)])
async def test_it_threatens_the_goal_that_it_names_by_the_end_of_the_program(api, program, due, by):
    path, track, build = program
    goal = (await api.post("/goals", {"name": "G", "due": due}))["id"]
    own = await api.post(f"{path}/risks", RISK | {"goal_id": goal})
    exposure = await api.get(f"/goals/{goal}/exposure")
    found = [(each["risk_id"], each["project_id"], each["program_id"], each["by"]) for each in exposure["threats"]]
    assert found == ([] if by is None else [(own["id"], None, path.rpartition("/")[2], by)])
    refused = await api.delete(f"/goals/{goal}", status=409)
    assert refused.json()["type"] == "/problems/goal-not-empty"
    later = {"changes": [{"project_id": str(track), "task_id": str(build), "duration": "P12D"}]}
    worse = (await api.post(f"{path}/what-if", later, status=200))["goals"]
    assert [(each["kind"], each["project_id"], each["by"]) for each in worse] == (
        [("risk", None, "P5D")] if by == "P3D" else []
    )


async def test_before_anything_is_planned_it_threatens_with_its_money(api):
    path = await api.program()
    goal = (await api.post("/goals", {"name": "G"}))["id"]
    await api.post(f"{path}/risks", RISK | {"goal_id": goal, "cost_impact": {"amount": "100.00", "currency": "EUR"}})
    (threat,) = (await api.get(f"/goals/{goal}/exposure"))["threats"]
    assert (threat["by"], threat["emv"]["amount"]) == ("P5D", "-30.00")
    assert threat["why"] == "a risk of the program may take P5D beyond its float"


async def test_one_that_was_taken_over_stands_for_the_projects_own(api, program):
    path, track, build = program
    theirs = api.projects.risk(track, "0.9", "100.00", task_id=str(build), days_impact="P20D", escalated=True)
    await api.hear()
    goal = (await api.post("/goals", {"name": "G", "due": "2026-03-13"}))["id"]
    await api.post("/alignments", {"goal_id": goal, "project_id": str(track), "risk_id": str(theirs)})
    assert await risks(api, f"/goals/{goal}/exposure") == [(str(theirs), str(track), "P20D", "-90.00")]
    origin = {"origin": {"project_id": str(track), "record_id": str(theirs)}}
    own = await api.post(f"{path}/risks", RISK | origin)
    assert await risks(api, f"/goals/{goal}/exposure") == [(own["id"], str(track), "P5D", "0.00")]
    answer = await api.post(f"{path}/simulate", {"runs": 2_000, "seed": 3, "spread": CERTAIN}, status=200)
    assert [each["id"] for each in answer["sensitivity"]] == [own["id"]]
    assert (answer["left_out"], answer["finish"]["p50"], answer["finish"]["p80"]) == ([], "2026-03-13", "2026-03-20")
    shared = {"shared_risks": [[str(theirs), own["id"]]]}
    refused = await api.post(f"{path}/simulate", shared, status=422)
    assert refused["errors"][0]["rule"] == "risk_twice"


async def test_its_days_are_those_of_the_task_that_it_delays(api):
    project = api.projects.project("TRACK")
    shifts = {day: [{"from": "08:00", "to": "12:00"}] for day in DAYS}
    mornings = {"calendar_id": str(api.projects.calendar(project, shifts, 4)), "hours_per_day": 4}
    build = api.projects.task(project, "Build", 10, **mornings | {"duration": "P10D"})
    await api.hear()
    path = await api.program(project)
    where = {"task": {"project_id": str(project), "task_id": str(build)}}
    await api.post(f"{path}/risks", RISK | where | {"probability": 0.999})
    answer = await api.post(f"{path}/simulate", {"runs": 200, "spread": CERTAIN}, status=200)
    planned = answer["finish"]["planned"]
    assert (planned, answer["finish"]["p50"]) == ("2026-03-13", "2026-03-20")


async def test_it_is_aligned_with_a_goal_through_a_project_of_its_program(api, program):
    path, track, _ = program
    goal = (await api.post("/goals", {"name": "G", "due": "2026-03-13"}))["id"]
    own = await api.post(f"{path}/risks", RISK)
    body = {"goal_id": goal, "project_id": str(track), "risk_id": own["id"]}
    await api.post("/alignments", body)
    assert await risks(api, f"/goals/{goal}/exposure") == [(own["id"], str(track), "P5D", "0.00")]
    elsewhere = await api.post(f"{await api.program()}/risks", RISK)
    await api.post("/alignments", body | {"risk_id": elsewhere["id"]}, status=404)
    nowhere = {"goal_id": goal, "risk_id": elsewhere["id"]}
    assert (await api.post("/alignments", nowhere, status=422))["errors"][0]["pointer"] == "/project_id"


async def test_its_task_says_which_project_an_alignment_is_about(api, program):
    path, track, build = program
    goal = (await api.post("/goals", {"name": "G", "due": "2026-03-13"}))["id"]
    own = await api.post(f"{path}/risks", RISK | {"task": {"project_id": str(track), "task_id": str(build)}})
    made = await api.post("/alignments", {"goal_id": goal, "risk_id": own["id"]})
    assert (made["project_id"], made["risk_id"]) == (str(track), own["id"])
    assert [each[:2] for each in await risks(api, f"/goals/{goal}/exposure")] == [(own["id"], str(track))]


async def test_one_that_occurs_becomes_an_issue_once(api, program):
    path, _, _ = program
    own = await api.post(f"{path}/risks", RISK | {"owner": "Grace", "category": "supply"})
    for state in ("assessed", "occurred"):
        await api.patch(f"{path}/risks/{own['id']}", {"state": state})
    await api.patch(f"{path}/risks/{own['id']}", {"owner": "Ada", "state": "occurred"})
    (issue,) = (await api.get(f"{path}/issues"))["own"]
    told = ("title", "owner", "category", "risk_id", "state")
    assert [issue[name] for name in told] == ["The only supplier", "Grace", "supply", own["id"], "open"]
    in_use = await api.delete(f"{path}/risks/{own['id']}", status=409)
    assert in_use.json()["type"] == "/problems/record-in-use"


async def test_what_it_names_is_there(api, program):
    path, track, build = program
    stranger = api.projects.project("STRANGER")
    theirs = api.projects.task(stranger, "A", 1)
    await api.hear()
    for wrong, pointer in (
        ({"task": {"project_id": str(stranger), "task_id": str(theirs)}}, "/task/task_id"),
        ({"task": {"project_id": str(track), "task_id": str(theirs)}}, "/task/task_id"),
        ({"goal_id": str(uuid4())}, "/goal_id"),
    ):
        refused = await api.post(f"{path}/risks", RISK | wrong, status=404)
        assert refused["errors"][0]["pointer"] == pointer
    own = await api.post(f"{path}/risks", RISK | {"task": {"project_id": str(track), "task_id": str(build)}})
    await api.delete(f"{path}/components/{track}", status=204)
    assert (await api.patch(f"{path}/risks/{own['id']}", {"title": "Still ours"}))["title"] == "Still ours"


async def test_who_has_no_role_in_the_program_is_not_told_of_its_risks(api, program):
    path, track, build = program
    goal = (await api.post("/goals", {"name": "G", "due": "2026-03-13"}))["id"]
    await api.post("/alignments", {"goal_id": goal, "project_id": str(track)})
    await api.post(f"{path}/risks", RISK | {"task": {"project_id": str(track), "task_id": str(build)}})
    of_project = replace(api, roles=frozenset(), in_projects={track: ProjectRole.VIEWER})
    of_program = replace(of_project, in_programs={UUID(path.rpartition("/")[2]): ProgramRole.VIEWER})
    exposure = f"/goals/{goal}/exposure"
    assert [len((await each.get(exposure))["threats"]) for each in (of_project, of_program)] == [0, 1]
    assert (await of_project.get(exposure))["hidden_count"] == 1
