"""Random writes through the public API, each done once however often it must be asked for; and the same ones again on another stack."""

import asyncio
import random
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import orjson

PASSING = {429, 502, 503, 504}
GIVES_UP_AFTER = 90.0
"""Seconds of nothing but refusals that pass: then it is the stack that is dead, not a part of it."""


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class StackIsDead(Exception):
    """The run cannot go on, and proves nothing."""


@dataclass(frozen=True, slots=True)
class Done:
    """A write that was acknowledged. `after`: the record that its writer made last, this one if it made one."""

    method: str
    path: str
    body: dict[str, Any] | None
    made: str | None
    after: str


async def send(
    api: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """Write once; None for what the rules refuse. What is to be deleted and is not there has been deleted. Raises StackIsDead."""
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
            if (method, answer.status_code) == ("DELETE", httpx.codes.NOT_FOUND):
                return {}
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
    program = (await made(api, "/programs", {"key": "SOAK", "name": "soak"}))["id"]
    ids: list[str] = []
    for number in range(projects):
        body = {"key": f"SOAK{number}", "name": "soak", "start": "2026-03-02", "currency": "EUR", "granularity": "day"}
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


async def write(api: httpx.AsyncClient, projects: list[str], chance: random.Random, until: float) -> list[Done]:
    """Create tasks, link, change and delete them, until it is time; returns what was acknowledged, in its order."""
    tasks: list[tuple[str, str]] = []
    done: list[Done] = []

    async def ask(method: str, path: str, body: dict[str, Any] | None = None) -> str | None:
        """The id of what it made, empty if it made nothing; None when it is refused."""
        answer = await send(api, method, path, body)
        if answer is None:
            return None
        made = str(answer["id"]) if method == "POST" else None
        done.append(Done(method, path, body, made, made or done[-1].after))
        return made or ""

    while time.monotonic() < until:
        draw, project = chance.random(), chance.choice(projects)
        if len(tasks) < 2 or draw < 0.3:
            id_ = await ask("POST", f"/projects/{project}/tasks", task(f"task {len(done)}"))
            if id_ is not None:
                tasks.append((project, id_))
        elif draw < 0.4:
            of_project = [id_ for where, id_ in tasks if where == project][-20:]
            if len(of_project) > 1:
                before, after = sorted(chance.sample(of_project, 2))  # by age: never a cycle
                await ask("POST", f"/projects/{project}/links", {"predecessor_id": before, "successor_id": after})
        elif draw < 0.5:
            where, id_ = tasks.pop(chance.randrange(len(tasks)))
            await ask("DELETE", f"/projects/{where}/tasks/{id_}")
        else:
            where, id_ = chance.choice(tasks)
            await ask("PATCH", f"/projects/{where}/tasks/{id_}", {"duration": f"P{chance.randint(1, 9)}D"})
    return done


async def write_again(api: httpx.AsyncClient, writers: Sequence[Sequence[Done]], ids: Mapping[str, str]) -> None:
    """Write the same on another stack, one after the other: records in the order in which they were made, each writer's writes in its own.

    `ids`: what the projects there are called here. Raises StackIsDead.
    """
    known = dict(ids)

    def translated(written: str) -> str:
        return _ID.sub(lambda found: known[found[0]], written)

    for each in sorted((each for done in writers for each in done), key=lambda each: each.after):
        body = None if each.body is None else orjson.loads(translated(orjson.dumps(each.body).decode()))
        answer = await send(api, each.method, translated(each.path), body)
        if answer is None:
            raise StackIsDead(f"refused where nothing was disturbed: {each.method} {each.path} {each.body}")
        if each.made is not None:
            known[each.made] = answer["id"]
