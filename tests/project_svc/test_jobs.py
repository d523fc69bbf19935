"""Jobs: asked for by one request, done by a worker, looked at by others; there once, whatever becomes of the worker."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from tests.project_svc.member import ProjectMember
from waiting import eventually

from contracts.project_events.jobs import JobKind
from contracts.vocabulary import ProjectRole
from project_svc.jobs.running import JobGaveUp, Workshop


async def ask(api) -> str:
    """A job that nobody has done yet; returns its path."""
    project = await api.project()
    answer = await api.request("POST", f"{project}/schedule/simulate", json={"runs": 10})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/jobs/{answer.json()['id']}"
    return answer.headers["location"]


def shop(database, handler) -> Workshop:
    return Workshop(database, {JobKind.SIMULATION: f"tests.project_svc.job_handlers:{handler}"})


async def do(database, api, path, handler) -> None:
    await shop(database, handler).do(api.organization_id, UUID(path.rpartition("/")[2]))


async def test_a_job_waits_is_done_and_says_what_came_of_it(api, database):
    path = await ask(api)
    waiting = await api.get(path)
    assert (waiting["state"], waiting["progress"], waiting["requested_by"]) == (
        "queued",
        {"phase": "waiting", "share": 0.0},
        "ada",
    )
    assert waiting["result"] is waiting["problem"] is waiting["started_at"] is None
    await do(database, api, path, "answer")
    done = await api.get(path)
    assert (done["state"], done["result"], done["progress"]["share"]) == ("succeeded", {"answer": 42}, 1.0)
    assert done["started_at"] <= done["finished_at"]
    assert done["revision"] > waiting["revision"]
    answer = await api.request("GET", path, headers={"If-None-Match": f'"{done["revision"]}"'})
    assert answer.status_code == 304


async def test_jobs_are_listed_newest_first_and_filtered(api, stranger, database):
    first, second = await ask(api), await ask(api)
    await do(database, api, first, "answer")
    listed = await api.get("/jobs", params={"kind": "simulation"})
    assert [f"/jobs/{job['id']}" for job in listed["items"]] == [second, first]
    assert [job["state"] for job in (await api.get("/jobs", params={"state": "queued"}))["items"]] == ["queued"]
    one = (await api.get(first))["project_id"]
    assert [f"/jobs/{job['id']}" for job in (await api.get("/jobs", params={"project_id": one}))["items"]] == [first]
    await stranger.get_missing(first)
    assert (await stranger.get("/jobs"))["items"] == []
    await stranger.post(f"{first}/cancel", {}, status=404)


async def test_what_the_client_can_mend_is_the_jobs_problem(api, database):
    path = await ask(api)
    await do(database, api, path, "refuse")
    failed = await api.get(path)
    assert failed["state"] == "failed"
    assert failed["problem"]["type"] == "/problems/conflict"
    assert failed["problem"]["detail"] == "Not like this."
    assert failed["result"] is None


async def test_a_fault_of_ours_is_tried_again_and_given_up_at_last(api, database):
    path = await ask(api)
    for attempt in range(3):
        assert (await api.get(path))["state"] == "queued"
        with pytest.raises(ZeroDivisionError):
            await do(database, api, path, "stumble")
        assert attempt < 3
    await do(database, api, path, "answer")
    failed = await api.get(path)
    assert (failed["state"], failed["problem"]["type"]) == ("failed", f"/problems/{JobGaveUp.slug}")
    assert "division" not in str(failed["problem"])


async def test_a_handler_without_an_end_is_a_fault(api, database):
    path = await ask(api)
    with pytest.raises(RuntimeError, match="came to no end"):
        await do(database, api, path, "forget")
    assert (await api.get(path))["state"] == "queued"


async def test_a_waiting_job_is_called_off_at_once(api, database):
    path = await ask(api)
    cancelled = await api.post(f"{path}/cancel", status=202)
    assert (cancelled["state"], cancelled["is_cancelling"]) == ("cancelled", True)
    await do(database, api, path, "answer")
    assert (await api.get(path))["state"] == "cancelled"
    problem = await api.post(f"{path}/cancel", {}, status=409)
    assert problem["type"] == "/problems/job-over"


async def test_a_job_is_seen_by_those_who_see_its_project_and_called_off_by_who_asked_for_it(api, database, client):
    path = await ask(api)
    project_id = UUID((await api.get(path))["project_id"])

    def member(subject: str, **projects: ProjectRole) -> ProjectMember:
        roles = {UUID(key): role for key, role in projects.items()}
        return ProjectMember(client, api.organization_id, frozenset(), subject=subject, in_projects=roles)

    viewer = member("bob", **{str(project_id): ProjectRole.VIEWER})
    assert (await viewer.get(path))["state"] == "queued"
    assert len((await viewer.get("/jobs"))["items"]) == 1
    await viewer.post(f"{path}/cancel", status=403)
    outsider = member("eve")
    await outsider.get_missing(path)
    assert (await outsider.get("/jobs"))["items"] == []
    mine = await viewer.post(f"/projects/{project_id}/schedule/simulate", status=202)
    assert (await viewer.post(f"/jobs/{mine['id']}/cancel", status=202))["state"] == "cancelled"


async def test_a_running_job_ends_when_it_is_called_off_and_leaves_nothing_behind(busy, committed):
    path = await ask(busy)
    running = asyncio.create_task(do(committed, busy, path, "wait"))
    await _until(busy, path, "running")
    assert (await busy.post(f"{path}/cancel", {}, status=202))["state"] == "running"
    await running
    assert (await busy.get(path))["state"] == "cancelled"
    assert all(project["key"] != "HALF" for project in (await busy.get("/projects"))["items"])


async def test_what_a_stopping_worker_has_in_hand_goes_to_the_next_one(busy, committed):
    path = await ask(busy)
    running = asyncio.create_task(do(committed, busy, path, "wait"))
    await _until(busy, path, "running")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await busy.get(path))["state"] == "queued"
    await do(committed, busy, path, "answer")
    assert (await busy.get(path))["state"] == "succeeded"


async def test_a_worker_that_was_taken_for_dead_finds_that_it_has_lost_the_job(busy, committed):
    path = await ask(busy)
    zombie = asyncio.create_task(do(committed, busy, path, "wait"))
    await _until(busy, path, "running")
    await do(committed, busy, path, "answer")
    await zombie
    done = await busy.get(path)
    assert (done["state"], done["result"]) == ("succeeded", {"answer": 42})


async def test_effects_and_the_jobs_end_are_one_transaction(api, database, events_of):
    path = await ask(api)
    before = len(await events_of(api.organization_id))
    await do(database, api, path, "write")
    assert [project["key"] for project in (await api.get("/projects"))["items"]].count("MADE") == 1
    said = (await events_of(api.organization_id))[before:]
    begun, made, done = (".".join(event["subject"].split(".")[-2:]) for event in said)
    assert (begun, made, done) == ("job.updated", "project.created", "job.updated")
    assert {event["headers"]["ce-actor"] for event in said} == {"ada"}
    assert len({event["headers"]["ce-correlationid"] for event in said} - {""}) == 1
    await do(database, api, path, "write")  # handed out once more, as a queue may
    assert len(await events_of(api.organization_id)) == before + len(said)


async def test_a_job_of_another_day_is_no_more_there(api, database):
    await do(database, api, f"/jobs/{uuid4()}", "answer")
    assert (await api.get("/jobs"))["items"] == []


async def _until(api, path: str, state: str) -> None:
    async def is_there() -> bool:
        return (await api.get(path))["state"] == state

    await eventually(is_there)


async def test_who_lost_sight_of_the_project_lost_sight_of_its_jobs(api, database):
    path = await ask(api)
    project = UUID((await api.get(path))["project_id"])
    member = replace(api, roles=frozenset(), in_projects={project: ProjectRole.VIEWER})
    assert (await member.get(path))["requested_by"] == "ada"
    gone = replace(member, in_projects={})
    await gone.get_missing(path)
    assert (await gone.get("/jobs"))["items"] == []
    await gone.post(f"{path}/cancel", {}, status=404)
