"""A project's logic of progress and what it calls critical: fields of its own, and the dates and floats that follow from them.

Dig 5d → Pour 4d, and Pour has begun on the first day; half of it is done. Seed 3d follows Pour, beside Paint 2d.
"""

import pytest
from tests.project_svc.plans import exported, uploaded
from tests.project_svc.test_levelling import levelled
from tests.project_svc.test_simulations import simulated

PREVIEW = {"dry_run": "true"}
MORNINGS = {
    "name": "Mornings",
    "hours_per_day": 4,
    "shifts": {"monday": [{"from": "08:00", "to": "12:00"}], "tuesday": [{"from": "08:00", "to": "12:00"}]},
}


@pytest.fixture
async def begun(api):
    """The path of the project and the ids of its tasks, by name."""
    project = await api.project(data_date="2026-03-02")
    ids = {
        name: await api.task(project, name, length)
        for name, length in (("Dig", "P5D"), ("Pour", "P4D"), ("Seed", "P3D"), ("Paint", "P2D"))
    }
    for ends in (("Dig", "Pour"), ("Pour", "Seed"), ("Pour", "Paint")):
        await api.link(project, *(ids[name] for name in ends))
    await api.patch(f"{project}/tasks/{ids['Pour']}", {"actual_start": "2026-03-02", "percent_complete": 50})
    return project, ids


async def finishes(api, project, ids):
    items = await api.schedule(project)
    return {name: items[task_id]["early_finish"] for name, task_id in ids.items()}


RETAINED = {"Dig": "2026-03-09", "Pour": "2026-03-11", "Seed": "2026-03-16", "Paint": "2026-03-13"}
OVERRIDE = {"Dig": "2026-03-09", "Pour": "2026-03-04", "Seed": "2026-03-09", "Paint": "2026-03-06"}


async def test_started_work_waits_until_the_project_lets_it_go_on(api, begun, events_of):
    project, ids = begun
    assert (await api.get(project))["progress_logic"] == "retained"
    assert await finishes(api, project, ids) == RETAINED
    preview = await api.patch(project, {"progress_logic": "override"}, params=PREVIEW)
    moved = {each["task_id"]: (each["from"], each["to"], each["shift"]) for each in preview["moved"]}
    assert moved[ids["Seed"]] == ("2026-03-16", "2026-03-09", "-P5D")
    assert await finishes(api, project, ids) == RETAINED
    assert (await api.patch(project, {"progress_logic": "override"}))["progress_logic"] == "override"
    assert await finishes(api, project, ids) == OVERRIDE
    updated, recalculated = (await events_of(api.organization_id))[-2:]
    assert (updated["data"]["changed"], updated["data"]["previous"]) == (
        ["progress_logic"],
        {"progress_logic": "retained"},
    )
    assert {each["task_id"] for each in recalculated["data"]["moves"]} == {ids["Pour"], ids["Seed"], ids["Paint"]}
    assert recalculated["data"]["cause"] == {"project_id": project.removeprefix("/projects/")}
    assert (await api.get(f"{project}/snapshot"))["project"]["progress_logic"] == "override"


async def test_what_the_logic_moved_is_explained_by_the_project(api, begun):
    project, ids = begun
    await api.patch(project, {"progress_logic": "override"})
    for field in ("early_finish", "late_start"):
        told = (await api.get(f"{project}/tasks/{ids['Paint']}/explain", params={"field": field}))["last_move"]
        assert {name for name, value in told["cause"].items() if value is not None} == {"project_id"}, field
    path = await api.get(f"{project}/tasks/{ids['Seed']}/explain")
    assert [step["task_id"] for step in path["path"]][:2] == [ids["Seed"], ids["Pour"]]
    assert ids["Dig"] not in [step["task_id"] for step in path["path"]]


@pytest.mark.parametrize(("logic", "finish"), [("retained", "2026-03-16"), ("override", "2026-03-09")])
async def test_jobs_compute_by_the_logic_of_the_project(api, work, begun, logic, finish):
    project, _ = begun
    await api.patch(project, {"progress_logic": logic})
    simulation = await simulated(api, work, project)
    assert simulation["result"]["finish"]["p50"] == finish
    levelling = await levelled(api, work, project)
    assert levelling["result"]["finish"] == finish


