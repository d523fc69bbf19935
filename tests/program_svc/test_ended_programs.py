"""A program that is over is a record of what was, and lets its projects go."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
async def pair(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    program = await api.program(first, second, deadline="2026-03-10", tolerances={"schedule": "P0D"})
    return program, await api.commit(program, given, needed), {first: given, second: needed}


async def test_terminating_a_program_dissolves_what_its_projects_agreed_on(api, pair):
    program, path, _ = pair
    preview = await api.request("PATCH", f"{program}?dry_run=true", json={"state": "terminated"})
    assert [each["state"] for each in preview.json()["dependencies"]] == ["dissolved"]
    await api.patch(program, {"state": "terminated"})
    dependency = await api.get(path)
    assert (dependency["state"], dependency["imposed"]) == ("dissolved", None)
    assert [event["happened"] for event in await api.events()][-2:] == ["program.updated", "dependency.dissolved"]


async def test_nothing_more_is_told_of_a_program_that_is_over(api, pair):
    program, _, tasks = pair
    await api.patch(program, {"state": "terminated"})
    before = await api.events()
    for task_id in tasks.values():
        api.projects.change(task_id, duration="P30D")
    await api.hear()
    assert await api.events() == before
    assert (await api.get(f"{program}/exceptions"))["items"] == []


async def test_a_project_of_a_program_that_is_over_joins_another_one(api, pair):
    program, _, tasks = pair
    first, second = tasks
    await api.patch(program, {"state": "terminated"})
    refused = await api.post(f"{await api.program()}/components", {"project_id": str(first)}, status=409)
    assert refused["type"] == "/problems/already-component"
    for project_id in (first, second):
        await api.delete(f"{program}/components/{project_id}")
    other = await api.program(first, second)
    assert len(await api.schedule(other)) == 2
    await api.delete(program)
