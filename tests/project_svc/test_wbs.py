"""Codes of the work breakdown: computed from the place, following the branch."""

import pytest


@pytest.fixture
async def project(api) -> str:
    return await api.project()


async def codes(api, project) -> dict[str, str]:
    return {task["name"]: task["wbs_code"] for task in (await api.get(f"{project}/tasks"))["items"]}


async def branch(api, project) -> dict[str, str]:
    """Track with Rails (with Weld) and Ballast, and Power; their ids."""
    ids = {"Track": await api.summary(project, "Track")}
    ids["Rails"] = await api.summary(project, "Rails", parent_id=ids["Track"])
    ids["Weld"] = await api.task(project, "Weld", parent_id=ids["Rails"])
    ids["Ballast"] = await api.task(project, "Ballast", parent_id=ids["Track"])
    ids["Power"] = await api.summary(project, "Power")
    return ids


async def test_a_code_says_where_a_task_is(api, project):
    await branch(api, project)
    assert await codes(api, project) == {
        "Track": "1",
        "Rails": "1.1",
        "Weld": "1.1.1",
        "Ballast": "1.2",
        "Power": "2",
    }


async def test_a_branch_that_moves_takes_codes_of_its_new_place(api, project, events_of):
    ids = await branch(api, project)
    await api.patch(f"{project}/tasks/{ids['Rails']}", {"parent_id": ids["Power"]})
    assert await codes(api, project) == {
        "Track": "1",
        "Rails": "2.1",
        "Weld": "2.1.1",
        "Ballast": "1.2",
        "Power": "2",
    }
    told = [event["data"] for event in await events_of(api.organization_id) if event["revision"] == 7]
    assert [(each["record"]["name"], each["changed"]) for each in told if "record" in each] == [
        ("Rails", ["parent_id", "wbs_code"]),
        ("Weld", ["wbs_code"]),
    ]
    await api.patch(f"{project}/tasks/{ids['Rails']}", {"parent_id": None})
    assert (await codes(api, project))["Weld"] == "3.1"


async def test_a_preview_of_a_move_writes_no_code(api, project):
    ids = await branch(api, project)
    before = await codes(api, project)
    await api.patch(f"{project}/tasks/{ids['Rails']}", {"parent_id": ids["Power"]}, params={"dry_run": "true"})
    assert await codes(api, project) == before


async def test_a_code_stays_when_a_sibling_goes(api, project):
    first, _ = await api.task(project, "A"), await api.task(project, "B")
    await api.delete(f"{project}/tasks/{first}")
    await api.task(project, "C")
    assert await codes(api, project) == {"B": "2", "C": "3"}


async def test_a_code_that_somebody_wrote_stays_and_those_below_continue_it(api, project):
    ids = await branch(api, project)
    await api.patch(f"{project}/tasks/{ids['Rails']}", {"wbs_code": "RLS"})
    assert (await codes(api, project))["Weld"] == "RLS.1"
    await api.patch(f"{project}/tasks/{ids['Rails']}", {"parent_id": ids["Power"]})
    assert (await codes(api, project))["Weld"] == "RLS.1"
    await api.patch(f"{project}/tasks/{ids['Rails']}", {"wbs_code": ""})
    now = await codes(api, project)
    assert (now["Rails"], now["Weld"]) == ("2.1", "2.1.1")


async def test_asking_again_for_a_computed_code_changes_nothing(api, project):
    ids = await branch(api, project)
    before = await api.get(f"{project}/tasks/{ids['Rails']}")
    assert await api.patch(f"{project}/tasks/{ids['Rails']}", {"wbs_code": ""}) == before


async def test_a_written_code_that_continues_its_parents_counts_as_a_number(api, project):
    await api.task(project, "A", wbs_code="7")
    await api.task(project, "B")
    assert await codes(api, project) == {"A": "7", "B": "8"}


async def test_a_computed_code_passes_one_that_is_taken(api, project):
    top = await api.summary(project, "Top", wbs_code="T")
    await api.task(project, "Odd", parent_id=top, wbs_code="1")
    await api.task(project, "A")
    assert (await codes(api, project))["A"] == "2"


async def test_a_code_is_one_tasks_alone(api, project):
    await api.task(project, "A", wbs_code="X")
    body = {"name": "B", "duration": "P1D", "wbs_code": "X"}
    assert (await api.post(f"{project}/tasks", body, status=409))["type"] == "/problems/already-exists"


async def test_a_batch_numbers_what_it_makes(api, project):
    operations = [
        {"op": "create", "record": "task", "ref": "top", "body": {"name": "Top", "kind": "summary"}},
        *(
            {"op": "create", "record": "task", "body": {"name": name, "kind": "milestone", "parent_id": {"ref": "top"}}}
            for name in ("A", "B")
        ),
    ]
    await api.post(f"{project}/batch", {"operations": operations}, status=200)
    assert await codes(api, project) == {"Top": "1", "A": "1.1", "B": "1.2"}


async def test_codes_grow_only_as_long_as_a_code_may_be(api, project):
    parent = await api.summary(project, "S0", wbs_code="X" * 199)
    await api.task(project, "below", parent_id=parent)
    assert (await codes(api, project))["below"] == ""
