"""What tells of a hidden project without a word: where a page ends, what an answer reflects, how long a read waits, an answer that is repeated.

With one row a page, `next` held the dates of the hidden task that the page had ended with; walked through in each order, those of all.
"""

import base64
from dataclasses import replace
from uuid import UUID, uuid4

import orjson
import pytest

from contracts.vocabulary import ProgramRole, ProjectRole
from program_svc.network import recalled_dates

pytestmark = pytest.mark.slow


@pytest.fixture
async def told(api):
    """A late program of two projects, each aligned to a goal; the second is hidden from `reader`, and no number of the first is one of its own."""
    mine, theirs = api.projects.project("MINE"), api.projects.project("SECRET")
    shown = api.projects.task(mine, "B", 3)
    hidden = [api.projects.task(theirs, f"SECRET {number}", 5 + 7 * number) for number in range(3)]
    for project in (mine, theirs):
        api.projects.risk(project, "0.5", "10")
    await api.hear()
    path = await api.program(mine, theirs, deadline="2026-03-03")
    goal = await api.post("/goals", {"name": "G", "due": "2026-03-03"})
    for project, weight in ((mine, 1), (theirs, 31)):
        await api.post("/alignments", {"goal_id": goal["id"], "project_id": str(project), "weight": weight})
    return {
        "path": path,
        "goal": f"/goals/{goal['id']}",
        "mine": mine,
        "theirs": theirs,
        "shown": shown,
        "hidden": hidden,
    }


@pytest.fixture
def reader(api, told):
    """Sees the program and one of its projects."""
    return replace(
        api,
        subject="bob",
        roles=frozenset(),
        in_programs={UUID(told["path"].rpartition("/")[2]): ProgramRole.VIEWER},
        in_projects={told["mine"]: ProjectRole.VIEWER},
    )


async def cursors(who, path: str, rows: str) -> tuple[list, list[int], set[int]]:
    """Walk through a list with one row a page: its rows, the cursors' contents, and what it counts as hidden on each page."""
    found, ends, counts, following = [], [], set(), ""
    while True:
        answer = await who.get(f"{path}{'&' if '?' in path else '?'}limit=1{following}")
        found += answer[rows]
        counts.add(answer.get("hidden_count", 0))
        if answer["next"] is None:
            return found, ends, counts
        ends.append(orjson.loads(base64.urlsafe_b64decode(answer["next"] + "==")))
        following = f"&cursor={answer['next']}"


@pytest.mark.parametrize("large", [10_000, 0], ids=["small", "in columns"])
@pytest.mark.parametrize("sort", ["task_id", "early_start", "-early_finish", "total_float"])
async def test_where_a_page_of_the_schedule_ends_tells_no_hidden_date(api, reader, told, sort, large, monkeypatch):
    monkeypatch.setattr(recalled_dates, "LARGE", large)
    path = f"{told['path']}/schedule?sort={sort}"
    items, ends, counts = await cursors(reader, path, "items")
    assert ([each["task_id"] for each in items], ends, counts) == ([str(told["shown"])], [], {3})
    items, ends, counts = await cursors(reader, f"{path}&project_id={told['theirs']}", "items")
    assert (items, ends, counts) == ([], [], {3})
    items, ends, counts = await cursors(api, path, "items")
    assert (len(items), len(ends), counts) == (4, 3, {0})


@pytest.mark.parametrize("sort", ["kind", "by", "-by", "weight"])
async def test_nor_does_a_page_of_threats_or_of_alignments(api, reader, told, sort):
    everything, *_ = await cursors(api, f"{told['goal']}/exposure?sort={sort}", "threats")
    theirs = [each for each in everything if each["project_id"] == str(told["theirs"])]
    assert theirs
    assert len(everything) > len(theirs)
    threats, ends, counts = await cursors(reader, f"{told['goal']}/exposure?sort={sort}", "threats")
    assert {each["project_id"] for each in threats} == {str(told["mine"])}
    assert (len(threats), len(ends), counts) == (len(everything) - len(theirs), len(threats) - 1, {len(theirs)})
    rows, ends, counts = await cursors(reader, "/alignments?sort=weight", "items")
    assert ([each["project_id"] for each in rows], ends, counts) == ([str(told["mine"])], [], {1})


async def test_what_an_answer_reflects_names_no_hidden_project(api, reader, told):
    parts = (
        "",
        "/schedule",
        "/components",
        "/dependencies",
        "/budget",
        "/risks",
        "/issues",
        "/earned-value",
        "/goals",
        "/paths",
    )
    more = ("/roadmap", "/roadmap.svg", "/dependencies/digest", f"/tasks/{told['shown']}/explain")
    paths = [*(f"{told['path']}{part}" for part in (*parts, *more)), f"{told['goal']}/exposure"]
    for path in paths:
        whole = (await api.request("GET", path)).headers["Interlock-Position"]
        assert f"project/{told['theirs']}@" in whole, path
        seen = (await reader.request("GET", path)).headers["Interlock-Position"]
        assert set(seen.split(", ")) == {each for each in whole.split(", ") if str(told["theirs"]) not in each}, path


async def test_a_simulation_tells_the_influence_of_what_is_seen_alone(api, reader, told):
    """Tasks and risks of hidden projects came by their ids, with how much each has to do with the finish."""
    api.projects.risk(told["theirs"], "0.5", "10", task_id=str(told["hidden"][2]), days_impact="P5D")
    nowhere = api.projects.risk(told["theirs"], "0.5", "10", days_impact="P5D")
    await api.hear()
    asked = {"runs": 100, "seed": 1}
    whole = await api.post(f"{told['path']}/simulate", asked, status=200)
    seen = await reader.post(f"{told['path']}/simulate", asked, status=200)
    assert (whole["left_out"], seen["left_out"], whole["hidden_count"]) == ([str(nowhere)], [], 0)
    hidden = 1
    for name in ("criticality", "sensitivity"):
        mine = [each for each in whole[name] if each["project_id"] == str(told["mine"])]
        assert seen[name] == mine
        assert len(mine) < len(whole[name]), name
        hidden += len(whole[name]) - len(mine)
    assert seen["hidden_count"] >= hidden
    for each in (*told["hidden"], nowhere, told["theirs"]):
        assert str(each) not in str(seen)


