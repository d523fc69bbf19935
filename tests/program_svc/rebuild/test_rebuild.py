"""A rebuild: beside what everybody reads, whole or not at all, and the same bytes as having lived through it."""

import asyncio

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from chassis.migrations import differences
from chassis.peer import PeerFailed
from chassis.rebuilding import NotRebuilt
from chassis.sources import Source
from program_svc.__main__ import app
from program_svc.tables import METADATA

pytestmark = pytest.mark.slow

SHAPES = """
    SELECT relname::text, relrowsecurity, relforcerowsecurity,
        (SELECT array_agg(item::text) FROM unnest(relacl) AS item),
        (SELECT array_agg(indexrelid::regclass::text || pg_get_indexdef(indexrelid)) FROM pg_index WHERE indrelid = pg_class.oid),
        (SELECT array_agg(conname || pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid = pg_class.oid),
        (SELECT array_agg(concat_ws(' ', policyname, roles, cmd, qual, with_check) ORDER BY 1)
         FROM pg_policies WHERE schemaname = 'public' AND tablename = relname)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relispartition ORDER BY 1
"""
NONSENSE = (
    "UPDATE known_tasks SET duration = duration + 960, name = 'nonsense' WHERE kind = 'task'",
    "DELETE FROM known_links WHERE id IN (SELECT id FROM known_links LIMIT 2)",
    "UPDATE known_budget_lines SET amount = amount + 1",
    "UPDATE program_schedule SET early_finish = early_finish + 1440, driving_link_id = NULL",
    "UPDATE dependencies SET margin = margin + 480, forecast = forecast - 480 WHERE margin IS NOT NULL",
)


async def shapes_of(world):
    """Of every table: its protection, rights, indexes, constraints and policies."""
    tables = await world.sql(SHAPES)
    return [tuple(sorted(each) if isinstance(each, list) else each for each in table) for table in tables]


async def live(world, steps):
    """So many things happen; in the end the network is one, and something waits in it for something else."""
    for _ in range(steps):
        await world.story.step()
    for project_id in world.story.project_ids:
        world.story.say(project_id, state="executing")
    await world.tell()
    await world.story.propose()


async def spoil(world):
    for statement in NONSENSE:
        await world.sql(statement)


@pytest.mark.parametrize("source", list(Source))
async def test_whatever_was_wrong_is_made_anew_while_readers_see_the_old_picture_whole(world, source, monkeypatch):
    await live(world, 15)
    lived, shapes = await world.picture(), await shapes_of(world)
    await spoil(world)
    spoilt = await world.picture()
    assert spoilt != lived
    rebuild = world.rebuild()
    seen, look = [], rebuild.derived.look

    async def read_meanwhile(*arguments):
        await look(*arguments)
        seen.append(await world.picture())

    monkeypatch.setattr(rebuild.derived, "look", read_meanwhile)
    await rebuild.run(source)
    assert seen == [spoilt]
    assert await world.picture() == lived
    assert await shapes_of(world) == shapes
    assert await differences(world.owners_url, METADATA) == []
    assert any(line.endswith("programs computed") for line in world.said)
    what = "restored from snapshots" if source is Source.SNAPSHOTS else "events read"
    assert any(line.endswith(what) for line in world.said)
    assert set(world.asked) == (set(world.story.project_ids) if source is Source.SNAPSHOTS else set())
    await live(world, 3)  # the consumer, which remembers networks, and those who read go on with the new tables
    assert world.story.compared


async def test_events_that_come_meanwhile_are_in_the_new_picture_too(world, monkeypatch):
    await live(world, 5)
    rebuild = world.rebuild()
    settle = rebuild.derived.settle

    async def slip_meanwhile(*arguments):
        world.story.slip()
        await world.say()  # the consumer waits for us with it
        await settle(*arguments)

    monkeypatch.setattr(rebuild.derived, "settle", slip_meanwhile)

    async def write():
        while not is_over.is_set():
            world.story.slip()
            world.story.spend()
            await world.say()

    is_over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(write())
        await rebuild.run(Source.SNAPSHOTS)
        is_over.set()
    await world.tell()
    await world.story.check()
    lived = await world.picture()
    await world.rebuild().run(Source.STREAM)
    assert await world.picture() == lived


