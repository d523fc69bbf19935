"""`explain` for every derived date: the path that leads to it, what it begins with, and what moved it.

The plan starts on Monday 2026-03-02:

    Works (summary)   Dig 4d → Pour 3d → Ready (milestone)
    Survey 2d, deadline 2026-03-05   Crane 1d, not before 2026-03-09   Paint 2d as late as possible → Ready
    Care, a level of effort from Dig's start to Pour's finish   Done, 1d, finished on 2026-03-02
"""

import pytest

from planning.explaining import DateField

DATES = ("early_start", "early_finish", "late_start", "late_finish", "scheduled_start", "scheduled_finish")
FLOATS = ("total_float", "free_float")
TABLE = [
    # task, fields, path, what it begins with, at which task, on which date
    ("Dig", ("early_start", "early_finish", "scheduled_start"), "Dig", "project_start", None, "2026-03-02"),
    ("Dig", ("late_start", "late_finish", "total_float"), "Dig Pour Ready", "project_finish", "Ready", "2026-03-10"),
    ("Dig", ("free_float",), "Dig Pour", "successor", "Pour", "2026-03-06"),
    ("Pour", ("early_start", "early_finish", "scheduled_finish"), "Pour Dig", "project_start", None, "2026-03-02"),
    ("Ready", ("early_start", "early_finish"), "Ready Pour Dig", "project_start", None, "2026-03-02"),
    ("Ready", ("late_finish", "free_float"), "Ready", "project_finish", "Ready", "2026-03-10"),
    ("Survey", ("late_start", "late_finish", "total_float"), "Survey", "deadline", "Survey", "2026-03-05"),
    ("Survey", ("early_finish",), "Survey", "project_start", None, "2026-03-02"),
    ("Survey", ("free_float",), "Survey", "project_finish", "Ready", "2026-03-10"),
    ("Crane", ("early_start", "early_finish"), "Crane", "constraint", "Crane", "2026-03-09"),
    ("Paint", ("early_start",), "Paint", "project_start", None, "2026-03-02"),
    ("Paint", ("scheduled_start", "scheduled_finish"), "Paint Ready", "successor", "Ready", "2026-03-10"),
    ("Works", ("early_start",), "Works Dig", "project_start", None, "2026-03-02"),
    ("Works", ("early_finish", "scheduled_finish"), "Works Pour Dig", "project_start", None, "2026-03-02"),
    ("Works", ("total_float",), "Works Dig Pour Ready", "project_finish", "Ready", "2026-03-10"),
    ("Works", ("late_finish",), "Works Pour Ready", "project_finish", "Ready", "2026-03-10"),
    ("Care", ("early_start",), "Care Dig", "project_start", None, "2026-03-02"),
    ("Care", ("early_finish",), "Care Pour Dig", "project_start", None, "2026-03-02"),
    ("Care", ("late_finish",), "Care Pour Ready", "project_finish", "Ready", "2026-03-10"),
    ("Done", DATES[:2], "Done", "actual", "Done", "2026-03-02"),
    ("Done", ("late_start", "late_finish"), "Done", "actual", "Done", "2026-03-02"),
]


async def planned(api):
    """The project and its tasks' ids by name."""
    project = await api.project()
    ids = {"Works": await api.task(project, "Works", kind="summary", duration=None)}
    ids["Dig"] = await api.task(project, "Dig", "P4D", parent_id=ids["Works"])
    ids["Pour"] = await api.task(project, "Pour", "P3D", parent_id=ids["Works"])
    ids["Ready"] = await api.task(project, "Ready", "P0D", kind="milestone")
    ids["Survey"] = await api.task(project, "Survey", "P2D", deadline="2026-03-05")
    ids["Crane"] = await api.task(project, "Crane", "P1D", constraint={"type": "SNET", "date": "2026-03-09"})
    ids["Paint"] = await api.task(project, "Paint", "P2D", mode="auto_alap")
    ids["Care"] = await api.task(project, "Care", "P1D", kind="level_of_effort")
    done = {"actual_start": "2026-03-02", "actual_finish": "2026-03-02"}
    ids["Done"] = await api.task(project, "Done", "P1D", **done)
    links = [("Dig", "Pour", "FS"), ("Pour", "Ready", "FS"), ("Paint", "Ready", "FS"), ("Dig", "Care", "SS")]
    for before, after, kind in [*links, ("Pour", "Care", "FF")]:
        await api.link(project, ids[before], ids[after], type=kind)
    return project, ids


async def test_every_derived_date_says_what_it_hangs_on(api):
    project, ids = await planned(api)
    names = {task_id: name for name, task_id in ids.items()}
    schedule = await api.schedule(project)
    wrong = []
    for name, fields, path, kind, root, on in TABLE:
        for field in fields:
            told = await api.get(f"{project}/tasks/{ids[name]}/explain", params={"field": field})
            found = (
                *(" ".join(names[step["task_id"]] for step in told["path"]), told["root"]["kind"]),
                *(names.get(told["root"]["task_id"]), told["root"]["on"]),
            )
            if found != (path, kind, root, on):
                wrong.append(f"{name} {field}: {found}")
            assert told["value"] == schedule[ids[name]][field]
            assert told["path"][-1]["bound"] == told["root"]["kind"]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("field", DateField)
