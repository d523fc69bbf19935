"""The operators' commands, on a real database; what a decision leads to is the projection's part."""

import asyncio
import json
from uuid import uuid4

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from chassis import outbox, streams
from chassis.consumer import Consumer
from chassis.message import Message
from chassis.operating import operators_commands, rebuild_command
from chassis.outbox import Boundary
from chassis.parking import Parked, Reason
from chassis.projection import Poison, Projection
from chassis.received import read
from chassis.restoring import Restoration
from chassis.work_queue import ask
from contracts.subjects import Stream

pytestmark = pytest.mark.slow


@pytest.fixture
def command(service, kit, postgres, monkeypatch):
    """Run a command to its end, in a thread: it has an event loop of its own."""
    app = typer.Typer()
    operators_commands("messaging_svc", app)
    rebuild_command(app, ["project"])
    monkeypatch.setenv("INTERLOCK_DATABASE_URL", postgres.url(service.name, kit.APP))
    monkeypatch.setenv("INTERLOCK_RELAY_DATABASE_URL", service.relay_url)
    monkeypatch.setenv("INTERLOCK_OPERATOR_DATABASE_URL", postgres.url(service.name, kit.OPERATOR))

    async def run(*arguments, code=0):
        result = await asyncio.to_thread(CliRunner().invoke, app, list(arguments))
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def is_cured():
    """What the handler thinks of the poison, once its cause is repaired."""
    return []


@pytest.fixture
def projection(kit, is_cured):
    async def see(session, received):
        if received.data.get("filling") == "poison" and not is_cured:
            raise Poison("it cannot be")
        await kit.see(session, received)

    return Projection({kit.Counted.event_type(): see}, restorers=kit.RESTORERS, service="messaging-svc")


@pytest.fixture
async def sick(service, kit, projection):
    """A boundary whose second event is poison; a third waits."""
    sick = uuid4()

    def event(revision, filling=""):
        counted = kit.Counted(data=kit.Count(id=sick, number=0, filling=filling))
        return read(outbox.message(Boundary("project", sick, kit.ORGANIZATION, revision), counted, 1, 1, kit.ORIGIN)[1])

    async with service.database.transaction() as session:
        await projection.apply(session, [event(1), event(2, "poison"), event(3)])
    return sick


@pytest.fixture
def resume(service, kit, projection):
    async def resume(boundary_id, snapshot=None):
        [(reason,)] = await service.rows("SELECT reason FROM parked_boundaries")
        async with service.database.transaction() as session:
            await projection.restore(
                session, Restoration(Parked("project", boundary_id, kit.ORGANIZATION, Reason(reason)), snapshot)
            )
        return [list(row[0]) for row in await service.rows("SELECT seen FROM picture")]

    return resume


async def number_of(command):
    return (await command("dead-letter", "list")).split()[0]


async def test_what_lies_in_quarantine_is_listed_and_shown_whoever_it_belongs_to(command, sick, kit):
    assert f"project/{sick} it cannot be" in await command("dead-letter", "list")
    document = json.loads(await command("dead-letter", "show", await number_of(command)))
    assert document["organization_id"] == str(kit.ORGANIZATION)
    assert json.loads(document["payload"])["filling"] == "poison"
    assert f"poison    project/{sick}" in await command("parked")


async def test_a_replayed_event_is_applied_once_its_cause_is_repaired(command, sick, is_cured, resume):
    is_cured.append(True)
    await command("dead-letter", "replay", await number_of(command))
    assert await resume(sick) == [[1, 2, 3]]
    assert await command("dead-letter", "list") == ""
    assert await command("parked") == ""


async def test_a_replayed_event_that_still_is_poison_is_put_away_again(command, sick, resume):
    first = await number_of(command)
    await command("dead-letter", "replay", first)
    assert await resume(sick) == [[1]]
    assert await number_of(command) != first


async def test_a_dropped_event_is_made_up_for_by_a_snapshot(command, sick, resume):
    await command("dead-letter", "drop", await number_of(command))
    assert await resume(sick, {"revision": 2}) == [[1, 2, 3]]
    assert await command("dead-letter", "list") == ""


async def test_what_cannot_be_done_is_said_in_one_line(command, service, projection):
    assert "there is no event 7" in await command("dead-letter", "drop", "7", code=1)
    async with service.database.transaction() as session:
        await projection.apply(session, [read(Message("interlock.project", {}, b"?"))])
    assert "cannot be put back" in await command("dead-letter", "replay", await number_of(command), code=1)


async def test_the_outbox_says_what_waits(command, service, kit):
    await service.count(uuid4(), kit.ORGANIZATION, 3)
    told = (await command("outbox", "status")).splitlines()
    assert [line.partition(",")[0] for line in told] == ["events: 3 waiting", "dead letters: 0 waiting"]
    async with service.database.transaction(kit.ORGANIZATION) as session:
        await ask(session, "messaging-svc", kit.ORGANIZATION, uuid4())
    told = (await command("outbox", "status")).splitlines()
    assert [line.partition(",")[0] for line in told][2:] == ["WORK_MESSAGING_SVC: 1 waiting"]


async def test_a_rebuild_restores_everything_while_a_worker_runs_and_shows_how_far_it_is(
    command, service, bus, running, kit, projection
):
    ids = [uuid4() for _ in range(20)]
    for number in range(40):
        await service.count(ids[number % 20], kit.ORGANIZATION)
    await service.rows(
        "INSERT INTO boundary_positions SELECT 'project', id, organization_id, 1, 1, 1, id FROM boundaries"
    )
    await service.rows("INSERT INTO picture SELECT id, organization_id, ARRAY[9, 9] FROM boundaries")
    await streams.declare(bus.jetstream, streams.stream_config(Stream.PROJECT))
    running(Consumer("test", Stream.PROJECT, service.database, bus, projection, owner=kit.Owner(service)))
    said = [line for line in (await command("rebuild", "--timeout", "20")).splitlines() if line.endswith("restored")]
    assert (said[0], said[-1]) == ("0 of 20 restored", "20 of 20 restored")
    assert await service.rows("SELECT DISTINCT seen FROM picture") == [([1, 2],)]


async def test_a_rebuild_trusts_nothing_and_says_when_nobody_restores(command, sick, service):
    healthy = uuid4()
    await service.rows("INSERT INTO boundary_positions VALUES ('project', :id, :id, 1, 1, 1, :id)", id=healthy)
    assert "0 of 1 restored" in await command("rebuild", "--timeout", "0.1", code=1)
    assert set(await service.rows("SELECT id, reason FROM parked_boundaries")) == {(sick, "poison"), (healthy, "stale")}


async def test_no_role_but_the_operators_sees_the_quarantine_of_all_organisations(service, sick):
    look = text("SELECT count(*) FROM quarantined_events")
    async with service.database.transaction() as session:
        await session.execute(text("SELECT set_config('interlock.operator', 'on', true)"))
        assert await session.scalar(look) == 0
