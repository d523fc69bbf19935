"""`replicas.program_*`, `replicas.imposed`, `replicas.simulation`: program-svc's HTTP process, and project-svc's worker."""

import asyncio

import httpx

from bench.events.latency import DURATIONS, change, task_to_change
from bench.http.interlock import Interlock
from bench.replicas.spent import each
from bench.result import Result
from bench.stack import Stack

REQUESTS = 100
CHANGES = 20
CHAIN = 1000
RUNS = 10_000
LOOKS = 0.1
"""Seconds between two looks at a job."""


async def program_serve(stack: Stack) -> list[Result]:
    """CPU of program-svc's HTTP process for a request."""
    process = "program-serve"
    async with _client(stack) as client:
        programs = (await client.get("/v1/programs?limit=1")).raise_for_status().json()["items"]
        schedule = f"/v1/programs/{programs[0]['id']}/schedule?limit=100"
        goal = (await client.post("/v1/goals", json={"name": "Measured"})).raise_for_status().json()["id"]

        async def get(path: str) -> None:
            (await client.get(path)).raise_for_status()

        async def rename(number: int) -> None:
            (await client.patch(f"/v1/goals/{goal}", json={"name": f"Measured {number}"})).raise_for_status()

        return [
            await each(stack, process, "program_get", lambda _: get(f"/v1/goals/{goal}"), REQUESTS, "a goal"),
            await each(stack, process, "program_schedule", lambda _: get(schedule), REQUESTS, "a page of 100 tasks"),
            await each(stack, process, "program_change", rename, REQUESTS, "a goal's name"),
        ]


async def project_worker(stack: Stack, interlock: Interlock) -> list[Result]:
    """CPU of project-svc's worker, its children's included, for a change elsewhere and for a long job."""
    process = "project-worker"
    project, _ = await interlock.create_chain(CHAIN)
    async with _client(stack) as client:
        path = await task_to_change(client)

        async def move(number: int) -> None:
            await change(client, path, DURATIONS[number % 2])
            await asyncio.sleep(LOOKS)

        async def simulate(seed: int) -> None:
            asked = await client.post(f"/v1/projects/{project}/schedule/simulate", json={"runs": RUNS, "seed": seed})
            job = f"/v1/jobs/{asked.raise_for_status().json()['id']}"
            told = asked.json()
            while told["state"] in {"queued", "running"}:
                await asyncio.sleep(LOOKS)
                told = (await client.get(job)).raise_for_status().json()
            if told["state"] != "succeeded":
                raise RuntimeError(f"the simulation {told['state']}: {told['problem']}")

        moved = "a task that other projects wait for moves: its events are sent, the dates that it imposes come back"
        simulated = f"a simulation of {CHAIN} tasks, {RUNS} runs"
        return [
            await each(stack, process, "imposed", move, CHANGES, moved),
            await each(stack, process, "simulation", simulate, 1, simulated),
        ]


def _client(stack: Stack) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {stack.token}"}
    return httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=60)
