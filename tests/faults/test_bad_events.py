"""Events that cannot be applied, through the real stream: each stops its own boundary and no other."""

import json
from uuid import uuid4

import pytest
from nats.js.errors import NotFoundError

from chassis import streams
from chassis.outbox import MOST_BYTES, Boundary, message
from chassis.relay import dead_letter_relay
from contracts.subjects import Stream

pytestmark = pytest.mark.slow


async def publish(world, kit, boundary_id, revision, *, payload=None, happened=None):
    """A message as a faulty producer would send it."""
    counted = kit.Counted(data=kit.Count(id=boundary_id, number=0))
    _, sent = message(Boundary("project", boundary_id, world.kit_home, revision), counted, 1, 1, kit.ORIGIN)
    headers = dict(sent.headers)
    if happened is not None:
        headers["ce-type"] = happened
    await world.bus.jetstream.publish(sent.subject, sent.payload if payload is None else payload, headers=headers)


@pytest.mark.parametrize(
    ("payload", "happened", "what"),
    [
        (b"{", None, "quarantined"),
        (b'{"number": "many"}', None, "quarantined"),
        (b"x" * (MOST_BYTES + 10), None, "quarantined"),
        (None, "io.interlock.project.counter.counted.v9", "quarantined"),
        (None, "io.interlock.project.moon.landed.v1", "applied"),
    ],
    ids=["bad JSON", "bad schema", "oversize", "unknown major version", "unknown type"],
)
async def test_poison_parks_its_boundary_and_an_unknown_type_is_passed_over(
    world, service, bus, kit, running, payload, happened, what
):
    world.kit_home = uuid4()
    sick = uuid4()
    await streams.declare(bus.jetstream, streams.stream_config(Stream.PROJECT))
    await publish(world, kit, sick, 1, payload=payload, happened=happened)
    await publish(world, kit, sick, 2)
    world.relay()
    world.consumer()
    running(dead_letter_relay(service.relay_url, bus, "messaging-svc"))
    await world.write(10)
    healthy = json.loads(await world.expected())

    async def is_so():
        seen = json.loads(await world.picture())
        return {key: value for key, value in seen.items() if key != str(sick)} == healthy

    await kit.eventually(is_so)
    parked = await service.rows("SELECT id, reason FROM parked_boundaries")
    seen = json.loads(await world.picture()).get(str(sick))
    if what == "applied":
        assert (parked, seen) == ([], [2])
        return
    assert (parked, seen) == ([(sick, "poison")], None)
    await kit.eventually(lambda: has_letter(bus))
    letter = await bus.jetstream.get_msg("DEAD_LETTER_MESSAGING_SVC", 1)
    assert letter.headers["dead-letter-subject"].split(".")[3] == str(sick)
    assert len(await service.rows("SELECT * FROM quarantined_events")) == 1


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


async def test_a_second_event_in_one_place_makes_the_boundary_be_replaced(world, service, kit):
    world.relay()
    world.consumer()
    await world.write(6)
    await world.ends_well()
    [(organization_id,)] = await service.rows("SELECT DISTINCT organization_id FROM boundaries")
    world.kit_home = organization_id
    await publish(world, kit, world.one, 3)
    await kit.eventually(lambda: world.owner.asked == [world.one])
    await world.write(4)
    await world.ends_well()
