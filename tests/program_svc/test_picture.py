"""`python -m program_svc picture`: the canonical picture for an operator, byte for byte what the service itself would compare."""

import asyncio
from uuid import UUID, uuid4

import orjson
from typer.testing import CliRunner

from program_svc.__main__ import app
from program_svc.picture import canonical_picture


async def test_the_command_prints_the_picture(crowd):
    project_id = crowd.projects.project()
    crowd.projects.task(project_id, "A", 4)
    await crowd.hear()
    program_id = (await crowd.program(project_id)).removeprefix("/programs/")
    async with crowd.database.transaction(crowd.organization_id) as session:
        expected = await canonical_picture(session, UUID(program_id))
    told = {
        "INTERLOCK_DATABASE_URL": crowd.database.engine.url.set(drivername="postgresql").render_as_string(
            hide_password=False
        )
    }
    command = ["picture", program_id, "--organization", str(crowd.organization_id)]
    result = await asyncio.to_thread(CliRunner().invoke, app, command, env=told)
    assert (result.exit_code, result.stdout_bytes) == (0, expected + b"\n")
    assert orjson.loads(expected)["schedule"]["finish"] == "2026-03-05"


async def test_the_command_says_in_one_line_that_there_is_no_such_program(crowd):
    told = {
        "INTERLOCK_DATABASE_URL": crowd.database.engine.url.set(drivername="postgresql").render_as_string(
            hide_password=False
        )
    }
    command = ["picture", str(uuid4()), "--organization", str(crowd.organization_id)]
    result = await asyncio.to_thread(CliRunner().invoke, app, command, env=told)
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no program")
