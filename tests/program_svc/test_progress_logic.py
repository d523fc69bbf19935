"""Each project's own logic of progress and threshold, in the network of its program: heard, changed, and whatever form the network is held in.

P: Dig 5d → Q: Pour 4d, which began on the first day and is half done; Q: Paint 2d beside it, P: Walk 1d after Dig.
"""

import pytest

from program_svc.network import following, recalled_dates

HALF_DONE = {"actual_start": "2026-03-02", "percent_complete": 50, "state": "in_progress"}
MORNINGS = {day: [{"from": "08:00", "to": "12:00"}] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}


@pytest.fixture(params=[0, 2_000], ids=["arrays", "objects"])
def form(request, monkeypatch):
    """Hold and read programs as arrays, or as objects."""
    monkeypatch.setattr(following, "LARGE", request.param)
    monkeypatch.setattr(recalled_dates, "LARGE", request.param)


async def told(api, **fields):
    """The program's path, its projects, and the ids of the tasks; `fields` are those of Q."""
    first = api.projects.project("P", data_date="2026-03-02")
    second = api.projects.project("Q", data_date="2026-03-02", **fields)
    ids = {
        "Dig": api.projects.task(first, "Dig", 5),
        "Walk": api.projects.task(first, "Walk", 1),
        "Pour": api.projects.task(second, "Pour", 4, **HALF_DONE),
        "Paint": api.projects.task(second, "Paint", 2),
    }
    api.projects.link(first, ids["Dig"], ids["Walk"])
    api.projects.link(second, ids["Pour"], ids["Paint"])
    await api.hear()
    program = await api.program(first, second)
    await api.commit(program, ids["Dig"], ids["Pour"])
    return program, (first, second), ids


async def seen(api, program, ids, field):
    items = await api.schedule(program)
    return {name: items[str(task_id)][field] for name, task_id in ids.items()}


async def change(api, project_id, **fields):
    api.projects.change(project_id, **fields)
    await api.hear()


@pytest.mark.usefixtures("form")
async def test_begun_work_goes_on_in_a_program_as_its_own_project_says(api):
    program, (first, second), ids = await told(api)
    assert (await seen(api, program, ids, "early_finish"))["Paint"] == "2026-03-13"
    await change(api, first, progress_logic="override")
    assert (await seen(api, program, ids, "early_finish"))["Paint"] == "2026-03-13"
    await change(api, second, progress_logic="override")
    finishes = await seen(api, program, ids, "early_finish")
    assert (finishes["Pour"], finishes["Paint"], finishes["Dig"]) == ("2026-03-04", "2026-03-06", "2026-03-09")
    moved = [event for event in await api.events() if event["happened"] == "schedule.recalculated"][-1]
    assert {each["task_id"] for each in moved["data"]["moves"]} == {str(ids["Pour"]), str(ids["Paint"])}
    await change(api, second, progress_logic="retained")
    assert (await seen(api, program, ids, "early_finish"))["Paint"] == "2026-03-13"


@pytest.mark.usefixtures("form")
async def test_a_task_is_critical_in_a_program_by_the_threshold_of_its_own_project(api):
    program, (first, second), ids = await told(api)
    before = await seen(api, program, ids, "total_float")
    assert before == {"Dig": "P0D", "Walk": "P3D", "Pour": "P0D", "Paint": "P0D"}
    assert not (await seen(api, program, ids, "critical"))["Walk"]
    await change(api, second, critical_float="P9D")
    assert not (await seen(api, program, ids, "critical"))["Walk"]
    await change(api, first, critical_float="P3D")
    assert (await seen(api, program, ids, "critical"))["Walk"]
    assert await seen(api, program, ids, "total_float") == before


async def test_a_day_of_the_threshold_is_one_of_the_calendar_of_the_project(api):
    project_id = api.projects.project("P", critical_float="P1D")
    mornings = api.projects.calendar(project_id, MORNINGS, hours_per_day=4)
    own = {"calendar_id": str(mornings), "hours_per_day": 4}
    ids = {name: api.projects.task(project_id, name, days, **own) for name, days in (("A", 4), ("B", 3), ("C", 2))}
    await api.hear()
    program = await api.program(project_id)
    assert await seen(api, program, ids, "critical") == {"A": True, "B": True, "C": True}
    await change(api, project_id, calendar_id=str(mornings))
    assert await seen(api, program, ids, "critical") == {"A": True, "B": True, "C": False}
