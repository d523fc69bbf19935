"""`http.change_10k`: a change to one task of a project of 10,000 tasks and 15,000 links, its schedule included, beside the same change alone."""

import asyncio
import random
import statistics
import time
from uuid import UUID

import asyncpg

from bench.http.interlock import Interlock
from bench.result import Result
from bench.stack import Stack
from project_svc.records import new_id

TASKS = 10_000
LINKS = 15_000
REACH = 100
"""A link leads at most so many tasks ahead, so that a change moves tens to thousands of tasks."""
CHANGES = 31
WARM_UP = 3
SEED = 20260302

# Written as rows: ten thousand requests would take longer than all that is measured.
INSERT_TASKS = """
    INSERT INTO tasks (id, organization_id, project_id, revision, created_at, updated_at, wbs_code, name, description, kind, duration,
                       mode, percent_complete, state)
    SELECT id, $1, $2, 1, now(), now(), '', 'Task', '', 'task', duration, 'auto_asap', 0, 'not_started'
    FROM unnest($3::uuid[], $4::bigint[]) AS row (id, duration)
"""
INSERT_LINKS = """
    INSERT INTO links (id, organization_id, project_id, revision, created_at, updated_at, predecessor_id, successor_id, type, lag,
                       lag_calendar)
    SELECT id, $1, $2, 1, now(), now(), predecessor_id, successor_id, 'FS', 0, 'successor'
    FROM unnest($3::uuid[], $4::uuid[], $5::uuid[]) AS row (id, predecessor_id, successor_id)
"""


def change_10k(runner: asyncio.Runner, stack: Stack, interlock: Interlock) -> Result:
    """Milliseconds of one PATCH through the gateway, the median; the tasks changed are drawn, the same in every run."""
    values, references, moved = runner.run(_measure(stack, interlock))
    value, beside = statistics.median(values), statistics.median(references)
    note = f"beside a project of one task; {TASKS:,} tasks, {LINKS:,} links, {statistics.median(moved):.0f} tasks moved"
    return Result("http.change_10k", value, "ms", beside, value / beside, values, note)


async def _measure(stack: Stack, interlock: Interlock) -> tuple[list[float], list[float], list[int]]:
    draw = random.Random(SEED)
    project, tasks = await _large(stack, interlock, draw)
    alone = await interlock.create_project()
    only = await interlock.create_task(alone, 0)
    values: list[float] = []
    references: list[float] = []
    moved: list[int] = []
    for number in range(-WARM_UP, CHANGES):
        task, days = draw.choice(tasks), 11 + number % 7
        would = await interlock.request(
            "PATCH", f"/projects/{project}/tasks/{task}?dry_run=true", {"duration": f"P{days}D"}
        )
        value = await _change(interlock, project, task, days)
        beside = await _change(interlock, alone, only, days)
        if number >= 0:
            values.append(value)
            references.append(beside)
            moved.append(len({move["task_id"] for move in would["moved"]}))
    return values, references, moved


async def _change(interlock: Interlock, project: str, task: str, days: int) -> float:
    """Milliseconds."""
    body = interlock.encoded({"duration": f"P{days}D"})
    started = time.perf_counter()
    await interlock.send("PATCH", f"/projects/{project}/tasks/{task}", body)
    return (time.perf_counter() - started) * 1000


async def _large(stack: Stack, interlock: Interlock, draw: random.Random) -> tuple[str, list[str]]:
    """A project of drawn tasks, linked forward at random, and its tasks."""
    project = await interlock.create_project()
    organization = (await interlock.request("GET", f"/projects/{project}"))["organization_id"]
    tasks = [new_id() for _ in range(TASKS)]
    pairs: set[tuple[UUID, UUID]] = set()
    while len(pairs) < LINKS:
        before = draw.randrange(TASKS - 1)
        pairs.add((tasks[before], tasks[min(TASKS - 1, before + draw.randint(1, REACH))]))
    linked = sorted(pairs)
    connection = await asyncpg.connect(stack.database_url("project"))
    try:
        durations = [480 * draw.randint(1, 10) for _ in tasks]
        await connection.execute(INSERT_TASKS, organization, project, tasks, durations)
        link_ids = [new_id() for _ in linked]
        ends = [a for a, _ in linked], [b for _, b in linked]
        await connection.execute(INSERT_LINKS, organization, project, link_ids, *ends)
        await connection.execute("ANALYZE tasks, links")
    finally:
        await connection.close()
    return project, [str(task) for task in tasks]
