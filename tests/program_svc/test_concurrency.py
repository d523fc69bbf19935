"""Two at once: the program's row lock decides who comes first, and there is no third outcome."""

import asyncio
from collections import Counter

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
async def square(crowd):
    """Two projects of two linked tasks each, in a program: A → B, C → D."""
    first, second = crowd.projects.project("P1"), crowd.projects.project("P2")
    a, b = (crowd.projects.task(first, name) for name in "AB")
    c, d = (crowd.projects.task(second, name) for name in "CD")
    crowd.projects.link(first, a, b)
    crowd.projects.link(second, c, d)
    await crowd.hear()
    return await crowd.program(first, second), a, b, c, d


def end(api, task_id):
    return {"project_id": str(api.projects.records[task_id]["project_id"]), "task_id": str(task_id)}


async def test_of_two_halves_of_a_cycle_proposed_at_once_exactly_one_wins(crowd, square):
    program, a, b, c, d = square
    halves = [
        {"provider": end(crowd, b), "receiver": end(crowd, c)},
        {"provider": end(crowd, d), "receiver": end(crowd, a)},
    ]
    for _ in range(5):
        answers = await asyncio.gather(
            *(crowd.request("POST", f"{program}/dependencies", json=half) for half in halves)
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused, won = sorted(answers, key=lambda answer: -answer.status_code)
        assert refused.json()["type"] == "/problems/cycle"
        await crowd.post(f"/dependencies/{won.json()['id']}/reject", status=200)


async def test_the_same_dependency_proposed_many_times_at_once_is_there_once(crowd, square):
    program, _, b, c, _ = square
    body = {"provider": end(crowd, b), "receiver": end(crowd, c)}
    answers = await asyncio.gather(*(crowd.request("POST", f"{program}/dependencies", json=body) for _ in range(6)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}


async def test_a_project_that_two_programs_want_at_once_joins_one(crowd):
    project_id = crowd.projects.project()
    await crowd.hear()
    programs = [await crowd.program() for _ in range(4)]
    body = {"project_id": str(project_id)}
    answers = await asyncio.gather(*(crowd.request("POST", f"{program}/components", json=body) for program in programs))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}


async def test_writers_at_once_take_revisions_without_a_gap(crowd, square):
    program, _, b, c, _ = square
    path = f"/dependencies/{(await crowd.propose(program, b, c))['id']}"
    changes = [crowd.request("PATCH", path, json={"provider_owner": f"owner {number}"}) for number in range(8)]
    slips = [crowd.request("PATCH", program, json={"name": f"name {number}"}) for number in range(8)]
    answers = await asyncio.gather(*changes, *slips)
    assert {answer.status_code for answer in answers} == {200}
    program_id = program.removeprefix("/programs/")
    places = [
        (event["revision"], event["position"], event["positions"])
        for event in await crowd.events()
        if program_id in event["subject"]
    ]
    revisions = sorted({revision for revision, _, _ in places})
    assert revisions == list(range(1, len(revisions) + 1))
    for revision in revisions:
        of_revision = [(position, positions) for each, position, positions in places if each == revision]
        assert of_revision == [(number, len(of_revision)) for number in range(1, len(of_revision) + 1)]


async def test_a_slip_that_arrives_while_a_dependency_is_committed_is_in_the_picture(crowd, square):
    program, a, b, c, _ = square
    path = f"/dependencies/{(await crowd.propose(program, b, c))['id']}"
    await crowd.post(f"{path}/commit", {"end": "provider"}, status=200)
    crowd.projects.change(a, duration="P6D")
    await asyncio.gather(crowd.hear(), crowd.post(f"{path}/commit", {"end": "receiver"}, status=200))
    assert (await crowd.get(path))["imposed"] == {"side": "start", "at": "2026-03-11"}
    assert (await crowd.schedule(program))[str(c)]["early_start"] == "2026-03-11"


async def test_goals_moved_below_each_other_at_once_stay_a_tree(crowd):
    one, two = [(await crowd.post("/goals", {"name": name}))["id"] for name in ("one", "two")]
    moves = (
        crowd.request("PATCH", f"/goals/{low}", json={"parent_id": high}) for low, high in ((one, two), (two, one))
    )
    answers = await asyncio.gather(*moves)
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_record_named_before_its_event_has_arrived_is_waited_for(crowd):
    program = await crowd.program()
    project_id = crowd.projects.project()

    async def arrive():
        await asyncio.sleep(0.1)  # the event is on its way
        await crowd.hear()

    added, _ = await asyncio.gather(
        crowd.request("POST", f"{program}/components", json={"project_id": str(project_id)}), arrive()
    )
    assert added.status_code == 201