async def test_nobody_learns_by_waiting_how_far_a_hidden_project_is(api, reader, told):
    """It is as with a project that does not exist."""

    async def status(who, project_id: UUID, kind: str = "project") -> int:
        asked = {"Interlock-After": f"{kind}/{project_id}@1", "Prefer": "wait=0"}
        return (await who.request("GET", told["path"], headers=asked)).status_code

    assert await status(api, told["theirs"]) == await status(reader, told["mine"]) == 200
    assert await status(reader, told["theirs"]) == await status(reader, uuid4()) == 504
    manager = replace(reader, in_programs=dict.fromkeys(reader.in_programs, ProgramRole.PROGRAM_MANAGER))
    assert await status(manager, told["theirs"]) == 200


async def test_the_program_that_a_project_is_in_already_is_named_to_who_sees_it_alone(api, told):
    """A refusal told whoever manages another program which one it is."""
    mine = await api.program()
    hidden, own = (UUID(path.rpartition("/")[2]) for path in (told["path"], mine))
    manager = replace(
        api,
        roles=frozenset(),
        in_programs={own: ProgramRole.PROGRAM_MANAGER},
        in_projects={told["mine"]: ProjectRole.VIEWER},
    )
    asked = (f"{mine}/components", {"project_id": str(told["mine"])})
    for path in (asked[0], f"{asked[0]}?dry_run=true"):
        refused = await manager.post(path, asked[1], status=409)
        assert (refused["type"], str(hidden) in str(refused)) == ("/problems/already-component", False)
        seeing = replace(manager, in_programs={**manager.in_programs, hidden: ProgramRole.VIEWER})
        assert (await seeing.post(path, asked[1], status=409))["program_id"] == str(hidden)


async def test_who_is_no_party_any_more_gets_no_answer_again(api, reader, told):
    """The key's answer came without a look at the dependency: with words left out, but with its dates."""
    needed = (await api.propose(told["path"], told["hidden"][0], told["shown"]))["id"]
    path, key = f"/dependencies/{needed}/commit", {"headers": {"Idempotency-Key": "k"}}
    manager = replace(reader, in_programs={}, in_projects={told["mine"]: ProjectRole.PROJECT_MANAGER})
    first = await manager.post(path, {"end": "receiver"}, status=200, **key)
    assert (await manager.post(path, {"end": "receiver"}, status=200, **key)) == first
    for other in ({}, {told["mine"]: ProjectRole.VIEWER}):
        status = 200 if other else 404
        again = await replace(manager, in_projects=other).post(path, {"end": "receiver"}, status=status, **key)
        assert ("margin" in again) is bool(other)


async def test_a_token_for_some_places_finds_those_alone_in_every_list_and_by_every_filter(api, told):
    """As the gateway narrows it: no role in the organisation, and a role in each of its places."""
    other, far = await api.program(), api.projects.project("FAR")
    tasks = [api.projects.task(far, "SECRET far", 3), api.projects.task(far, "SECRET farther", 3)]
    await api.hear()
    await api.post(f"{other}/components", {"project_id": str(far)})
    program_id, other_id = (path.rpartition("/")[2] for path in (told["path"], other))
    await api.propose(told["path"], told["hidden"][0], told["shown"])
    assert tasks
    token = replace(
        api,
        roles=frozenset(),
        in_programs={UUID(program_id): ProgramRole.VIEWER},
        in_projects={told["mine"]: ProjectRole.PROJECT_MANAGER},
        is_restricted=True,
    )
    assert {each["id"] for each in (await api.get("/programs"))["items"]} == {program_id, other_id}
    key = (await api.get(other))["key"]
    for path, found in (
        ("/programs", {program_id}),
        (f"/programs?key={key}", set()),
        ("/programs?state=identified&sort=-name", {program_id}),
        (f"{told['path']}/components", {str(told["mine"])}),
        (f"{told['path']}/risks?project_id={told['theirs']}", set()),
        (f"{told['path']}/schedule?project_id={told['theirs']}", set()),
        (f"/alignments?project_id={told['theirs']}", set()),
        ("/alignments", {str(told["mine"])}),
        ("/dependencies/inbox", {str(told["mine"])}),
        (f"/dependencies/inbox?project_id={told['theirs']}", set()),
        (f"/dependencies/inbox?program_id={other_id}", set()),
        ("/proposals/inbox", set()),
        ("/alignment/orphans", set()),
    ):
        answer = await token.get(path)
        items = answer["items"] if "items" in answer else answer["projects"]
        assert {each.get("project_id", each.get("id")) for each in items} == found, (path, items)
        assert answer.get("next") is None, path
        assert not [word for word in ("SECRET", "FAR", str(far), str(other_id)) if word in str(answer)], path
    for path in (other, f"{other}/components", f"{other}/schedule", f"{other}/risks", f"{other}/dependencies"):
        await token.get_missing(path)
    for path, body in (
        ("/goals", {"name": "Mine"}),
        ("/programs", {"key": "NEW", "name": "Mine"}),
        ("/portfolios", {"key": "NEW", "name": "Mine"}),
        ("/alignments", {"goal_id": told["goal"].rpartition("/")[2], "project_id": str(told["mine"])}),
    ):
        await token.post(path, body, status=403)
