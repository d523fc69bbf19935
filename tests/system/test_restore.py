"""What docs/operations.md says of restoring one half: the databases from before while the streams are ahead, and the other way round."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from picture_kit import add_task, included, tasks_in_both

pytestmark = [pytest.mark.slow, pytest.mark.long]


async def back_up(stack, folder: Path) -> Path:
    """Save the running stack."""
    done = await asyncio.to_thread(stack.command, "backup", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


async def go_back(stack, backup: Path, *only: str) -> None:
    """End the stack, put the backup or one half of it in its place, start the stack."""
    refused = await asyncio.to_thread(stack.command, "restore", str(backup), *only)
    assert (refused.returncode, "already running" in refused.stderr) == (1, True)
    assert await asyncio.to_thread(stack.stop) == 0
    done = await asyncio.to_thread(stack.command, "restore", str(backup), *only)
    assert done.returncode == 0, done.stdout + done.stderr
    await asyncio.to_thread(stack.start)


@pytest.fixture
async def client(stack):
    headers = {"Authorization": f"Bearer {stack.token}"}
    async with httpx.AsyncClient(base_url=f"{stack.url}/v1", headers=headers, timeout=60) as opened:
        yield opened


async def depot(client) -> tuple[str, str]:
    projects = (await client.get("/projects?limit=1000")).json()["items"]
    programs = (await client.get("/programs?limit=1000")).json()["items"]
    return next(one["id"] for one in projects if one["key"] == "DEPOT"), programs[0]["id"]


def rebuild(stack, package: str, worker: str) -> str:
    """The operator's command, told what the running worker is told."""
    told = {key: value for key, value in stack.find(worker).environ().items() if key.startswith("INTERLOCK_")}
    command = [sys.executable, "-m", package, "rebuild", "--timeout", "90"]
    done = subprocess.run(command, env={**os.environ, **told}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_databases_from_before_while_the_streams_are_ahead(stack, client, tmp_path):
    """The picture would show what the projects no longer know; `rebuild` asks them."""
    project, program = await depot(client)
    await included(client, program, await add_task(client, project, "Kept"))
    backup = await back_up(stack, tmp_path / "backup")
    await included(client, program, await add_task(client, project, "Lost with the disk"))
    await go_back(stack, backup, "--only", "databases")

    assert "restored" in await asyncio.to_thread(rebuild, stack, "program_svc", "program-worker")
    assert "restored" in await asyncio.to_thread(rebuild, stack, "project_svc", "project-worker")
    position = await add_task(client, project, "Written after the restore")
    await included(client, program, position)

    own, shown = await tasks_in_both(client, project, program)
    assert own == shown
    names = {one["name"] for one in (await client.get(f"/projects/{project}/tasks?limit=1000")).json()["items"]}
    assert {"Kept", "Written after the restore"} <= names
    assert "Lost with the disk" not in names


async def test_streams_from_before_while_the_databases_are_ahead(stack, client, tmp_path):
    """Nothing to do: the relays put back what the streams lack."""
    project, program = await depot(client)
    backup = await back_up(stack, tmp_path / "backup")
    await included(client, program, await add_task(client, project, "Put back into the stream"))
    await go_back(stack, backup, "--only", "streams")

    await included(client, program, await add_task(client, project, "And on"))

    own, shown = await tasks_in_both(client, project, program)
    assert own == shown
    said = (stack.home / "logs/project-worker.log").read_text()
    assert "the stream had lost events and has them again" in said


async def test_a_backup_starts_in_another_place(stack, client, tmp_path, new_folder):
    """Another data folder, as on another machine: the same token opens the same records, and writing goes on."""
    project, program = await depot(client)
    await included(client, program, await add_task(client, project, "Moves along"))
    backup = await back_up(stack, tmp_path / "backup")
    again = await asyncio.to_thread(stack.command, "backup", str(backup))
    assert (again.returncode, again.stderr) == (1, f"Interlock: {backup} exists already: name a new folder\n")
    before = await tasks_in_both(client, project, program)
    assert await asyncio.to_thread(stack.stop) == 0
    stack.move(new_folder() / "elsewhere")
    done = await asyncio.to_thread(stack.command, "restore", str(backup))
    assert done.returncode == 0, done.stdout + done.stderr
    await asyncio.to_thread(stack.start)

    assert await tasks_in_both(client, project, program) == before
    await included(client, program, await add_task(client, project, "Written elsewhere"))
    own, shown = await tasks_in_both(client, project, program)
    assert own == shown
