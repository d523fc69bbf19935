"""Boundaries that wait: for what they wait, that all others go on, and that they end as if nothing had been amiss."""

from dataclasses import replace
from uuid import UUID, uuid4

import orjson
import pytest

from chassis import outbox, parking
from chassis.message import Message
from chassis.outbox import MOST_BYTES, Boundary
from chassis.parking import Parked, Reason
from chassis.projection import Poison, Projection
from chassis.quarantine import dead_letter
from chassis.received import Unreadable, read
from chassis.restoring import PASS_OVER, Restoration, StillBehind

pytestmark = pytest.mark.slow

HOME = uuid4()


@pytest.fixture
def event(kit):
    def make(boundary_id, revision, position=1, positions=1, **changes):
        counted = kit.Counted(data=kit.Count(id=boundary_id, number=0))
        boundary = Boundary("project", boundary_id, HOME, revision)
        return replace(read(outbox.message(boundary, counted, position, positions, kit.ORIGIN)[1]), **changes)

    return make


@pytest.fixture
def projection(kit):
    async def see(session, received):
        if received.data.get("filling") == "poison":
            raise Poison("it cannot be")
        await kit.see(session, received)

    return Projection({kit.Counted.event_type(): see}, restorers=kit.RESTORERS, service="messaging-svc")


@pytest.fixture
def apply(service, projection):
    async def apply(*events, projection=projection):
        async with service.database.transaction() as session:
            return dict((await projection.apply(session, events)).counts)

    return apply


@pytest.fixture
def heal(service, projection):
    async def heal(boundary_id, reason, revision=None, *, projection=projection, kind="project"):
        snapshot = None if revision is None else {"revision": revision}
        async with service.database.transaction() as session:
            restoration = Restoration(Parked(kind, boundary_id, HOME, reason), snapshot)
            return dict((await projection.restore(session, restoration)).counts)

    return heal


@pytest.fixture
def look(service):
    """The picture and the parking of a boundary."""

    async def look(boundary_id):
        seen = await service.rows("SELECT seen FROM picture WHERE id = :id", id=boundary_id)
        parked = await service.rows("SELECT reason FROM parked_boundaries WHERE id = :id", id=boundary_id)
        return (list(seen[0][0]) if seen else []), (parked[0][0] if parked else None)

    return look


async def letters(service):
    rows = await service.rows(
        "SELECT subject, headers, payload, stream FROM outbox WHERE stream IS NOT NULL ORDER BY pos"
    )
    return [(subject, orjson.loads(headers), payload, stream) for subject, headers, payload, stream in rows]


async def test_a_gap_parks_its_boundary_alone_and_closes_by_itself(apply, event, look):
    one, other = uuid4(), uuid4()
    await apply(event(one, 1), event(one, 3), event(other, 1))
    assert await look(one) == ([1], "gap")
    assert await look(other) == ([1], None)
    await apply(event(one, 2))
    assert await look(one) == ([1, 2, 3], None)


async def test_a_gap_is_healed_from_a_snapshot_and_what_is_held_goes_on(service, apply, event, look, heal):
    one = uuid4()
    await apply(event(one, 1), event(one, 5), event(one, 7), event(one, 8))
    assert await heal(one, Reason.GAP, 6) == {"applied": 2}
    assert await look(one) == ([1, 2, 3, 4, 5, 6, 7, 8], None)
    assert await service.rows("SELECT * FROM held_events") == []
    assert await apply(event(one, 6), event(one, 9)) == {"seen": 1, "applied": 1}


async def test_a_snapshot_that_is_older_than_the_gap_heals_nothing(apply, event, look, heal):
    one = uuid4()
    await apply(event(one, 1), event(one, 5))
    with pytest.raises(StillBehind):
        await heal(one, Reason.GAP, 3)
    assert await look(one) == ([1], "gap")


async def test_a_second_gap_behind_the_first_keeps_the_boundary_parked(apply, event, look, heal):
    one = uuid4()
    await apply(event(one, 3), event(one, 6))
    await heal(one, Reason.GAP, 2)
    assert await look(one) == ([1, 2, 3], "gap")


async def test_a_boundary_that_is_gone_leaves_nothing(service, apply, event, look, heal):
    one = uuid4()
    await apply(event(one, 1), event(one, 4))
    await heal(one, Reason.GAP)
    assert await look(one) == ([], None)
    assert await service.rows("SELECT revision FROM boundary_positions") == [(4,)]
    assert await service.rows("SELECT * FROM held_events") == []


async def test_a_gap_in_what_the_picture_does_not_hold_is_passed_over(kit, apply, event, look, heal):
    indifferent = Projection({kit.Counted.event_type(): kit.see}, restorers={"project": PASS_OVER})
    one = uuid4()
    await apply(event(one, 4, 2, 2), event(one, 5), projection=indifferent)
    await heal(one, Reason.GAP, projection=indifferent)
    assert await look(one) == ([4, 5], None)


