"""The golden network of eleven tasks, cut into three projects, answers as if it were uncut."""

from datetime import date, timedelta

import pytest

pytestmark = pytest.mark.slow

START = date(2026, 3, 2)


def day(offset):
    """The working day so many working days after the start."""
    weeks, days = divmod(offset, 5)
    return START + timedelta(weeks=weeks, days=days)


def table(case):
    """The golden answers as dates: a finish is the last working day, so one less than the offset that it is given as."""
    return {
        name: {
            "early_start": day(answer["ES"]).isoformat(),
            "early_finish": day(answer["EF"] - 1).isoformat(),
            "late_start": day(answer["LS"]).isoformat(),
            "late_finish": day(answer["LF"] - 1).isoformat(),
            "total_float": f"P{answer['TF']}D",
            "free_float": f"P{answer['FF']}D",
            "critical": answer["TF"] == 0,
        }
        for name, answer in case["answers"].items()
    }


async def test_a_cut_network_has_the_table_of_the_uncut_one(eleven, api):
    golden = await eleven.heard()
    schedule = await api.get(f"{golden.program}/schedule")
    items = {golden.letters([item["task_id"]])[0]: item for item in schedule["items"]}
    expected = table(golden.case)
    assert {name: {key: items[name][key] for key in expected[name]} for name in items} == expected
    assert (schedule["start"], schedule["finish"]) == ("2026-03-02", day(40).isoformat())
    assert golden.letters(schedule["longest_path"]) == list("ABDEGIJK")
    assert schedule["positions"] == {
        str(project_id): api.projects.revisions[project_id] for project_id in golden.project_ids.values()
    }
    assert items["D"]["driving"] == {"dependency_id": golden.dependencies["B", "D"].removeprefix("/dependencies/")}


async def test_a_slip_moves_what_it_drives_in_every_project_and_says_why(eleven, api):
    golden = await eleven.heard()
    api.projects.change(golden.ids["B"], duration="P8D")
    await api.hear()
    assert (await api.get(f"{golden.program}/schedule"))["finish"] == day(42).isoformat()
    recalculated = [event for event in await api.events() if event["happened"] == "schedule.recalculated"][-1]
    moves = recalculated["data"]["moves"]
    assert sorted(golden.letters([move["task_id"] for move in moves])) == list("BDEGHIJK")
    cause = {"project_id": str(golden.project_ids["P1"]), "task_id": str(golden.ids["B"])}
    assert all(move["cause"] == cause for move in moves)
    items = await api.schedule(golden.program)
    assert {name: items[str(golden.ids[name])]["total_float"] for name in "CF"} == {"C": "P20D", "F": "P20D"}


async def test_a_slip_can_be_thought_through_without_writing_anything(eleven, api):
    golden = await eleven.heard()
    said = len(await api.events())
    body = {
        "changes": [{"project_id": str(golden.project_ids["P1"]), "task_id": str(golden.ids["B"]), "duration": "P8D"}]
    }
    answer = await api.post(f"{golden.program}/what-if", body, status=200)
    assert answer["finish"] == {"from": day(40).isoformat(), "to": day(42).isoformat()}
    assert sorted(set(golden.letters([move["task_id"] for move in answer["moved"]]))) == list("BDEGHIJK")
    of_k = [move for move in answer["moved"] if move["task_id"] == str(golden.ids["K"])]
    assert {(move["field"], move["shift"], move["cause"]["task_id"]) for move in of_k} == {
        ("early_start", "P2D", str(golden.ids["B"])),
        ("early_finish", "P2D", str(golden.ids["B"])),
    }
    carried = [golden.dependencies["B", "D"], golden.dependencies["G", "I"]]
    assert [f"/dependencies/{dependency}" for dependency in of_k[0]["through"]] == carried
    changed = {item["id"]: item["margin"] for item in answer["dependencies"]}
    assert changed == {golden.dependencies["C", "F"].removeprefix("/dependencies/"): {"from": "P18D", "to": "P20D"}}
    assert len(await api.events()) == said
    assert (await api.get(f"{golden.program}/schedule"))["finish"] == day(40).isoformat()


async def test_a_dependency_that_closes_a_cycle_is_refused_with_its_path(eleven, api, networks):
    golden = await eleven.heard()
    refused = await api.propose(golden.program, golden.ids["K"], golden.ids["C"], status=409)
    assert refused["type"] == "/problems/cycle"
    change = networks["eleven_tasks"]["changes"][1]
    assert golden.letters(refused["path"]) in change["cycles_allowed_in_the_answer"]
    assert len((await api.get(f"{golden.program}/dependencies"))["items"]) == 4


