"""Whatever part is killed in the middle of the work: nothing that was acknowledged is lost, nothing is there twice."""

import asyncio
import json
import signal
from collections import Counter
from itertools import chain
from pathlib import Path
from uuid import uuid4

import httpx
import nats
import pytest
from stack_kit import RunningStack

from bench.soak.pictures import named, picture_of, rebuild_from_stream

pytestmark = [pytest.mark.slow, pytest.mark.long]

WRITES = 1000
PROJECTS = 10
WRITERS = 8
PASSING = {502, 503, 504}  # what a part that is away for a moment may be answered with
PARTS = (
    "gateway",
    "gateway-worker",
    "project-serve",
    "project-worker",
    "program-serve",
    "program-worker",
    "nats",
    "postgres",
)
BETWEEN_KILLS = WRITES // (len(PARTS) + 1)  # acknowledged writes


async def post(api: httpx.AsyncClient, path: str, body: dict) -> httpx.Response:
    """Write once, however often it must be asked for: the key makes the repetitions one write."""
    headers = {"Idempotency-Key": uuid4().hex}
    async with asyncio.timeout(120):
        while True:
            try:
                answer = await api.post(path, json=body, headers=headers)
            except httpx.TransportError:
                pass
            else:
                if answer.status_code == 201:
                    return answer
                assert answer.status_code in PASSING, answer.text
            await asyncio.sleep(0.05)  # a client's pause before it asks again


async def read(api: httpx.AsyncClient, path: str, after: list[str]) -> dict:
    """Read what reflects the positions, waiting for it."""
    headers = {"Interlock-After": ", ".join(after), "Prefer": "wait=10"}
    async with asyncio.timeout(120):
        while True:
            try:
                answer = await api.get(path, headers=headers)
            except httpx.TransportError:
                pass
            else:
                if answer.status_code == 200:
                    return answer.json()
                assert answer.status_code in PASSING, answer.text
            await asyncio.sleep(0.05)


async def events_of(stack, project_id: str) -> list[tuple[dict, dict]]:
    """Every event of a project in the stream, in order: headers and data."""
    client = await nats.connect(stack.nats_url())
    try:
        stream, found, sequence = client.jetstream(), [], 1
        subject = f"interlock.project.*.{project_id}.>"
        while True:
            try:
                message = await stream.get_msg("PROJECT", seq=sequence, subject=subject, next=True, direct=False)
            except nats.js.errors.NotFoundError:
                return found
            found.append((message.headers, json.loads(message.data)))
            sequence = message.seq + 1
    finally:
        await client.close()


async def prepare(api: httpx.AsyncClient) -> tuple[dict, list[str]]:
    """A program with its projects."""
    program = (await post(api, "/programs", {"key": "KILLS", "name": "kills"})).json()
    projects = []
    for number in range(PROJECTS):
        body = {"key": f"KILLS{number}", "name": "killed", "start": "2026-03-02", "currency": "EUR"}
        project = (await post(api, "/projects", body | {"granularity": "day"})).json()
        projects.append(project["id"])
        await post(api, f"/programs/{program['id']}/components", {"project_id": project["id"]})
    return program, projects


def task(number: int) -> dict[str, str]:
    """Longer ones and shorter ones."""
    return {"name": f"task {number}", "kind": "task", "duration": f"P{number % 7 + 1}D"}


async def test_every_acknowledged_write_arrives_once_and_nothing_else(stack, api, new_folder):
    program, projects = await prepare(api)
    acknowledged: dict[str, dict[str, int]] = {project: {} for project in projects}
    positions: dict[str, int] = dict.fromkeys(projects, 0)
    numbers = iter(range(WRITES))
    moments = {number * BETWEEN_KILLS: asyncio.Event() for number in range(1, len(PARTS) + 1)}

    async def write() -> None:
        for number in numbers:
            project = projects[number % PROJECTS]
            answer = await post(api, f"/projects/{project}/tasks", task(number))
            acknowledged[project][answer.json()["id"]] = number
            revision = int(answer.headers["Interlock-Position"].rpartition("@")[2])
            positions[project] = max(positions[project], revision)
            if (moment := moments.get(sum(map(len, acknowledged.values())))) is not None:
                moment.set()

    async def kill() -> None:
        for part, moment in zip(PARTS, moments.values(), strict=True):
            await moment.wait()
            said = len(stack.lines)
            stack.find(part).send_signal(signal.SIGKILL)
            await asyncio.to_thread(stack.wait_for, "is back", 60, said)

    async with asyncio.TaskGroup() as work:
        work.create_task(kill())
        for _ in range(WRITERS):
            work.create_task(write())
    assert sum(map(len, acknowledged.values())) == WRITES

    after = [f"project/{project}@{revision}" for project, revision in positions.items()]
    schedule = await read(api, f"/programs/{program['id']}/schedule", after)
    assert Counter(item["task_id"] for item in schedule["items"]) == Counter(chain(*acknowledged.values()))

    for project in projects:
        events = await events_of(stack, project)
        created = [data["record"]["id"] for headers, data in events if headers["ce-type"].endswith("task.created.v1")]
        assert Counter(created) == Counter(acknowledged[project].keys())
        revisions = [int(headers["ce-revision"]) for headers, _ in events]
        assert sorted(set(revisions)) == list(range(1, positions[project] + 1))
        assert revisions == sorted(revisions)
        assert len({headers["ce-id"] for headers, _ in events}) == len(events)

    of_program = program["id"], program["organization_id"]
    picture = picture_of(stack.home, *of_program)
    rebuild_from_stream(stack.home)
    assert picture_of(stack.home, *of_program) == picture
    stack.stop()  # two at once are much for a small machine
    made = sorted(chain(*(tasks.items() for tasks in acknowledged.values())))
    assert await the_same_undisturbed(new_folder() / "home", [number for _, number in made]) == named(picture)


async def the_same_undisturbed(home: Path, numbers: list[int]) -> bytes:
    """The picture of a stack to which nothing happened, where the same tasks were made in the same order."""
    stack = RunningStack(home)
    stack.start()
    headers = {"Authorization": f"Bearer {stack.token}"}
    try:
        async with httpx.AsyncClient(base_url=f"{stack.url}/v1", headers=headers, timeout=60) as api:
            program, projects = await prepare(api)
            after: dict[str, str] = {}
            for number in numbers:
                project = projects[number % PROJECTS]
                answer = await post(api, f"/projects/{project}/tasks", task(number))
                after[project] = answer.headers["Interlock-Position"]
            await read(api, f"/programs/{program['id']}/schedule", list(after.values()))
        return named(picture_of(home, program["id"], program["organization_id"]))
    finally:
        stack.stop()