async def test_poison_is_put_away_and_told_in_one_transaction_and_waits_for_a_person(service, apply, event, look):
    sick, healthy = uuid4(), uuid4()
    poison = event(sick, 2, data={"id": str(sick), "number": 0, "filling": "poison"})
    await apply(event(sick, 1), poison, event(sick, 3), event(healthy, 1))
    assert await look(sick) == ([1], "poison")
    assert await look(healthy) == ([1], None)
    assert await service.rows("SELECT event_id, reason FROM quarantined_events") == [(str(poison.id), "it cannot be")]
    [(subject, headers, payload, stream)] = await letters(service)
    assert subject == f"interlock.dead-letter.messaging-svc.{HOME}.project"
    assert (payload, stream) == (poison.message.payload, "DEAD_LETTER_MESSAGING_SVC")
    assert (headers["ce-id"], headers["dead-letter-reason"]) == (str(poison.id), "it cannot be")
    assert headers["Nats-Msg-Id"] != str(poison.id)
    async with service.database.transaction() as session:
        assert await parking.due(session, ["project"], 10) == []


async def test_a_dropped_poison_is_made_up_for_by_a_snapshot(service, apply, event, look, heal):
    sick = uuid4()
    await apply(event(sick, 1), event(sick, 2, data={"filling": "poison"}), event(sick, 3))
    await service.rows("UPDATE parked_boundaries SET reason = 'dropped'")
    await heal(sick, Reason.DROPPED, 2)
    assert await look(sick) == ([1, 2, 3], None)


async def test_another_event_in_the_last_place_makes_the_boundary_be_replaced(apply, event, look, heal):
    """As after a restore of the owner's database: it goes on from an earlier revision, with other events."""
    one = uuid4()
    await apply(event(one, 1), event(one, 2), event(one, 3))
    assert await apply(event(one, 3)) == {"conflict": 1}
    assert await look(one) == ([1, 2, 3], "rewritten")
    assert await apply(event(one, 2), event(one, 4)) == {"held": 2}
    await heal(one, Reason.REWRITTEN, 3)
    assert await look(one) == ([1, 2, 3, 4], None)


async def test_a_restoration_that_comes_too_late_changes_nothing(apply, event, look, heal):
    one = uuid4()
    await apply(event(one, 1), event(one, 3))
    await apply(event(one, 2))
    assert await heal(one, Reason.GAP, 7) == {}
    assert await look(one) == ([1, 2, 3], None)


@pytest.mark.parametrize("payload", [b"{", b"x" * (MOST_BYTES + 1)], ids=["bad JSON", "oversize"])
async def test_what_cannot_be_read_parks_the_boundary_that_its_subject_names(service, apply, event, look, payload):
    one = uuid4()
    good = event(one, 2)
    await apply(event(one, 1), read(Message(good.message.subject, good.message.headers, payload)), event(one, 3))
    assert await look(one) == ([1], "poison")
    [(_, headers, sent, _)] = await letters(service)
    assert headers["dead-letter-bytes"] == str(len(payload))
    assert sent == (payload if len(payload) == 1 else b"")
    assert await service.rows("SELECT octet_length(payload) FROM quarantined_events") == [(len(payload),)]


async def test_the_same_message_without_an_id_is_put_away_once(service, apply):
    nothing = read(Message("interlock.project", {}, b"?"))
    assert isinstance(nothing, Unreadable)
    await apply(nothing)
    await apply(nothing)
    assert len(await service.rows("SELECT * FROM quarantined_events")) == 1
    assert len(await letters(service)) == 1


def test_a_dead_letter_carries_no_header_that_means_something_to_the_server():
    headers = {"Nats-Expected-Last-Sequence": "7", "Nats-Batch-Id": "b", "Nats-Msg-Id": "m", "x": "y"}
    letter = dead_letter("s", UUID(int=9), read(Message("interlock.project", headers, b"")), "a\r\nb")
    assert letter.headers["Nats-Msg-Id"] == str(UUID(int=9))
    assert letter.headers["dead-letter-id"] == "m"
    assert letter.headers["dead-letter-reason"] == "a%0D%0Ab"
    assert not {name for name in letter.headers if name.startswith("Nats-")} - {"Nats-Msg-Id"}


async def test_everything_becomes_stale_at_once_but_what_waits_for_a_person(service, apply, event):
    one, sick = uuid4(), uuid4()
    await apply(event(one, 1), event(sick, 1), event(sick, 2, data={"filling": "poison"}))
    async with service.database.transaction() as session:
        assert await parking.park_all(session, ["project"]) == 1
        assert await parking.counts(session) == {reason: int(reason in {"stale", "poison"}) for reason in Reason}
        assert [parked.id for parked in await parking.due(session, ["project"], 10)] == [one]
