"""An installation whose code is replaced by code that keeps more of the same events: nobody has to know that something is missing."""

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table
from structlog.testing import capture_logs

from chassis.consumer import Consumer
from chassis.poke import Poke
from chassis.projection import Projection
from chassis.relay import Relay
from contracts.subjects import Stream
from messaging_kit import Owner

KEPT = Table("picture", MetaData(), Column("seen", BigInteger))


@pytest.fixture
async def follow(service, bus, running, kit):
    """Follow with this projection until the cursor and the pictures are so: `await follow(projection, 3, [[1, 2, 3]])`."""
    running(Relay(service.relay_url, bus, Stream.PROJECT, Poke("messaging", bus)))

    async def follow(projection, sequence, seen, owner=None, stays=None):
        part = Consumer("test", Stream.PROJECT, service.database, bus, projection, owner=owner)
        running(part)

        async def is_so():
            cursors = await service.rows(
                "SELECT sequence FROM consumer_cursors WHERE picture = :it", it=(stays or projection).picture
            )
            parked = await service.rows("SELECT count(*) FROM parked_boundaries")
            pictures = [list(row[0]) for row in await service.rows("SELECT seen FROM picture")]
            return (cursors, parked, pictures) == ([(sequence,)], [(0,)], seen)

        await kit.eventually(is_so)
        part.stop()

    return follow


async def test_what_was_passed_over_is_restored_once_it_is_to_be_kept(service, kit, follow):
    owner, boundary_id = Owner(service), kit.ORGANIZATION
    for _ in range(3):
        await service.count(boundary_id, kit.ORGANIZATION)
    await follow(Projection({}, restorers=kit.RESTORERS), 3, [], owner)
    newer = Projection({kit.Counted.event_type(): kit.see}, restorers=kit.RESTORERS)
    await follow(newer, 3, [[1, 2, 3]], owner)
    await service.count(boundary_id, kit.ORGANIZATION)
    await follow(newer, 4, [[1, 2, 3, 4]], owner)
    assert owner.asked == [boundary_id]


async def test_without_snapshots_it_goes_on_with_what_it_has_and_says_so(service, kit, follow):
    older, newer = Projection({}), Projection({kit.Counted.event_type(): kit.see}, restorers=kit.RESTORERS)
    await service.count(kit.ORGANIZATION, kit.ORGANIZATION)
    await follow(older, 1, [])
    await service.count(kit.ORGANIZATION, kit.ORGANIZATION)
    with capture_logs() as said:
        await follow(newer, 2, [[2]], stays=older)
    assert "no owner of snapshots" in str(said)


def test_a_picture_is_named_by_the_events_and_columns_that_it_holds(kit):
    handlers = {kit.Counted.event_type(): kit.see}
    assert Projection(handlers).picture == Projection(dict(handlers), restorers=kit.RESTORERS).picture
    others = [Projection({}), Projection(handlers), Projection(handlers, keeps=[KEPT])]
    assert len({each.picture for each in others}) == 3
