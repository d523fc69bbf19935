"""Events that cannot be applied, through the real stream: each stops its own boundary and no other."""

import json
from dataclasses import replace

import pytest
from nats.js.errors import NotFoundError
from sqlalchemy import text

from chassis import dead_letters, streams
from chassis.database import Database
from chassis.outbox import MOST_BYTES, Boundary, message
from chassis.relay import dead_letter_relay
from counting import see

pytestmark = pytest.mark.slow

UNKNOWN_VERSION = "io.interlock.project.counter.counted.v9"


async def publish(world, kit, boundary_id, revision, *, payload=None, happened=None):
    """A message as a faulty producer would send it."""
    counted = kit.Counted(data=kit.Count(id=boundary_id, number=0))
    _, sent = message(Boundary("project", boundary_id, kit.ORGANIZATION, revision), counted, 1, 1, kit.ORIGIN)
    headers = dict(sent.headers)
    if happened is not None:
        headers["ce-type"] = happened
    await world.bus.jetstream.publish(sent.subject, sent.payload if payload is None else payload, headers=headers)


async def drop(world, letter, consumer):
    """Nobody will ever be able to read it."""
    await dead_letters.drop(world.service.database, letter)


async def replay(world, letter, consumer):
    """A newer version of the service can read it."""
    consumer.stop()
    await world.kit.eventually(lambda: is_not_followed(world))
    world.consumer(read_leniently, also={UNKNOWN_VERSION: read_leniently})
    await world.kit.eventually(world.is_followed)
    await dead_letters.replay(world.service.database, letter)


async def read_leniently(session, event):
    """Whatever it says, one was counted."""
    await see(session, replace(event, data={"id": str(event.boundary_id), "number": 0, "filling": ""}))


async def is_not_followed(world):
    return not await world.is_followed()


@pytest.mark.parametrize(
    ("payload", "happened", "decide"),
    [
        (b"{", None, drop),
        (b'{"number": "many"}', None, drop),
        (b'{"number": "many"}', None, replay),
        (b"x" * (MOST_BYTES + 10), None, drop),
        (None, UNKNOWN_VERSION, drop),
        (None, UNKNOWN_VERSION, replay),
    ],
    ids=[
        "bad JSON, dropped",
        "bad schema, dropped",
        "bad schema, replayed",
        "oversize, dropped",
        "unknown major version, dropped",
        "unknown major version, replayed",
    ],
)
async def test_poison_parks_its_boundary_until_somebody_decides(
    world, service, bus, kit, postgres, running, payload, happened, decide
):
    """What the outbox has of the second revision is spoilt on its way. All others go on meanwhile; then its own does, under the worker that runs."""
    sick = world.one
    world.relay()
    consumer = world.consumer()
    running(dead_letter_relay(service.relay_url, bus, "messaging-svc"))
    await service.count(sick, kit.ORGANIZATION)
    await world.ends_well()
    await spoil(world, sick, payload=payload, happened=happened)
    await service.count(sick, kit.ORGANIZATION)
    for _ in range(10):
        await service.count(world.other, kit.ORGANIZATION)
    expected = json.loads(await world.expected())

    async def all_others_go_on():
        return json.loads(await world.picture()).get(str(world.other)) == expected[str(world.other)]

    await kit.eventually(all_others_go_on)
    assert await service.rows("SELECT id, reason FROM parked_boundaries") == [(sick, "poison")]
    assert json.loads(await world.picture())[str(sick)][1] == [1]
    await kit.eventually(lambda: has_letter(bus))
    sent = await bus.jetstream.get_msg("DEAD_LETTER_MESSAGING_SVC", 1)
    assert sent.headers["dead-letter-subject"].split(".")[3] == str(sick)
    operator = Database(postgres.url(service.name, kit.OPERATOR), pool=1)
    [letter] = await dead_letters.listed(operator)
    await decide(world, letter, consumer)
    await world.ends_well()
    assert await dead_letters.listed(operator) == []
    await operator.close()
    assert world.owner.asked.count(sick) == (1 if decide is drop else 0)


async def spoil(world, boundary_id, *, payload, happened):
    """Write a revision, of which something else comes to the stream than what was written."""
    async with world.service.database.transaction(world.kit.ORGANIZATION) as session:
        revision = await world.kit.count(session, boundary_id, world.kit.ORGANIZATION)
        place = {"id": boundary_id, "revision": revision}
        await session.execute(text("DELETE FROM outbox WHERE boundary_id = :id AND revision = :revision"), place)
    await publish(world, world.kit, boundary_id, revision, payload=payload, happened=happened)


async def test_an_unknown_type_is_passed_over(world, service, kit):
    """It says nothing that the picture would hold."""
    world.relay()
    world.consumer()
    await world.write(4)
    await world.ends_well()
    await publish(world, kit, world.one, 3, happened="io.interlock.project.moon.landed.v1")

    async def is_passed():
        return await service.rows("SELECT revision FROM boundary_positions WHERE id = :id", id=world.one) == [(3,)]

    await kit.eventually(is_passed)
    await world.ends_well()
    assert world.owner.asked == []


async def has_letter(bus):
    try:
        return (await streams.state(bus.jetstream, "DEAD_LETTER_MESSAGING_SVC")).last == 1
    except NotFoundError:
        return False


async def test_a_missing_revision_is_made_up_for_by_a_snapshot(world, service):
    """The row vanishes before it is sent: as if a producer had lost it."""
    await world.write(10)
    await service.rows("DELETE FROM outbox WHERE boundary_id = :one AND revision = 3", one=world.one)
    world.relay()
    world.consumer()
    await world.ends_well()
    assert world.owner.asked == [world.one]


async def test_a_second_event_in_one_place_makes_the_boundary_be_replaced(world, kit):
    world.relay()
    world.consumer()
    await world.write(6)
    await world.ends_well()
    await publish(world, kit, world.one, 3)
    await kit.eventually(lambda: world.owner.asked == [world.one])
    await world.write(4)
    await world.ends_well()