async def test_every_field_of_every_task_is_explained(api, field):
    project, ids = await planned(api)
    schedule = await api.schedule(project)
    for task_id in ids.values():
        told = await api.get(f"{project}/tasks/{task_id}/explain", params={"field": field.value})
        assert told["value"] == schedule[task_id][field.value]
        steps = told["path"]
        assert steps[0]["task_id"] == task_id
        assert all(step["bound"] in {"link", "child"} for step in steps[:-1])
        for step in steps:
            assert (step["driven_by"] is not None) == (step["bound"] in {"link", "imposed"})


async def test_the_schedule_says_why_the_project_ends_when_it_does(api):
    project, ids = await planned(api)
    told = await api.get(f"{project}/schedule/explain")
    assert (told["field"], told["value"]) == ("finish", "2026-03-10")
    assert [step["task_id"] for step in told["path"]] == [ids[name] for name in ("Ready", "Pour", "Dig")]
    last = told["last_move"]
    assert (told["root"]["kind"], last["from"], last["to"]) == ("project_start", "2026-03-09", "2026-03-10")
    assert last["cause"]["link_id"], "Crane had set the finish until Pour had to wait for Dig"
    begin = await api.get(f"{project}/schedule/explain", params={"field": "start"})
    assert (begin["value"], begin["root"]["kind"]) == ("2026-03-02", "project_start")
    empty = await api.get(f"{await api.project(key='EMPTY')}/schedule/explain")
    assert (empty["path"], empty["root"]["kind"]) == ([], "project_start")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Ready", "early_finish"),
        ("Works", "early_finish"),
        ("Pour", "scheduled_start"),
        ("Dig", "late_finish"),
        ("Paint", "total_float"),
    ],
)
async def test_what_moved_a_date_last_names_the_root_change_and_the_shift(api, name, field):
    project, ids = await planned(api)
    await api.patch(f"{project}/tasks/{ids['Dig']}", {"duration": "P6D"})
    told = (await api.get(f"{project}/tasks/{ids[name]}/explain", params={"field": field}))["last_move"]
    assert (told["task_id"], told["cause"]["task_id"], told["shift"]) == (ids[name], ids["Dig"], "P2D")
    finish = (await api.get(f"{project}/schedule/explain"))["last_move"]
    assert (finish["cause"]["task_id"], finish["shift"]) == (ids["Dig"], "P2D")


async def test_a_deadline_and_a_data_date_of_the_project_are_named(api):
    project, ids = await planned(api)
    await api.patch(project, {"deadline": "2026-03-20", "data_date": "2026-03-03"})
    late = await api.get(f"{project}/tasks/{ids['Dig']}/explain", params={"field": "late_finish"})
    assert (late["root"]["kind"], late["root"]["on"]) == ("project_deadline", "2026-03-20")
    early = await api.get(f"{project}/tasks/{ids['Dig']}/explain", params={"field": "early_start"})
    assert (early["root"]["kind"], early["root"]["on"]) == ("data_date", "2026-03-03")
    await api.patch(f"{project}/tasks/{ids['Dig']}", {"actual_start": "2026-03-03", "percent_complete": 25})
    begun = await api.get(f"{project}/tasks/{ids['Dig']}/explain", params={"field": "early_start"})
    assert (begun["root"]["kind"], begun["root"]["on"]) == ("actual", "2026-03-03")
    rest = await api.get(f"{project}/tasks/{ids['Dig']}/explain")
    assert rest["root"]["kind"] == "data_date"


async def test_a_variance_is_led_back_to_where_it_came_in(api):
    project, ids = await planned(api)
    baseline = f"{project}/baselines/{(await api.post(f'{project}/baselines', {'name': 'B'}))['id']}"
    still = await api.get(f"{baseline}/explain")
    assert (still["variance"], still["root"]) == ("P0D", None)
    await api.patch(f"{project}/tasks/{ids['Dig']}", {"duration": "P6D"})
    told = await api.get(f"{baseline}/explain")
    assert (told["task_id"], told["from"], told["to"], told["variance"]) == (
        *(ids["Ready"], "2026-03-10", "2026-03-12"),
        "P2D",
    )
    assert [(step["task_id"], step["variance"]) for step in told["path"]] == [
        (ids[name], "P2D") for name in ("Ready", "Pour", "Dig")
    ]
    assert (told["root"]["task_id"], told["root"]["why"]) == (ids["Dig"], "duration")
    assert told["root"]["last_move"]["shift"] == "P2D"
    start = await api.get(f"{baseline}/explain", params={"task_id": ids["Pour"], "field": "start"})
    assert (start["from"], start["to"], start["variance"]) == ("2026-03-06", "2026-03-10", "P2D")
    unmoved = await api.get(f"{baseline}/explain", params={"task_id": ids["Survey"]})
    assert (unmoved["variance"], unmoved["root"]) == ("P0D", None)
    new = await api.task(project, "New", "P20D")
    added = await api.get(f"{baseline}/explain")
    assert (added["root"]["task_id"], added["root"]["why"], added["path"][0]["from"]) == (new, "added", None)
    await api.patch(f"{project}/tasks/{ids['Survey']}", {"constraint": {"type": "SNET", "date": "2026-03-04"}})
    held = await api.get(f"{baseline}/explain", params={"task_id": ids["Survey"]})
    assert held["root"]["why"] == "constraint"
    await api.get_missing(f"{baseline}/explain?task_id={baseline.rpartition('/')[2]}")
