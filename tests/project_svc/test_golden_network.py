"""The network of eleven tasks with known answers, through the API."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "networks.json").read_text())["eleven_tasks"]
MONDAY = date(2026, 3, 2)


def working_day(offset: int) -> str:
    """The working day `offset` days after Monday 2026-03-02."""
    return str(MONDAY + timedelta(days=offset // 5 * 7 + offset % 5))


def days(duration: str) -> int:
    """`P18D` → 18."""
    return int(duration.removeprefix("P").removesuffix("D"))


@pytest.fixture
async def network(api):
    """The project's path, the ids of its tasks by letter, and the letters by id."""
    project = await api.project()
    ids = {name: await api.task(project, name, f"P{length}D") for name, length in GOLDEN["tasks"].items()}
    links = {(a, b): await api.link(project, ids[a], ids[b]) for a, b in GOLDEN["links"]}
    return project, ids, links


async def test_early_late_and_float_are_the_known_answers(api, network):
    project, ids, _ = network
    schedule = await api.get(f"{project}/schedule")
    items = {item["task_id"]: item for item in schedule["items"]}
    for name, answer in GOLDEN["answers"].items():
        item = items[ids[name]]
        assert item["early_start"] == working_day(answer["ES"]), name
        assert item["early_finish"] == working_day(answer["EF"] - 1), name
        assert item["late_start"] == working_day(answer["LS"]), name
        assert item["late_finish"] == working_day(answer["LF"] - 1), name
        assert days(item["total_float"]) == answer["TF"], name
        assert days(item["free_float"]) == answer["FF"], name
        assert item["critical"] == (answer["TF"] == 0), name
    assert schedule["start"] == "2026-03-02"
    assert schedule["finish"] == working_day(GOLDEN["finish"] - 1)
    assert [name for task in schedule["longest_path"] for name in ids if ids[name] == task] == list("ABDEGIJK")


async def test_a_preview_says_what_a_slip_moves_and_why_and_writes_nothing(api, network):
    project, ids, links = network
    before = await api.get(f"{project}/schedule")
    task = f"{project}/tasks/{ids['B']}"
    preview = await api.patch(task, {"duration": "P8D"}, params={"dry_run": "true"})
    change = GOLDEN["changes"][0]
    assert {moved["task_id"] for moved in preview["moved"]} == {ids[name] for name in change["moved"]}
    assert {moved["cause"]["task_id"] for moved in preview["moved"]} == {ids[change["cause_of_every_move"]]}
    assert {moved["shift"] for moved in preview["moved"]} == {"P2D"}
    assert [moved["field"] for moved in preview["moved"] if moved["task_id"] == ids["B"]] == ["early_finish"]
    start_of_d = next(moved for moved in preview["moved"] if moved["task_id"] == ids["D"])
    assert start_of_d["field"] == "early_start"
    assert (start_of_d["from"], start_of_d["to"]) == (working_day(10), working_day(12))
    assert start_of_d["driving_link_id"] == links["B", "D"]
    assert await api.get(f"{project}/schedule") == before
    assert (await api.get(task))["duration"] == "P6D"


async def test_a_slip_moves_what_its_preview_said(api, network):
    project, ids, _ = network
    await api.patch(f"{project}/tasks/{ids['B']}", {"duration": "P8D"})
    schedule = await api.get(f"{project}/schedule")
    assert schedule["finish"] == working_day(GOLDEN["changes"][0]["finish"] - 1)
    floats = {item["task_id"]: days(item["total_float"]) for item in schedule["items"]}
    for name, answer in GOLDEN["changes"][0]["TF"].items():
        assert floats[ids[name]] == answer


async def test_a_link_that_closes_a_cycle_is_refused_with_its_path(api, network):
    project, ids, _ = network
    body = {"predecessor_id": ids["K"], "successor_id": ids["C"]}
    problem = await api.post(f"{project}/links", body, status=409)
    assert problem["type"] == "/problems/cycle"
    names = {task: name for name, task in ids.items()}
    path = [names[task] for task in problem["path"]]
    allowed = GOLDEN["changes"][1]["cycles_allowed_in_the_answer"]
    rotations = [cycle[k:-1] + cycle[:k] + [cycle[k]] for cycle in allowed for k in range(len(cycle) - 1)]
    assert path in rotations
    assert len((await api.get(f"{project}/links"))["items"]) == len(GOLDEN["links"])


async def test_explain_leads_back_to_what_moved_the_task(api, network):
    project, ids, links = network
    fresh = await api.get(f"{project}/tasks/{ids['D']}/explain")
    assert [step["task_id"] for step in fresh["path"]] == [ids["D"], ids["B"], ids["A"]]
    assert fresh["path"][0]["driven_by"] == {"link_id": links["B", "D"]}
    assert fresh["path"][-1]["driven_by"] is None

    changed = await api.request("PATCH", f"{project}/tasks/{ids['B']}", json={"duration": "P8D"})
    move = (await api.get(f"{project}/tasks/{ids['K']}/explain"))["last_move"]
    assert f"@{move['revision']}" in changed.headers["interlock-position"]
    assert move["cause"]["task_id"] == ids["B"]
    assert move["shift"] == "P2D"
    assert move["from"] == {"early_start": working_day(39), "early_finish": working_day(40)}
    assert move["to"] == {"early_start": working_day(41), "early_finish": working_day(42)}
