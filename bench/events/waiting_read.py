"""`events.waiting_read`: a read of the program's schedule that waits for the write before it, against the same read at leisure.

Right after a change to one of its projects is answered, the schedule is asked for with `Interlock-After`. What is measured is that read as
a client sees it: through the gateway, with all that happens until the program's picture includes the change. On an idle stack, open loop.
"""

import asyncio
import time

import httpx

from bench.events.latency import DURATIONS, EVERY, change, task_to_change
from bench.result import Result, percentile
from bench.stack import Stack
from chassis.positions import AFTER_HEADER

READS = 200
WARM_UP_READS = 20


async def measure(stack: Stack) -> list[Result]:
    """Milliseconds, the 95th of 100."""
    headers = {"Authorization": f"Bearer {stack.token}"}
    waiting: list[float] = []
    beside: list[float] = []
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
        path = await task_to_change(client)
        programs = (await client.get("/v1/programs?limit=1")).raise_for_status().json()["items"]
        schedule = f"/v1/programs/{programs[0]['id']}/schedule"
        for number in range(-WARM_UP_READS, READS):
            due = time.perf_counter() + 2 * EVERY
            position = await change(client, path, DURATIONS[number % 2])
            waited = await milliseconds(client, schedule, {AFTER_HEADER: str(position)})
            await asyncio.sleep(max(due - EVERY - time.perf_counter(), 0))
            at_leisure = await milliseconds(client, schedule, {})
            if number >= 0:
                waiting.append(waited)
                beside.append(at_leisure)
            await asyncio.sleep(max(due - time.perf_counter(), 0))
    value, reference = percentile(waiting, 0.95), percentile(beside, 0.95)
    note = "reference: the same read of what is there already"
    return [Result("events.waiting_read_p95", value, "ms", reference, value / reference, waiting, note)]


async def milliseconds(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> float:
    """How long a read takes."""
    started = time.perf_counter()
    (await client.get(path, headers=headers)).raise_for_status()
    return (time.perf_counter() - started) * 1000