async def critical(api, project, ids):
    items = await api.schedule(project)
    return {name for name, task_id in ids.items() if items[task_id]["critical"]}


async def test_the_project_says_up_to_which_float_a_task_is_critical(api, begun, events_of):
    project, ids = begun
    assert await critical(api, project, ids) == {"Dig", "Pour", "Seed"}
    before = await api.schedule(project)
    preview = await api.patch(project, {"critical_float": "P1D"}, params=PREVIEW)
    assert preview["moved"] == []
    assert (await api.patch(project, {"critical_float": "P1D"}))["critical_float"] == "P1D"
    (event,) = (await events_of(api.organization_id))[-1:]
    assert (event["data"]["changed"], event["data"]["previous"]) == (["critical_float"], {"critical_float": "P0D"})
    after = await api.schedule(project)
    assert await critical(api, project, ids) == {"Dig", "Pour", "Seed", "Paint"}
    floats = ("early_start", "late_finish", "total_float", "free_float")
    assert [[item[name] for name in floats] for item in after.values()] == [
        [item[name] for name in floats] for item in before.values()
    ]
    assert (await api.get(f"{project}/snapshot"))["project"]["critical_float"] == "P1D"
    explained = await api.get(f"{project}/tasks/{ids['Paint']}/explain", params={"field": "total_float"})
    assert explained["value"] == "P1D"


async def test_a_day_of_it_is_one_of_the_calendar_that_the_project_works_by(api):
    project = await api.project(critical_float="P1D", progress_logic="override")
    calendar = (await api.post(f"{project}/calendars", MORNINGS))["id"]
    ids = {name: await api.task(project, name, length) for name, length in (("A", "PT20H"), ("B", "PT16H"))}
    assert await critical(api, project, ids) == {"A", "B"}
    await api.patch(project, {"calendar_id": calendar})
    assert await critical(api, project, ids) == {"A", "B"}, "four hours of float are a day there"
    await api.patch(f"{project}/tasks/{ids['B']}", {"duration": "PT12H"})
    assert await critical(api, project, ids) == {"A"}, "eight hours are two"


async def test_a_change_request_says_what_becomes_critical_by_the_threshold(api, begun):
    project, ids = begun
    await api.patch(project, {"critical_float": "P1D"})
    operations = [{"op": "update", "record": "task", "id": ids["Seed"], "body": {"duration": "P4D"}}]
    request = await api.post(f"{project}/change-requests", {"title": "More seed", "operations": operations})
    path = f"{project}/change-requests/{request['id']}"
    await api.post(f"{path}/submit", {}, status=200)
    impact = (await api.post(f"{path}/assess", {}, status=200))["impact"]
    assert (impact["becomes_critical"], impact["no_longer_critical"]) == ([], [ids["Paint"]])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"critical_float": "-P1D"}, "/critical_float"),
        ({"critical_float": None}, "/critical_float"),
        ({"critical_float": "soon"}, "/critical_float"),
        ({"progress_logic": "ignored"}, "/progress_logic"),
        ({"progress_logic": None}, "/progress_logic"),
    ],
)
async def test_what_is_no_threshold_and_no_logic_is_refused(api, project, body, pointer):
    problem = await api.patch(project, body, status=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("form", "name", "kept"),
    [
        ("mspdi", "plan.xml", {"progress_logic": "override", "critical_float": "P2D"}),
        ("json", "plan.json", {"progress_logic": "override", "critical_float": "P2D"}),
        ("csv", "plan.csv", {"progress_logic": "retained", "critical_float": "P0D"}),
    ],
)
async def test_a_copy_by_a_file_has_both_as_far_as_its_form_knows_them(api, work, form, name, kept):
    project = await api.project(progress_logic="override", critical_float="P2D")
    await api.task(project)
    data = await exported(api, project, form)
    job = await uploaded(api, work, data, name, project="copy", key="COPY", currency="EUR", start="2026-03-02")
    assert job["state"] == "succeeded", job["problem"]
    copy = await api.get(f"/projects/{job['project_id']}")
    assert {each: copy[each] for each in kept} == kept