async def test_a_soft_dependency_does_not_pass_a_slip_on_until_it_is_accepted(eleven, api):
    golden = await eleven.heard(BD="soft")
    path = golden.dependencies["B", "D"]
    api.projects.change(golden.ids["B"], duration="P8D")
    await api.hear()
    slipped = await api.get(path)
    assert (slipped["margin"], slipped["state"]) == ("-P2D", "at_risk")
    assert slipped["imposed"] == {"side": "start", "at": day(10).isoformat()}
    assert (await api.schedule(golden.program))[str(golden.ids["D"])]["early_start"] == day(10).isoformat()
    rejected = await api.post(f"{path}/reject-slip", {"note": "no"}, status=200)
    assert (rejected["slip_answer"]["decision"], rejected["slip_answer"]["forecast"]) == (
        "rejected",
        day(11).isoformat(),
    )
    assert (await api.schedule(golden.program))[str(golden.ids["D"])]["early_start"] == day(10).isoformat()
    accepted = await api.post(f"{path}/accept-slip", status=200)
    assert (accepted["margin"], accepted["state"], accepted["accepted_forecast"]) == (
        "P0D",
        "committed",
        day(11).isoformat(),
    )
    schedule = await api.get(f"{golden.program}/schedule")
    assert schedule["finish"] == day(42).isoformat()
    refused = await api.post(f"{path}/accept-slip", status=409)
    assert refused["type"] == "/problems/no-slip"


async def test_a_proposed_dependency_shows_its_margin_and_what_it_would_move(eleven, api):
    golden = eleven
    await api.hear()
    program = await api.program(*golden.project_ids.values())
    proposed = await api.propose(program, golden.ids["B"], golden.ids["D"])
    assert (proposed["state"], proposed["imposed"]) == ("proposed", None)
    assert (await api.schedule(program))[str(golden.ids["D"])]["early_start"] == day(0).isoformat()
    shown = await api.get(f"/dependencies/{proposed['id']}")
    assert sorted(set(golden.letters([move["task_id"] for move in shown["would_move"]]))) == list("DEG")
    assert {move["cause"]["dependency_id"] for move in shown["would_move"]} == {proposed["id"]}


@pytest.mark.parametrize("step", ["commit", "cancel"])
async def test_a_step_can_be_previewed(eleven, api, step):
    golden = await eleven.heard()
    path = golden.dependencies["B", "D"]
    said = len(await api.events())
    if step == "commit":
        await api.post(f"{path}/cancel", status=200)
        proposed = await api.propose(golden.program, golden.ids["B"], golden.ids["D"])
        path = f"/dependencies/{proposed['id']}"
        await api.post(f"{path}/commit", {"end": "provider"}, status=200)
        said = len(await api.events())
    body = {"end": "receiver"} if step == "commit" else {}
    preview = await api.post(f"{path}/{step}", body, status=200, params={"dry_run": "true"})
    assert sorted(set(golden.letters([move["task_id"] for move in preview["moved"]]))) == list("DEGHIJK")
    assert {move["cause"]["dependency_id"] for move in preview["moved"]} == {path.removeprefix("/dependencies/")}
    assert len(await api.events()) == said


async def test_float_is_told_to_the_own_project_and_to_the_program(api):
    """P1: A of 4 days and B of 1 beside it. P2: C of 3 days waits for A, D takes 10. A late C delays neither its project nor the program."""
    first, second = api.projects.project("P1"), api.projects.project("P2")
    tasks = {name: api.projects.task(first, name, days) for name, days in (("A", 4), ("B", 1))}
    tasks |= {name: api.projects.task(second, name, days) for name, days in (("C", 3), ("D", 10))}
    await api.hear()
    program = await api.program(first, second)
    await api.commit(program, tasks["A"], tasks["C"])

    async def floats():
        items = await api.schedule(program)
        return {
            name: tuple(items[str(id_)][f"{to}_float"] for to in ("project", "total")) for name, id_ in tasks.items()
        }

    told = {"A": ("P0D", "P3D"), "B": ("P3D", "P9D"), "C": ("P3D", "P3D"), "D": ("P0D", "P0D")}
    assert await floats() == told
    api.projects.change(tasks["A"], duration="P6D")
    await api.hear()
    assert await floats() == told | {"A": ("P0D", "P1D"), "B": ("P5D", "P9D"), "C": ("P1D", "P1D")}
