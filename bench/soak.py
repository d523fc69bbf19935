"""`python -m bench.soak --minutes N [--seed S]`: random writes on a real stack while its parts are killed, paused and restarted.

Ends with a report: memory in MiB, and what must hold: written = published = projected = delivered, nothing lost, doubled, reordered or left
parked. The exit status is 0 only if it does.
"""

import argparse
import asyncio
import json
import random
import re
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import nats
import psutil

from bench.stack import PROCESSES, Stack
from local_stack.processes import marked_with

PROJECTS = 6
WRITERS = 4
PASSING = {502, 503, 504}
SETTLES_WITHIN = 120.0
WEIGH_EVERY = 5.0

_WRITTEN = "SELECT id::text, boundary_id::text, revision, position FROM outbox WHERE stream IS NULL"
_UNSENT = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
_REVISIONS = "SELECT id::text, revision FROM projects"
_PROJECTED = "SELECT id::text, revision FROM boundary_positions WHERE kind = 'project' AND position = positions"
_WAITING = """
    SELECT (SELECT count(*) FROM held_events), (SELECT count(*) FROM parked_boundaries), (SELECT count(*) FROM quarantined_events)
"""


async def send(api: httpx.AsyncClient, method: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Write once, however often it must be asked for; None for what the rules refuse."""
    headers = {"Idempotency-Key": uuid4().hex} if method == "POST" else {}
    while True:
        try:
            answer = await api.request(method, path, json=body, headers=headers)
        except httpx.TransportError:
            await asyncio.sleep(0.1)
            continue
        if answer.status_code < 300:
            return dict(answer.json())
        if answer.status_code not in PASSING:
            return None
        await asyncio.sleep(0.1)


async def write(api: httpx.AsyncClient, projects: list[str], chance: random.Random, until: float) -> int:
    """Create tasks, and change their durations, until it is time; returns how many writes were acknowledged."""
    tasks: list[str] = []
    done = 0
    while time.monotonic() < until:
        if not tasks or chance.random() < 0.4:
            path = f"/projects/{chance.choice(projects)}/tasks"
            task = await send(api, "POST", path, {"name": f"task {done}", "kind": "task", "duration": "P2D"})
            if task is not None:
                tasks.append(f"{path}/{task['id']}")
        else:
            task = await send(api, "PATCH", chance.choice(tasks), {"duration": f"P{chance.randint(1, 9)}D"})
        done += task is not None
    return done


async def disturb(stack: Stack, chance: random.Random, until: float) -> Counter[str]:
    """Kill, pause and restart parts, one after the other; the stack brings back what dies."""
    done: Counter[str] = Counter()
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(3, 8))
        part, how = chance.choice([*PROCESSES, "nats"]), chance.choice([signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
        try:
            process = marked_with(stack.home / "nats")[0] if part == "nats" else stack.process(part)
        except LookupError:
            continue  # it is on its way back
        process.send_signal(how)
        done[how.name] += 1
        if how is signal.SIGSTOP:
            await asyncio.sleep(chance.uniform(0.5, 4))
            process.send_signal(signal.SIGCONT)
    return done


async def weigh(stack: Stack, until: float) -> dict[str, dict[str, int]]:
    """Of each part, the memory of the process that ran longest: MiB when it had just begun, and at its most."""
    seen: dict[str, dict[int, list[int]]] = {part: {} for part in PROCESSES}
    while time.monotonic() < until:
        for part, of_process in seen.items():
            with suppress(LookupError, psutil.Error):
                process = stack.process(part)
                of_process.setdefault(process.pid, []).append(process.memory_info().rss >> 20)
        await asyncio.sleep(WEIGH_EVERY)
    longest = {part: max(of_process.values(), key=len) for part, of_process in seen.items() if of_process}
    return {part: {"first": sizes[0], "most": max(sizes), "last": sizes[-1]} for part, sizes in longest.items()}


async def delivered(stack: Stack) -> list[tuple[str, str, int, int]]:
    """Every event of the projects as a consumer gets it: id, project, revision, position."""
    listen = re.search(r'listen: "([^"]+)"', (stack.home / "nats" / "nats.conf").read_text())
    password = (stack.home / "secrets" / "nats-operator-password").read_text()
    client = await nats.connect(f"nats://operator:{password}@{listen[1] if listen else ''}")
    events: list[tuple[str, str, int, int]] = []
    try:
        last = (await client.jetstream().stream_info("PROJECT")).state.last_seq
        follower = await client.jetstream().pull_subscribe("", stream="PROJECT", durable=f"soak-{uuid4().hex[:8]}")
        reached = 0
        while reached < last:
            for message in await follower.fetch(500, timeout=10):
                headers = message.headers or {}
                place = int(headers["ce-revision"]), int(headers["ce-position"])
                events.append((headers["ce-id"], message.subject.split(".")[3], *place))
                reached = message.metadata.sequence.stream
                await message.ack()
    finally:
        await client.close()
    return events


async def settled(project: "asyncpg.Connection[Any]", program: "asyncpg.Connection[Any]") -> bool:
    """Wait until all is sent and projected, as long as that may take."""
    deadline = time.monotonic() + SETTLES_WITHIN
    while time.monotonic() < deadline:
        is_sent = await project.fetchval(_UNSENT) == 0
        if is_sent and dict(await project.fetch(_REVISIONS)) == dict(await program.fetch(_PROJECTED)):
            return True
        await asyncio.sleep(0.2)
    return False


async def report(stack: Stack) -> dict[str, Any]:
    """The invariants, counted."""
    project = await asyncpg.connect(stack.database_url("project"))
    program = await asyncpg.connect(stack.database_url("program"))
    has_settled = await settled(project, program)
    written = {row[0]: tuple(row[1:]) for row in await project.fetch(_WRITTEN)}
    told = await delivered(stack)
    ids = Counter(event[0] for event in told)
    of_each: dict[str, list[tuple[int, int]]] = {}
    for _, boundary, *place in told:
        of_each.setdefault(boundary, []).append((place[0], place[1]))
    revisions, projected = dict(await project.fetch(_REVISIONS)), dict(await program.fetch(_PROJECTED))
    held, parked, quarantined = await program.fetchrow(_WAITING)
    await project.close()
    await program.close()
    return {
        "settled": has_settled,
        "written": len(written),
        "published": len(ids),
        "delivered": len(told),
        "projects at the projected revision": f"{sum(projected.get(key) == value for key, value in revisions.items())} of {len(revisions)}",
        "lost": len(written.keys() - ids.keys()) + sum(projected.get(key) != value for key, value in revisions.items()),
        "doubled": sum(count - 1 for count in ids.values()),
        "reordered": sum(places != sorted(places) for places in of_each.values()),
        "foreign": len(ids.keys() - written.keys()),
        "held": held,
        "parked": parked,
        "quarantined": quarantined,
    }


async def soak(stack: Stack, minutes: float, seed: int) -> bool:
    """Run it; says on standard output what it found. Returns whether every invariant holds."""
    headers = {"Authorization": f"Bearer {stack.token}"}
    async with httpx.AsyncClient(base_url=f"{stack.url}/v1", headers=headers, timeout=60) as api:
        program = await send(api, "POST", "/programs", {"key": "SOAK", "name": "soak"})
        projects = []
        for number in range(PROJECTS):
            body = {
                "key": f"SOAK{number}",
                "name": "soak",
                "start": "2026-03-02",
                "currency": "EUR",
                "granularity": "day",
            }
            made = await send(api, "POST", "/projects", body)
            if made is None or program is None:
                raise RuntimeError("the stack takes no projects")
            projects.append(made["id"])
            await send(api, "POST", f"/programs/{program['id']}/components", {"project_id": made["id"]})
        until = time.monotonic() + minutes * 60
        writing = [write(api, projects, random.Random(seed + number), until) for number in range(WRITERS)]
        disturbed, memory, *acknowledged = await asyncio.gather(
            disturb(stack, random.Random(seed), until), weigh(stack, until), *writing
        )
    found = await report(stack)
    figures = {
        "seed": seed,
        "acknowledged writes": sum(acknowledged),
        "disturbances": dict(disturbed),
        "memory": memory,
        **found,
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    wrong = ("lost", "doubled", "reordered", "foreign", "held", "parked", "quarantined")
    return bool(found["settled"]) and found["written"] == found["published"] and not any(found[name] for name in wrong)


def main() -> int:
    """Read the command line, run, clean up."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    stack = Stack()
    try:
        holds = asyncio.run(soak(stack, arguments.minutes, arguments.seed))
    finally:
        stack.stop()
    sys.stdout.write("every invariant holds\n" if holds else "NOT every invariant holds\n")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
