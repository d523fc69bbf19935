"""What somebody gets of a program who sees one of its projects alone: nothing of the others, and how much that is."""

from dataclasses import replace

import pytest

from contracts.vocabulary import ProgramRole, ProjectRole

pytestmark = pytest.mark.slow


@pytest.fixture
async def told(api):
    """Two projects of one program, the first seen by `reader`, the second with a name that must not come out."""
    mine, theirs = api.projects.project("MINE"), api.projects.project("SECRET")
    given, needed = api.projects.task(theirs, "SECRET A", 4), api.projects.task(mine, "B", 3)
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


async def test_what_is_derived_kept_or_drawn_of_a_program_names_nothing_hidden(api, reader, told):
    program, theirs = told["program"], told["theirs"]
    api.projects.issue(theirs, title="SECRET trouble", owner="Grace")
    api.projects.baseline(theirs, [("2026-03-06", "900.00")], "900.00")
    api.projects.task(theirs, "SECRET milestone", 0, kind="milestone")
    await api.hear()
    baseline = await api.post(f"{program}/baselines", {"name": "First"})
    api.projects.change(told["given"], duration="P9D")
    await api.hear()
    await api.patch(program, {"tolerances": {"schedule": "P0D"}})
    benefit = {"name": "Riders", "measure": "a day", "project_ids": [str(theirs), str(told["mine"])]}
    made = await api.request("POST", f"{program}/benefits", json=benefit)
    await api.post(f"{program}/status-reports", {"title": "March", "starts_on": "2026-03-01", "ends_on": "2026-03-31"})
    (report,) = (await api.get(f"{program}/status-reports"))["items"]
    paths = [
        *(f"{program}/{part}" for part in ("issues", "roadmap", "roadmap.svg", "paths", "tolerances", "funding-need")),
        *(f"{program}/{part}" for part in ("benefits", "exceptions", "status-reports", "dependencies/digest")),
        *(f"{program}/baselines/{baseline['id']}{part}" for part in ("", "/comparison")),
        *(f"{program}/status-reports/{report['id']}{part}" for part in ("", "/page")),
        "/dependencies/inbox",
        "/goals",
        "/portfolios",
    ]
    if made.status_code == 201:
        paths.append(f"{program}/benefits/{made.json()['id']}/forecast")
    change = {"project_id": str(told["mine"]), "task_id": str(told["needed"]), "duration": "P9D"}
    answers = {path: (await reader.request("GET", path)) for path in paths}
    for what, body in (("what-if", {"changes": [change]}), ("simulate", {"runs": 100, "seed": 1})):
        answers[what] = await reader.request("POST", f"{program}/{what}", json=body)
    wrong = []
    for path, answer in answers.items():
        assert answer.status_code in {200, 404}, (path, answer.text)
        wrong += [
            (path, word, answer.text[:1500]) for word in ("SECRET", "Grace", "900.00", "1000.00") if word in answer.text
        ]
    assert not wrong, "\n".join(map(str, wrong))
    (exception,) = answers[f"{program}/exceptions"].json()["items"]
    assert {each["project_id"] for each in exception["details"]} == {str(told["mine"])}
    assert exception["hidden_count"] > 0
    issues = answers[f"{program}/issues"].json()
    assert (issues["items"], issues["counts"]["open"], issues["hidden_count"]) == ([], 0, 1)


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


async def test_an_answer_that_is_repeated_is_its_callers_and_holds_what_that_one_sees_now(api, reader, told):
    given, needed = (api.projects.task(told[name], name, 2) for name in ("theirs", "mine"))
    await api.hear()
    end = {"provider": given, "receiver": needed}
    body = {
        name: {"project_id": str(api.projects.records[task]["project_id"]), "task_id": str(task)}
        for name, task in end.items()
    } | {"provider_owner": "Grace"}
    key, path = {"headers": {"Idempotency-Key": "k-1"}}, f"{told['program']}/dependencies"
    manager = replace(reader, in_programs=dict.fromkeys(reader.in_programs, ProgramRole.PROGRAM_MANAGER))
    assert (await manager.post(path, body, **key))["provider_owner"] == "Grace"
    other = replace(manager, subject="eve")
    assert (await other.post(path, body, status=409, **key))["type"] == "/problems/already-exists"  # a key of its own
    assert (await manager.post(path, body, **key))["provider_owner"] == "Grace"
    change = {"project_id": str(told["theirs"]), "task_id": str(told["given"]), "duration": "P9D"}
    asked, key = f"{told['program']}/what-if", {"headers": {"Idempotency-Key": "k-2"}, "status": 200}
    assert len((await manager.post(asked, {"changes": [change]}, **key))["moved"]) > 0
    then = await reader.post(asked, {"changes": [change]}, **key)  # no longer its manager
    assert {each["project_id"] for each in then["moved"]} == {str(told["mine"])}
    assert then["hidden_count"] > 0


async def test_who_does_not_see_all_may_delete_what_it_manages(reader, told):
    manager = replace(reader, in_programs=dict.fromkeys(reader.in_programs, ProgramRole.PROGRAM_MANAGER))
    gate = await manager.post(f"{told['program']}/gates", {"name": "Go"})
    await manager.delete(f"{told['program']}/gates/{gate['id']}")
    taken = await manager.post(f"{told['program']}/components", {"project_id": str(told["theirs"])}, status=409)
    assert taken["type"] == "/problems/already-component"
    await manager.delete(f"{told['program']}/components/{told['theirs']}")
