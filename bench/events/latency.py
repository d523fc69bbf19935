"""`events.commit_to_view`: from a project's commit to the program's committed schedule, on an idle stack, open loop.

Both ends are read where they happen: the outbox row's `created_at`, taken just before the commit, and the first moment at which program-svc's
database shows the revision, in whose transaction the program's schedule was computed. So nothing of HTTP is in it, and a little of the
writing transaction is. We look as a waiting read does, whenever the projector says that it has committed: to look every millisecond takes a
quarter of a core from what is measured.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any

import asyncpg
import httpx
from nats.aio.msg import Msg

from bench.events.database import connected
from bench.result import Result, percentile
from bench.soak.listening import connected as as_operator
from bench.stack import Stack
from chassis.bus import Bus
from chassis.positions import POSITION_HEADER, Position, parse_positions

PROJECT, TASK = "TRACK", "Lay and weld the rails"
DURATIONS = ("P46D", "P45D")  # the sample program says P45D: each change is one
CHANGES = 300
WARM_UP_CHANGES = 20
LOOK_AFTER = 0.050
"""Seconds until we look though nothing was said."""
EVERY = 0.1
"""Seconds between two changes, whatever the one before took."""

_CREATED = "SELECT extract(epoch FROM created_at)::float8 FROM outbox WHERE boundary_id = $1 AND revision = $2 LIMIT 1"
_SHOWN = """
    SELECT revision > $2 OR (revision = $2 AND position = positions) FROM boundary_positions WHERE kind = 'project' AND id = $1
"""


async def measure(stack: Stack) -> list[Result]:
    """Milliseconds, beside one NATS round trip and one PostgreSQL commit of the same minutes."""
    headers = {"Authorization": f"Bearer {stack.token}"}
    project = await asyncpg.connect(stack.database_url("project"))
    program = await asyncpg.connect(stack.database_url("program"))
    async with (
        httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client,
        connected(stack) as bus,
        as_operator(stack) as operator,
    ):
        arrivals: asyncio.Queue[None] = asyncio.Queue()

        async def arrived(_: Msg) -> None:
            arrivals.put_nowait(None)

        await operator.subscribe("interlock.poke.program-svc.arrivals", cb=arrived)
        owner = await asyncpg.connect(stack.postgres.url())
        await owner.execute("CREATE TABLE bare (number bigint)")
        path = await task_to_change(client)
        samples: list[float] = []
        bare: list[float] = []
        for number in range(-WARM_UP_CHANGES, CHANGES):
            due = time.perf_counter() + EVERY
            position = await change(client, path, DURATIONS[number % 2])
            shown = await shown_at(program, position, arrivals)
            committed = await project.fetchval(_CREATED, position.id, position.revision)
            beside = await bare_cost(bus, owner)
            if number >= 0:
                samples.append((shown - committed) * 1000)
                bare.append(beside * 1000)
            await asyncio.sleep(max(due - time.perf_counter(), 0))
        for connection in (owner, project, program):
            await connection.close()
    return [_result(f"events.commit_to_view_p{share}", samples, bare, share / 100) for share in (50, 99)]


async def task_to_change(client: httpx.AsyncClient) -> str:
    """The path of a task in the sample program that other projects wait for."""
    projects = (await _get(client, "/v1/projects?limit=1000"))["items"]
    project = next(each for each in projects if each["key"] == PROJECT)
    tasks = (await _get(client, f"/v1/projects/{project['id']}/tasks?limit=1000"))["items"]
    task = next(each for each in tasks if each["name"] == TASK)
    return f"/v1/projects/{project['id']}/tasks/{task['id']}"


async def change(client: httpx.AsyncClient, path: str, duration: str) -> Position:
    """Change the task's duration; the answer says which revision that made."""
    answer = await client.patch(path, json={"duration": duration})
    answer.raise_for_status()
    [position] = parse_positions(answer.headers[POSITION_HEADER])
    return position


async def shown_at(program: "asyncpg.Connection[Any]", position: Position, arrivals: "asyncio.Queue[None]") -> float:
    """The moment, in seconds of the clock, at which the program's picture has the position."""
    async with asyncio.timeout(30):
        while not await program.fetchval(_SHOWN, position.id, position.revision):
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AFTER):
                    await arrivals.get()
    return time.time()


async def bare_cost(bus: Bus, owner: "asyncpg.Connection[Any]") -> float:
    """Seconds for one NATS round trip and one PostgreSQL commit, one after the other."""
    started = time.perf_counter()
    await bus.client.flush()
    await owner.execute("INSERT INTO bare VALUES (1)")
    return time.perf_counter() - started


async def _get(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    answer.raise_for_status()
    return answer.json()


def _result(name: str, samples: list[float], bare: list[float], share: float) -> Result:
    value, beside = percentile(samples, share), percentile(bare, share)
    return Result(name, value, "ms", beside, value / beside, samples, "reference: one NATS round trip and one commit")
