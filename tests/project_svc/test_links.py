"""Links: created, changed, refused."""

from uuid import uuid4

import pytest


@pytest.fixture
async def project(api) -> str:
    return await api.project()


@pytest.fixture
async def ends(api, project) -> tuple[str, str]:
    return await api.task(project, "A", "P5D"), await api.task(project, "B", "P4D")


@pytest.mark.parametrize(
    ("type_", "lag", "start", "finish"),
    [
        ("FS", "P0D", "2026-03-09", "2026-03-12"),
        ("FS", "P2D", "2026-03-11", "2026-03-16"),
        ("FS", "-P2D", "2026-03-05", "2026-03-10"),
        ("SS", "P1D", "2026-03-03", "2026-03-06"),
        ("FF", "P0D", "2026-03-03", "2026-03-06"),
        ("SF", "P7D", "2026-03-05", "2026-03-10"),
    ],
)
async def test_each_type_holds_back_its_end(api, project, ends, type_, lag, start, finish):
    first, second = ends
    link = await api.link(project, first, second, type=type_, lag=lag)
    item = (await api.schedule(project))[second]
    assert (item["early_start"], item["early_finish"]) == (start, finish)
    assert item["driving"] == {"link_id": link}
    read = await api.get(f"{project}/links/{link}")
    assert (read["type"], read["lag"]) == (type_, lag)


async def test_a_link_stays_inside_its_project(api, stranger, project, ends):
    elsewhere = await api.task(await api.project())
    foreign = await stranger.task(await stranger.project())
    for successor, status, kind in (
        (elsewhere, 409, "other-project"),
        (foreign, 404, "not-found"),
        (str(uuid4()), 404, "not-found"),
    ):
        body = {"predecessor_id": ends[0], "successor_id": successor}
        problem = await api.post(f"{project}/links", body, status=status)
        assert problem["type"] == f"/problems/{kind}"
        assert problem["errors"][0]["pointer"] == "/successor_id"


async def test_a_task_is_not_linked_to_itself_nor_to_a_summary(api, project, ends):
    problem = await api.post(f"{project}/links", {"predecessor_id": ends[0], "successor_id": ends[0]}, status=422)
    assert problem["errors"][0]["rule"] == "link_to_itself"
    phase = await api.summary(project)
    await api.post(f"{project}/links", {"predecessor_id": phase, "successor_id": ends[0]}, status=409)


async def test_a_ladder_is_legal_but_the_same_link_twice_is_not(api, project, ends):
    first = await api.link(project, *ends, type="SS", lag="P1D")
    second = await api.link(project, *ends, type="FF", lag="P1D")
    body = {"predecessor_id": ends[0], "successor_id": ends[1], "type": "SS", "lag": "P1D"}
    problem = await api.post(f"{project}/links", body, status=409)
    assert problem["type"] == "/problems/already-exists"
    await api.patch(f"{project}/links/{second}", {"type": "SS"}, status=409)
    assert {item["id"] for item in (await api.get(f"{project}/links"))["items"]} == {first, second}


async def test_a_changed_lag_moves_the_successor_because_of_the_link(api, project, ends):
    link = await api.link(project, *ends)
    preview = await api.patch(f"{project}/links/{link}", {"lag": "P3D"}, params={"dry_run": "true"})
    assert {moved["shift"] for moved in preview["moved"]} == {"P3D"}
    assert {moved["cause"]["link_id"] for moved in preview["moved"]} == {link}
    await api.patch(f"{project}/links/{link}", {"lag": "P3D"})
    assert (await api.schedule(project))[ends[1]]["early_start"] == "2026-03-12"


async def test_a_removed_link_frees_the_successor_and_stays_the_cause(api, project, ends):
    link = await api.link(project, *ends)
    await api.delete(f"{project}/links/{link}")
    assert (await api.schedule(project))[ends[1]]["early_start"] == "2026-03-02"
    move = (await api.get(f"{project}/tasks/{ends[1]}/explain"))["last_move"]
    assert move["cause"]["link_id"] == link
    assert move["shift"] == "-P5D"


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"type": "FX"}, "enum"), ({"lag": "2 days"}, "duration_format"), ({"predecessor_id": "x"}, "extra_forbidden")],
)
async def test_a_bad_change_is_refused_by_name(api, project, ends, change, rule):
    link = await api.link(project, *ends)
    problem = await api.patch(f"{project}/links/{link}", change, status=422)
    assert problem["errors"][0]["rule"] == rule


async def test_links_are_filtered_by_their_ends(api, project, ends):
    third = await api.task(project, "C")
    one, two = await api.link(project, *ends), await api.link(project, ends[1], third)

    async def found(**query: str) -> set[str]:
        return {item["id"] for item in (await api.get(f"{project}/links", params=query))["items"]}

    assert await found(task_id=ends[1]) == {one, two}
    assert await found(predecessor_id=ends[1]) == {two}
    assert await found(successor_id=ends[1], type="FS") == {one}
    assert await found(type="SS") == set()


async def test_a_longer_cycle_is_refused_and_nothing_is_saved(api, project, ends):
    third = await api.task(project, "C")
    await api.link(project, *ends)
    await api.link(project, ends[1], third)
    revision = (await api.get(project))["revision"]
    problem = await api.post(f"{project}/links", {"predecessor_id": third, "successor_id": ends[0]}, status=409)
    assert problem["type"] == "/problems/cycle"
    assert problem["path"][0] == problem["path"][-1]
    assert set(problem["path"]) == {*ends, third}
    assert (await api.get(project))["revision"] == revision