async def test_one_that_is_interrupted_leaves_everything_as_it_was_and_can_be_begun_again(world, monkeypatch):
    await live(world, 3)
    lived = await world.picture()
    await spoil(world)
    spoilt = await world.picture()
    rebuild = world.rebuild()

    async def die(*_arguments):
        raise ConnectionResetError

    monkeypatch.setattr(rebuild.derived, "check", die)
    with pytest.raises(ConnectionResetError):
        await rebuild.run(Source.SNAPSHOTS)
    assert await world.picture() == spoilt
    await world.rebuild().run(Source.SNAPSHOTS)
    assert await world.picture() == lived


async def test_without_what_it_takes_nothing_is_changed(world, monkeypatch):
    await live(world, 1)
    lived = await world.picture()
    with pytest.raises(NotRebuilt, match="3 are not whole without a snapshot"):
        await world.rebuild(owner=None).run(Source.SNAPSHOTS)

    class Absent:
        async def get(self, *_arguments):
            raise PeerFailed("nobody there")

    monkeypatch.setattr("chassis.rebuilding.FIRST_PAUSE", 0)
    with pytest.raises(NotRebuilt, match="nobody there"):
        await world.rebuild(owner=Absent()).run(Source.SNAPSHOTS)

    rebuild = world.rebuild()
    settle = rebuild.derived.settle

    async def migrate_meanwhile(*arguments):
        await settle(*arguments)
        await world.sql("ALTER TABLE picture_next.known_issues ADD COLUMN another integer")

    monkeypatch.setattr(rebuild.derived, "settle", migrate_meanwhile)
    with pytest.raises(NotRebuilt, match="no picture of the present shape"):
        await rebuild.run(Source.SNAPSHOTS)
    assert await world.picture() == lived


async def test_a_reader_who_does_not_let_go_is_waited_for_and_not_disturbed(world):
    await live(world, 1)
    lived = await world.picture()
    async with world.api.database.transaction(world.api.organization_id) as session:
        await session.execute(text("SELECT count(*) FROM known_tasks"))
        rebuilding = asyncio.create_task(world.rebuild().run(Source.SNAPSHOTS))
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
        await world.eventually(lambda: world.has(waiting))
        await session.execute(text("SELECT count(*) FROM known_links"))
    await rebuilding
    assert await world.picture() == lived


async def test_what_waits_for_a_person_goes_on_waiting(world):
    await live(world, 1)
    project_id = world.story.project_ids[0]
    world.story.slip()
    world.story.new_task(project_id)
    task_id = world.story.tasks[project_id][-1]
    poison = world.story.projects.said[-1].message
    await world.say()
    headers = dict(poison.headers) | {"ce-revision": str(world.story.projects.revisions[project_id] + 1)}
    headers |= {"Nats-Msg-Id": "poison", "ce-id": "0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77"}
    await world.bus.jetstream.publish(poison.subject, b'{"record": 1}', headers=headers)
    world.told += 1
    await world.tell()
    parked = "SELECT id, reason FROM parked_boundaries"
    assert await world.sql(parked) == [(project_id, "poison")]
    for source in Source:
        await world.rebuild().run(source)
        assert await world.sql(parked) == [(project_id, "poison")]
        assert await world.has("SELECT 1 FROM known_tasks WHERE id = :id", id=task_id)
        assert len(await world.sql("SELECT 1 FROM quarantined_events")) == 1


async def test_the_command_shows_how_far_it_is(world, nats_server, monkeypatch, tmp_path):
    await live(world, 2)
    lived = await world.picture()
    await spoil(world)
    for name, value in {
        "DATABASE_URL": world.url,
        "NATS_URL": nats_server.url,
        "AUTH_PUBLIC_KEY_FILE": tmp_path,
    }.items():
        monkeypatch.setenv(f"INTERLOCK_{name}", str(value))
    refused = await asyncio.to_thread(CliRunner().invoke, app, ["rebuild"])
    assert (refused.exit_code, "nothing has changed: 3 are not whole" in refused.output) == (1, True)
    done = await asyncio.to_thread(CliRunner().invoke, app, ["rebuild", "--from", "stream"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert any(line.endswith("events read") for line in lines)
    assert "1 of 1 programs computed" in lines
    assert await world.picture() == lived
