"""What if: tasks, staffing, dependencies and whole projects, several changes at once; nothing is written."""

from uuid import uuid4

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
async def golden(eleven):
    return await eleven.heard()


async def think(golden, *changes, status=200):
    return await golden.api.post(f"{golden.program}/what-if", {"changes": list(changes)}, status=status)


def end(golden, letter):
    task_id = golden.ids[letter]
    return {"project_id": str(golden.api.projects.records[task_id]["project_id"]), "task_id": str(task_id)}


async def test_twice_the_units_take_half_the_time(golden):
    answer = await think(golden, end(golden, "E") | {"staffing": {"from": 1, "to": 2}})
    assert answer["finish"] == {"from": "2026-04-27", "to": "2026-04-16"}
    refused = await think(golden, end(golden, "E") | {"staffing": {"from": 1, "to": 2}, "duration": "P1D"}, status=422)
    assert refused["errors"][0]["rule"] == "two_durations"
    golden.api.projects.change(golden.ids["E"], actual_start="2026-03-24", percent_complete=50, state="in_progress")
    await golden.api.hear()
    again = await think(golden, end(golden, "E") | {"staffing": {"from": 1, "to": 7}})
    before = (await golden.api.schedule(golden.program))[str(golden.ids["E"])]["early_finish"]
    (move,) = [each for each in again["moved"] if each["task_id"] == str(golden.ids["E"])]
    assert (move["from"], move["shift"]) == (before, "-P6D")


async def test_a_new_dependency_moves_what_it_holds_and_shows_its_margin(golden):
    new = {"kind": "new_dependency", "provider": end(golden, "G"), "receiver": end(golden, "C"), "lag": "P1D"}
    closing = await think(golden, new, status=409)
    assert closing["type"] == "/problems/cycle"
    assert sorted(golden.letters(closing["path"][1:])) == ["C", "F", "G"]
    new |= {"provider": end(golden, "D"), "receiver": end(golden, "H")}
    answer = await think(golden, new)
    assert [(each["margin"]["from"], each["state"]) for each in answer["dependencies"]] == [(None, "committed")]
    assert (answer["moved"], answer["finish"]["from"]) == ([], answer["finish"]["to"])
    within = await think(golden, new | {"receiver": end(golden, "E")}, status=422)
    assert within["errors"][0] == within["errors"][0] | {"pointer": "/changes/0/receiver/project_id"}


async def test_without_a_dependency_its_receiver_moves_freely(golden):
    path = golden.dependencies["B", "D"]
    answer = await think(golden, {"kind": "dropped_dependency", "dependency_id": path.rpartition("/")[2]})
    assert golden.letters([each["task_id"] for each in answer["moved"] if each["field"] == "early_start"])[0] == "D"
    dropped = {each["id"]: each for each in answer["dependencies"]}[path.rpartition("/")[2]]
    assert (dropped["state"], dropped["margin"]["to"]) == ("dissolved", None)
    assert (await golden.api.get(path))["state"] == "committed"


async def test_a_cancelled_project_takes_its_dependencies_and_its_contribution_along(golden):
    goal = (await golden.api.post("/goals", {"name": "G"}))["id"]
    project = str(golden.project_ids["P3"])
    await golden.api.post("/alignments", {"goal_id": goal, "project_id": project})
    answer = await think(golden, {"kind": "cancelled_project", "project_id": project})
    assert answer["finish"]["to"] == "2026-04-14"
    assert {each["state"] for each in answer["dependencies"]} >= {"dissolved"}
    assert [(each["id"], each["kind"]) for each in answer["goals"]] == [(goal, "lost")]
    assert len((await golden.api.get(f"{golden.program}/schedule"))["items"]) == 11


async def test_several_changes_count_together_and_each_wrong_one_is_named(golden):
    fit = end(golden, "B") | {"duration": "P8D"}
    answer = await think(golden, fit, {"kind": "cancelled_project", "project_id": str(golden.project_ids["P3"])})
    assert answer["finish"]["to"] == "2026-04-16"
    wrong = await think(
        golden,
        fit,
        {"kind": "cancelled_project", "project_id": str(uuid4())},
        {"kind": "dropped_dependency", "dependency_id": str(uuid4())},
        {
            "kind": "new_dependency",
            "provider": end(golden, "A") | {"task_id": str(uuid4())},
            "receiver": end(golden, "D"),
        },
        status=422,
    )
    assert [each["rule"] for each in wrong["errors"]] == ["unknown_project", "unknown_dependency", "unknown_task"]
    unknown = await think(golden, {"kind": "miracle"}, status=422)
    assert unknown["errors"][0]["rule"] == "unknown_kind"


async def test_paths_run_through_projects_the_one_with_the_least_float_first(golden):
    paths = (await golden.api.get(f"{golden.program}/paths", params={"within": "P18D"}))["paths"]
    told = [("".join(golden.letters(path["task_ids"])), path["total_float"]) for path in paths]
    assert told == [("ABDEGIJK", "P0D"), ("H", "P1D"), ("CF", "P18D")]
    assert [golden.letters([path["branches_from"]])[0] for path in paths[1:]] == ["G", "A"]
    assert [path["critical"] for path in paths] == [True, False, False]
    keys = {str(project_id): key for key, project_id in golden.project_ids.items()}
    assert [keys[project_id] for project_id in paths[0]["project_ids"]] == ["P1", "P2", "P3"]
    crossed = [path.rpartition("/")[2] for path in (golden.dependencies["B", "D"], golden.dependencies["G", "I"])]
    assert paths[0]["dependency_ids"] == crossed
    assert (paths[0]["start"], paths[0]["finish"]) == ("2026-03-02", "2026-04-27")
    few = await golden.api.get(f"{golden.program}/paths", params={"within": "P18D", "limit": 2})
    assert [path["total_float"] for path in few["paths"]] == ["P0D", "P1D"]
    assert len((await golden.api.get(f"{golden.program}/paths"))["paths"]) == 2
