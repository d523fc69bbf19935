"""A large write leaves the others their turn: the job that does it has to say, every few seconds, that it is still at it."""

import asyncio
import threading

from tests.project_svc.plans import mspdi, small, uploaded

import planning
from chassis import outbox
from project_svc.schedule import columns, queries


async def test_a_large_plan_is_computed_in_a_thread(api, monkeypatch):
    project = await api.project()
    for module in (columns, queries):
        monkeypatch.setattr(module, "LARGE", 3)
    used: list[bool] = []
    compute, schedule = planning.compute, planning.schedule

    def watched(function):
        def computed(plan):
            used.append(threading.current_thread() is threading.main_thread())
            return function(plan)

        return computed

    monkeypatch.setattr(planning, "compute", watched(compute))
    monkeypatch.setattr(planning, "schedule", watched(schedule))
    first = await api.task(project)
    second = await api.task(project)
    assert used == []  # a task that nothing ties is planned alone
    await api.link(project, first, second)
    assert await api.schedule(project)
    assert used == [True, True]
    await api.link(project, second, await api.task(project))
    assert await api.schedule(project)
    assert used == [True, True, False, False]
    await api.post(f"{project}/links", {"predecessor_id": second, "successor_id": first}, status=409)


async def test_others_have_a_turn_while_many_events_are_written(api, work, monkeypatch):
    monkeypatch.setattr(outbox, "PAUSE_EVERY", 2)
    paused = 0
    sleep = asyncio.sleep

    async def counted(seconds: float) -> None:
        nonlocal paused
        paused += seconds == 0
        await sleep(seconds)

    monkeypatch.setattr(outbox.asyncio, "sleep", counted)
    job = await uploaded(api, work, mspdi(small()))
    assert job["state"] == "succeeded", job["problem"]
    assert paused >= 3
