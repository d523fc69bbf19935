"""The promises of `make run` to the person who types it."""

import asyncio
import json
import signal
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import nats
import psutil
import pytest
from nats.js.errors import NotFoundError
from waiting import eventually

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _running_again(stack) -> Iterator[None]:
    """A test may end the stack; the next one finds it running."""
    yield
    if stack.supervisor.poll() is not None:
        stack.close()
        stack.start()


def projects(stack) -> dict[str, str]:
    answer = httpx.get(f"{stack.url}/v1/projects?limit=1000", headers={"Authorization": f"Bearer {stack.token}"})
    assert answer.status_code == 200, answer.text
    return {project["id"]: project["name"] for project in answer.json()["items"]}


def test_it_says_where_it_is_ready_and_what_it_holds(stack):
    assert f"Interlock is ready at {stack.url}" in stack.lines
    assert any(line.startswith("It holds 1 program, ") for line in stack.lines)


def test_the_token_is_for_its_owner_alone_and_opens_the_api(stack):
    assert stat.S_IMODE((stack.home / "token").stat().st_mode) == 0o600
    assert len(projects(stack)) >= 3


def test_every_process_keeps_a_log(stack):
    names = {path.stem for path in (stack.home / "logs").iterdir()}
    assert names >= {
        *("postgres", "nats", "gateway", "project-serve", "project-worker", "program-serve", "program-worker"),
    }


def test_a_second_start_finds_all_data(stack):
    before = projects(stack)
    body = {"key": "KEPT", "name": "Kept", "start": "2026-03-02", "currency": "EUR", "granularity": "day"}
    headers = {"Authorization": f"Bearer {stack.token}"}
    created = httpx.post(f"{stack.url}/v1/projects", json=body, headers=headers)
    assert created.status_code == 201, created.text
    assert stack.stop() == 0
    stack.start()
    assert projects(stack) == {**before, created.json()["id"]: "Kept"}
    assert not any("sample" in line for line in stack.lines)


@pytest.mark.parametrize("how", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_the_end_takes_less_than_ten_seconds_and_leaves_no_process(stack, how):
    processes = stack.processes()
    assert len(processes) > 7
    asked = time.monotonic()
    assert stack.stop(how) == 0
    assert time.monotonic() - asked < 10
    assert not any(process.is_running() for process in processes)
    assert stack.processes() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_not_even_a_killed_supervisor_leaves_a_process(stack):
    processes = stack.processes()
    stack.stop(signal.SIGKILL)
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []


def test_a_second_stack_on_the_same_folder_is_one_clear_line(stack):
    refused = stack.command("up")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Interlock: Interlock is already running on {stack.home}")
    assert refused.stderr.count("\n") == 1


def test_reset_refuses_while_the_stack_runs(stack):
    refused = stack.command("reset")
    assert refused.returncode == 1
    assert "already running" in refused.stderr
    assert len(projects(stack)) >= 3


async def test_an_operator_finds_a_dead_letter_looks_at_it_and_drops_it(stack, api):
    async def operate(*command):
        done = await asyncio.to_thread(stack.command, "operate", "program", *command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    body = {"key": "SICK", "name": "Sick", "start": "2026-03-02", "currency": "EUR"}
    project = (await api.post("/projects", json=body)).json()
    client = await nats.connect(stack.nats_url())
    subject = f"interlock.project.{project['organization_id']}.{project['id']}.task.updated"
    await client.jetstream().publish(subject, b"no JSON", headers={"Nats-Msg-Id": "nobody's"})

    async def kept():
        with suppress(NotFoundError):
            return await client.jetstream().get_last_msg("DEAD_LETTER_PROGRAM_SVC", ">")

    await eventually(kept)
    letter = await kept()
    assert (letter.data, letter.headers["dead-letter-subject"]) == (b"no JSON", subject)
    await client.close()
    found = await operate("dead-letter", "list")
    assert f"project/{project['id']}" in found
    number = found.split()[0]
    assert json.loads(await operate("dead-letter", "show", number))["payload"] == "no JSON"
    refused = await asyncio.to_thread(stack.command, "operate", "program", "dead-letter", "replay", number)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    await operate("dead-letter", "drop", number)

    async def is_well():
        return await operate("parked") == ""

    await eventually(is_well)
