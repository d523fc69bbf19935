"""The consumers of docs/events.md, run as a reader runs them: their picture is the API's, whatever was done to them meanwhile."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import pytest

from local_stack.nats_users import READER_STREAMS
from local_stack.readers import make_consumers

pytestmark = [pytest.mark.slow, pytest.mark.long]

CONSUMERS = Path(__file__).parents[2] / "docs" / "consumers"
WITHIN = 60.0  # seconds; what a killed consumer had in hand comes again after thirty


def environment_of(stack) -> dict[str, str]:
    """What `. reader.env` sets in a shell."""
    lines = (stack.home / "reader.env").read_text().splitlines()
    return dict(line.removeprefix("export ").split("=", 1) for line in lines)


@pytest.fixture(scope="module")
def follow_mjs(tmp_path_factory) -> list[str]:
    """The JavaScript consumer with what it needs, installed as the guide says."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("there is no Node.js here")
    folder = tmp_path_factory.mktemp("javascript")
    for name in ("follow.mjs", "package.json"):
        shutil.copy(CONSUMERS / name, folder)
    command = ["npm", "install", "--no-audit", "--no-fund", "--fetch-retries=0", "--fetch-timeout=20000"]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if installed.returncode != 0:
        pytest.skip(f"npm cannot install the consumer's packages: {installed.stderr[-300:]}")
    return ["node", str(folder / "follow.mjs")]


@pytest.fixture(params=["python", "javascript"])
def command(request) -> list[str]:
    if request.param == "python":
        return [sys.executable, str(CONSUMERS / "follow.py")]
    return request.getfixturevalue("follow_mjs")


class Consumer:
    """A consumer that runs, and what it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[list[str]] = []

    async def wait_for(self, project_id: str, revision: int) -> str:
        """Wait until it was told the end of this revision of the project; return what it judged."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN):
            while line := (await self.process.stdout.readline()).decode().split():
                self.said.append(line)
                if line[1:3] == [project_id, str(revision)]:
                    return line[0]
        pytest.fail("the consumer ended")

    def judged(self, project_id: str) -> set[str]:
        return {line[0] for line in self.said if line[1] == project_id}


@pytest.fixture
def running(stack, command, tmp_path) -> Callable[[], object]:
    @asynccontextmanager
    async def run() -> AsyncIterator[Consumer]:
        """Killed at the end, as by a crash."""
        process = await asyncio.create_subprocess_exec(
            *command,
            str(tmp_path / "picture.json"),
            env={**os.environ, **environment_of(stack)},
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            yield Consumer(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    return run


async def tell_all_again(stack, organization_id: str) -> None:
    """Make the reader's consumers anew, so that every event of the stream comes once more."""
    client = await nats.connect(stack.nats_url())
    for stream in READER_STREAMS:
        await client.jetstream().delete_consumer(stream, "demo")
    await client.close()
    await asyncio.to_thread(make_consumers, stack.nats_url(), "demo", organization_id)


async def test_a_consumer_has_the_apis_picture_after_restarts_a_gap_and_repetitions(
    stack, api, running, command, tmp_path
):
    async def post(path: str, body: object) -> dict[str, object]:
        answer = await api.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    key = f"C{os.urandom(4).hex().upper()}"
    project = await post("/projects", {"key": key, "name": "Followed", "start": "2026-03-02", "currency": "EUR"})
    project_id = str(project["id"])
    path = f"/projects/{project_id}"
    await tell_all_again(stack, str(project["organization_id"]))

    async def notice() -> int:
        """Something that is told by one event; returns its revision."""
        money = {"amount": "10.00", "currency": "EUR"}
        risk = {"title": "Rain", "kind": "threat", "probability": 0.3, "cost_impact": money}
        return int(str((await post(f"{path}/risks", risk))["revision"]))

    async def assert_it_is_the_apis() -> None:
        snapshot = (await api.get(f"{path}/snapshot")).json()
        followed = json.loads((tmp_path / "picture.json").read_text())[project_id]
        assert (followed["revision"], followed["position"]) == (snapshot["revision"], followed["positions"])
        for name, records in snapshot.items():
            if name.endswith("_v2"):
                assert name not in followed["records"]
            elif isinstance(records, list):
                kept = followed["records"].get(name.removesuffix("s"), {})
                assert kept == {record["id"]: record for record in records}, name
        known = followed["records"]["project"][project_id]
        assert known | {"revision": 0} == snapshot["project"] | {"revision": 0}

    task = {"name": "Dig", "duration": "P4D"}
    async with running() as consumer:
        first = await post(f"{path}/tasks", task)
        await consumer.wait_for(project_id, await notice())
        second = await post(f"{path}/tasks", task)
        await post(f"{path}/links", {"predecessor_id": first["id"], "successor_id": second["id"]})
        # A job, told between the projects' events.
        asked = await api.post(f"{path}/schedule/simulate", json={"runs": 100})
        assert asked.status_code == 202, asked.text
        assert await consumer.wait_for(project_id, await notice()) == "next"
        assert "gap" not in consumer.judged(project_id)
        assert consumer.judged("work") == {"ignored"}
    await assert_it_is_the_apis()

    # Killed, and much has happened meanwhile.
    await api.patch(f"{path}/tasks/{first['id']}", json={"duration": "P8D"})
    await api.delete(f"{path}/tasks/{second['id']}")
    longer = {"op": "update", "record": "task", "id": first["id"], "body": {"duration": "P9D"}}
    await post(f"{path}/change-requests", {"title": "Deeper", "operations": [longer]})
    await post(f"{path}/budget/actuals", {"on": "2026-03-02", "amount": {"amount": "5.00", "currency": "EUR"}})
    last = await notice()
    async with running() as consumer:
        assert await consumer.wait_for(project_id, last) == "next"
        assert "gap" not in consumer.judged(project_id)
    await assert_it_is_the_apis()

    # Its file comes from an older backup: what lies between was acknowledged and does not come again.
    picture = json.loads((tmp_path / "picture.json").read_text())
    picture[project_id]["revision"] -= 2
    picture[project_id]["records"]["risk"] = {}
    (tmp_path / "picture.json").write_text(json.dumps(picture))
    last = await notice()
    async with running() as consumer:
        assert await consumer.wait_for(project_id, last) == "gap"
    await assert_it_is_the_apis()

    # Everything comes again.
    await tell_all_again(stack, str(project["organization_id"]))
    async with running() as consumer:
        assert await consumer.wait_for(project_id, last) == "repeated"
        assert consumer.judged(project_id) == {"repeated"}
    await assert_it_is_the_apis()
