"""Random writes through the public API, each done once however often it must be asked for."""

import asyncio
import random
import time
from typing import Any
from uuid import uuid4

import httpx

PASSING = {429, 502, 503, 504}
GIVES_UP_AFTER = 90.0
"""Seconds of nothing but refusals that pass: then it is the stack that is dead, not a part of it."""


class StackIsDead(Exception):
    """The run cannot go on, and proves nothing."""


async def send(
    api: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """Write once; None for what the rules refuse. Raises StackIsDead."""
    headers = {"Idempotency-Key": uuid4().hex} if method == "POST" else {}
    until, reason = time.monotonic() + GIVES_UP_AFTER, ""
    while time.monotonic() < until:
        try:
            answer = await api.request(method, path, json=body, headers=headers)
        except httpx.TransportError as error:
            reason = repr(error)
        else:
            if answer.status_code < 300:
                return dict(answer.json()) if answer.content else {}
            if answer.status_code not in PASSING:
                return None
            reason = answer.text
        await asyncio.sleep(0.1)
    raise StackIsDead(f"{method} {path} was not answered for {GIVES_UP_AFTER:g} s: {reason}")


async def made(api: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a POST made. Raises StackIsDead when it is refused."""
    answer = await send(api, "POST", path, body)
    if answer is None:
        raise StackIsDead(f"the stack refuses POST {path}")
    return answer


async def prepare(api: httpx.AsyncClient, projects: int) -> tuple[str, list[str]]:
    """A program with so many projects, the second of which waits for the first. Returns their ids."""
    program = (await made(api, "/programs", {"key": f"SOAK{uuid4().hex[:6].upper()}", "name": "soak"}))["id"]
    ids: list[str] = []
    for _ in range(projects):
        key = f"S{uuid4().hex[:8].upper()}"
        body = {"key": key, "name": "soak", "start": "2026-03-02", "currency": "EUR", "granularity": "day"}
        ids.append((await made(api, "/projects", body))["id"])
        await made(api, f"/programs/{program}/components", {"project_id": ids[-1]})
    ends = [
        {"project_id": id_, "task_id": (await made(api, f"/projects/{id_}/tasks", task("end")))["id"]}
        for id_ in ids[:2]
    ]
    dependency = await made(api, f"/programs/{program}/dependencies", {"provider": ends[0], "receiver": ends[1]})
    for end in ("provider", "receiver"):
        await made(api, f"/dependencies/{dependency['id']}/commit", {"end": end})
    return program, ids


def task(name: str) -> dict[str, Any]:
    """A new task."""
    return {"name": name, "kind": "task", "duration": "P2D"}


async def write(api: httpx.AsyncClient, projects: list[str], chance: random.Random, until: float) -> int:
    """Create tasks, link, change and delete them, until it is time; returns how many writes were acknowledged."""
    tasks: list[tuple[str, str]] = []
    done = 0
    while time.monotonic() < until:
        draw, project = chance.random(), chance.choice(projects)
        answer = None
        if len(tasks) < 2 or draw < 0.3:
            answer = await send(api, "POST", f"/projects/{project}/tasks", task(f"task {done}"))
            if answer is not None:
                tasks.append((project, answer["id"]))
        elif draw < 0.4:
            of_project = [id_ for where, id_ in tasks if where == project][-20:]
            if len(of_project) > 1:
                before, after = sorted(chance.sample(of_project, 2))  # by age: never a cycle
                answer = await send(
                    api, "POST", f"/projects/{project}/links", {"predecessor_id": before, "successor_id": after}
                )
        elif draw < 0.5:
            where, id_ = tasks.pop(chance.randrange(len(tasks)))
            answer = await send(api, "DELETE", f"/projects/{where}/tasks/{id_}")
        else:
            where, id_ = chance.choice(tasks)
            answer = await send(
                api, "PATCH", f"/projects/{where}/tasks/{id_}", {"duration": f"P{chance.randint(1, 9)}D"}
            )
        done += answer is not None
    return done
