"""A rebuild that is killed at the worst moment, and two at once."""

import asyncio
import os
import sys

import pytest
from sqlalchemy import text

from chassis.rebuilding import NotRebuilt
from chassis.sources import Source

pytestmark = pytest.mark.slow

LEFT = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('picture_next') AND relname LIKE 'known%'"
AT_WORK = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'rebuild'"
SWITCHING = "SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"


async def test_a_second_one_at_once_is_refused_and_disturbs_nothing(world, monkeypatch):
    await world.story.step()
    await world.tell()
    lived = await world.picture()
    rebuild = world.rebuild()
    look = rebuild.derived.look

    async def begin_another(*arguments):
        with pytest.raises(NotRebuilt, match="another rebuild is under way"):
            await world.rebuild().run(Source.SNAPSHOTS)
        await look(*arguments)

    monkeypatch.setattr(rebuild.derived, "look", begin_another)
    await rebuild.run(Source.SNAPSHOTS)
    assert "the new picture is in its place" in world.said[-1]
    assert await world.picture() == lived


async def test_one_that_is_killed_while_it_switches_leaves_the_old_picture_and_is_begun_again(
    world, nats_server, tmp_path
):
    """A reader keeps the switch waiting; there the process gets SIGKILL."""
    await world.story.step()
    await world.tell()
    lived = await world.picture()
    await world.sql("UPDATE known_tasks SET duration = duration + 960 WHERE kind = 'task'")
    spoilt = await world.picture()
    assert spoilt != lived
    told = {"DATABASE_URL": world.url, "NATS_URL": nats_server.url, "AUTH_PUBLIC_KEY_FILE": str(tmp_path)}
    async with world.api.database.transaction(world.api.organization_id) as session:
        await session.execute(text("SELECT count(*) FROM known_tasks"))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "program_svc", "rebuild", "--from", "stream"),
            env=os.environ | {f"INTERLOCK_{name}": value for name, value in told.items()},
            stdout=asyncio.subprocess.DEVNULL,
        )
        await world.eventually(lambda: world.has(SWITCHING))
        process.kill()
        await process.wait()
    await world.eventually(lambda: _is_over(world))
    assert await world.picture() == spoilt
    assert await world.sql(LEFT)
    await world.rebuild().run(Source.STREAM)
    assert await world.picture() == lived
    assert await world.sql(LEFT) == []
    await world.story.step()  # the consumer goes on
    assert world.story.compared


async def _is_over(world) -> bool:
    """Whether the database has noticed that the process is gone."""
    return not await world.has(AT_WORK)
