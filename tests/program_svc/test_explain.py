"""Why is this date where it is, and why did it move: answered across projects."""

from uuid import uuid4

import pytest

pytestmark = pytest.mark.slow


async def test_a_date_is_led_back_through_other_projects_to_what_nothing_drives(eleven, api):
    golden = await eleven.heard()
    told = await api.get(f"{golden.program}/tasks/{golden.ids['H']}/explain")
    assert golden.letters([step["task_id"] for step in told["path"]]) == list("HGEDBA")
    assert told["path"][0]["driving"] == {"dependency_id": golden.dependencies["G", "H"].removeprefix("/dependencies/")}
    assert told["path"][-1]["driving"] is None
    assert (told["early_start"], told["early_finish"]) == (
        told["path"][0]["early_start"],
        told["path"][0]["early_finish"],
    )


async def test_the_last_move_names_its_root_and_its_shift(eleven, api):
    golden = await eleven.heard()
    before = await api.get(f"{golden.program}/tasks/{golden.ids['K']}/explain")
    api.projects.change(golden.ids["B"], duration="P8D")
    await api.hear()
    after = await api.get(f"{golden.program}/tasks/{golden.ids['K']}/explain")
    move = after["last_move"]
    assert (move["from"], move["to"], move["shift"]) == (before["early_finish"], after["early_finish"], "P2D")
    assert move["cause"] == {"project_id": str(golden.project_ids["P1"]), "task_id": str(golden.ids["B"])}
    assert (await api.get(f"{golden.program}/tasks/{golden.ids['C']}/explain"))["last_move"] is None


async def test_a_project_that_starts_later_is_the_cause_of_what_it_moves(eleven, api):
    golden = await eleven.heard()
    api.projects.change(golden.project_ids["P1"], start="2026-03-09")
    await api.hear()
    move = (await api.get(f"{golden.program}/tasks/{golden.ids['K']}/explain"))["last_move"]
    assert (move["shift"], move["cause"]) == ("P5D", {"project_id": str(golden.project_ids["P1"])})


async def test_a_removed_link_is_the_cause_of_what_it_let_go(eleven, api):
    golden = await eleven.heard()
    link_id = next(
        record_id
        for record_id, kept in api.projects.records.items()
        if kept["record"].get("predecessor_id") == str(golden.ids["A"])
        and kept["record"]["successor_id"] == str(golden.ids["B"])
    )
    api.projects.delete(link_id)
    await api.hear()
    move = (await api.get(f"{golden.program}/tasks/{golden.ids['D']}/explain"))["last_move"]
    assert (move["shift"], move["cause"]["link_id"]) == ("-P4D", str(link_id))


async def test_a_summary_moves_because_of_the_work_below_it(api):
    project_id = api.projects.project()
    summary = api.projects.task(project_id, "S", 0, kind="summary")
    work = api.projects.task(project_id, "W", 2, parent_id=str(summary))
    await api.hear()
    program = await api.program(project_id)
    api.projects.change(work, duration="P3D")
    await api.hear()
    move = (await api.get(f"{program}/tasks/{summary}/explain"))["last_move"]
    assert move["cause"] == {"project_id": str(project_id), "task_id": str(work)}


async def test_a_task_that_is_not_in_the_program_is_not_found(api):
    program = await api.program()
    assert (await api.request("GET", f"{program}/tasks/{uuid4()}/explain")).status_code == 404
