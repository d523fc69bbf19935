"""What somebody gets of a program who sees one of its projects alone: nothing of the others, and how much that is."""

from dataclasses import replace

import pytest

from contracts.vocabulary import ProgramRole, ProjectRole

pytestmark = pytest.mark.slow


@pytest.fixture
async def told(api):
    """Two projects of one program, the first seen by `reader`, the second with a name that must not come out."""
    mine, theirs = api.projects.project("MINE"), api.projects.project("SECRET")
    given, needed = api.projects.task(theirs, "A", 4), api.projects.task(mine, "B", 3)
    for project, amount in ((mine, "100.00"), (theirs, "900.00")):
        api.projects.budget_line(project, amount)
        api.projects.risk(project, "0.5", "10")
    await api.hear()
    program = await api.program(mine, theirs, deadline="2026-03-03")
    dependency = await api.commit(program, given, needed, provider_owner="Grace", receiver_owner="Ada")
    goal = await api.post("/goals", {"name": "G"})
    for project in (mine, theirs):
        await api.post("/alignments", {"goal_id": goal["id"], "project_id": str(project)})
    return {
        "program": program,
        "program_id": program.rpartition("/")[2],
        "dependency": dependency,
        "goal": f"/goals/{goal['id']}",
        "mine": mine,
        "theirs": theirs,
        "given": given,
        "needed": needed,
    }


@pytest.fixture
def reader(api, told):
    """Sees the program and one of its projects."""
    from uuid import UUID

    return replace(
        api,
        roles=frozenset(),
        in_programs={UUID(told["program_id"]): ProgramRole.VIEWER},
        in_projects={told["mine"]: ProjectRole.VIEWER},
    )


async def test_nothing_that_a_reader_gets_names_what_it_does_not_see(reader, told):
    parts = (
        "",
        "/components",
        "/dependencies",
        "/budget",
        "/risks",
        "/earned-value",
        "/goals",
        "/schedule",
        "/snapshot",
    )
    paths = [
        *(f"{told['program']}{part}" for part in parts),
        f"{told['program']}/tasks/{told['needed']}/explain",
        told["dependency"],
        "/alignments",
        "/alignment/coverage",
        "/alignment/orphans",
        f"{told['goal']}/exposure",
    ]
    for path in paths:
        text = str(await reader.get(path))
        assert not [word for word in ("SECRET", "Grace", "900.00", "1000.00") if word in text], (path, text)


async def test_roll_ups_are_of_what_is_seen_and_say_how_much_is_not(reader, api, told):
    budget = await reader.get(f"{told['program']}/budget")
    assert (budget["bac"]["amount"], budget["hidden_count"]) == ("100.00", 1)
    assert list(budget["positions"]) == [str(told["mine"])]
    value = await reader.get(f"{told['program']}/earned-value")
    assert (value["bac"]["amount"], value["hidden_count"], len(value["projects"])) == ("100.00", 1, 1)
    risks = await reader.get(f"{told['program']}/risks")
    assert (len(risks["items"]), risks["currencies"][0]["open"], risks["hidden_count"]) == (1, 1, 1)
    coverage = await reader.get("/alignment/coverage")
    assert (coverage["total"]["amount"], coverage["hidden_count"]) == ("100.00", 1)
    whole = await api.get(f"{told['program']}/budget")
    assert (whole["bac"]["amount"], whole["hidden_count"]) == ("1000.00", 0)


async def test_a_dependency_with_a_hidden_end_is_a_stub(reader, api, told):
    stub = await reader.get(told["dependency"])
    assert (stub["redacted"], stub["provider_owner"], stub["receiver_owner"]) == (["provider"], "", "Ada")
    whole = await api.get(told["dependency"])
    assert stub["margin"] == whole["margin"]
    assert stub["provider_forecast"] == whole["provider_forecast"]
    assert "redacted" not in whole


async def test_the_schedule_holds_the_tasks_that_are_seen(reader, told):
    schedule = await reader.get(f"{told['program']}/schedule")
    assert {item["project_id"] for item in schedule["items"]} == {str(told["mine"])}
    assert schedule["hidden_count"] == 1
    await reader.get_missing(f"{told['program']}/tasks/{told['given']}/explain")


async def test_a_programs_manager_sees_its_projects(reader, told):
    manager = replace(reader, in_programs=dict.fromkeys(reader.in_programs, ProgramRole.PROGRAM_MANAGER))
    budget = await manager.get(f"{told['program']}/budget")
    assert (budget["bac"]["amount"], budget["hidden_count"]) == ("1000.00", 0)
    assert (await manager.get(told["dependency"]))["provider_owner"] == "Grace"


async def test_a_party_sees_its_dependency_without_a_role_in_the_program(reader, told):
    party = replace(reader, in_programs={})
    assert (await party.get(told["dependency"]))["redacted"] == ["provider"]
    await party.get_missing(told["program"])
    await replace(party, in_projects={}).get_missing(told["dependency"])


async def test_each_end_commits_for_itself(api, told):
    first, second = (api.projects.task(told[name], name, 2) for name in ("mine", "theirs"))
    await api.hear()
    path = f"/dependencies/{(await api.propose(told['program'], first, second))['id']}"
    manager = replace(api, roles=frozenset(), in_projects={told["mine"]: ProjectRole.PROJECT_MANAGER})
    await manager.post(f"{path}/commit", {"end": "receiver"}, status=403)
    await manager.post(f"{path}/commit", {"end": "provider"}, status=200)
    member = replace(manager, in_projects={told["theirs"]: ProjectRole.PROJECT_MEMBER})
    await member.post(f"{path}/commit", {"end": "receiver"}, status=403)
    await member.post(f"{told['program']}/dependencies", {}, status=404)


async def test_a_project_that_is_not_seen_joins_no_program(api, reader, told):
    manager = replace(reader, in_programs=dict.fromkeys(reader.in_programs, ProgramRole.PROGRAM_MANAGER))
    other = api.projects.project("OTHER")
    await api.hear()
    await manager.post(f"{told['program']}/components", {"project_id": str(other)}, status=404)
