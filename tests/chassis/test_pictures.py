"""An installation whose code is replaced by code that keeps more of the same events: nobody has to know that something is missing."""

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table

from chassis.consumer import Consumer
from chassis.poke import Poke
from chassis.projection import Projection
from chassis.relay import Relay
from contracts.subjects import Stream
from messaging_kit import Owner

KEPT = Table("picture", MetaData(), Column("seen", BigInteger))


@pytest.fixture
async def following(service, bus, running, kit):
    """Follow with this projection until everything written is read: `await following(projection, owner)`."""
    running(Relay(service.relay_url, bus, Stream.PROJECT, Poke("messaging", bus)))

    async def follow(projection, owner=None):
        part = Consumer("test", Stream.PROJECT, service.database, bus, projection, owner=owner)
        running(part)

        async def is_at_the_end():
            counts = "SELECT (SELECT count(*) FROM outbox) - (SELECT coalesce(max(sequence), 0) FROM consumer_cursors)"
            parked = "SELECT count(*) FROM parked_boundaries"
            return await service.rows(counts) == [(0,)] and await service.rows(parked) == [(0,)]

        await kit.eventually(is_at_the_end)
        part.stop()

    return follow


async def seen(service):
    return [list(row[0]) for row in await service.rows("SELECT seen FROM picture")]


async def test_what_was_passed_over_is_restored_once_it_is_to_be_kept(service, kit, following):
    owner, boundary_id = Owner(service), kit.ORGANIZATION
    for _ in range(3):
        await service.count(boundary_id, kit.ORGANIZATION)
    older = Projection({}, restorers=kit.RESTORERS)
    await following(older, owner)
    assert await seen(service) == []
    newer = Projection({kit.Counted.event_type(): kit.see}, restorers=kit.RESTORERS)
    await following(newer, owner)
    assert await seen(service) == [[1, 2, 3]]
    await following(newer, owner)
    assert owner.asked == [boundary_id]


async def test_without_snapshots_it_goes_on_with_what_it_has(service, kit, following):
    await service.count(kit.ORGANIZATION, kit.ORGANIZATION)
    await following(Projection({}))
    await service.count(kit.ORGANIZATION, kit.ORGANIZATION)
    await following(Projection({kit.Counted.event_type(): kit.see}, restorers=kit.RESTORERS))
    assert await seen(service) == [[2]]


def test_a_picture_is_named_by_the_events_and_columns_that_it_holds(kit):
    handlers = {kit.Counted.event_type(): kit.see}
    assert Projection(handlers).picture == Projection(dict(handlers), restorers=kit.RESTORERS).picture
    others = [Projection({}), Projection(handlers), Projection(handlers, keeps=[KEPT])]
    assert len({each.picture for each in others}) == 3
