"""Applying events, without NATS: whatever order they come in, each is applied once and in its boundary's order."""

import random
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ARRAY, Integer, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis import outbox
from chassis.message import Message
from chassis.outbox import Boundary
from chassis.projection import Poison, Projection
from chassis.received import NOBODY, ReceivedEvent, Unreadable, read
from chassis.statements import execute
from contracts.provenance import HEADER, Provenance

pytestmark = pytest.mark.slow

HOME, ABROAD = uuid4(), uuid4()


class Base(DeclarativeBase):
    """Of this file alone."""


class Drawn(Base):
    """A row of the picture, as a session writes it."""

    __tablename__ = "picture"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    seen: Mapped[list[int]] = mapped_column(ARRAY(Integer))


@pytest.fixture
def event(kit):
    """One event as it is received: `event(boundary_id, revision, k, n)`."""

    def make(boundary_id, revision, position=1, positions=1, *, organization_id=HOME, number=0):
        boundary = Boundary("project", boundary_id, organization_id, revision)
        counted = kit.Counted(data=kit.Count(id=boundary_id, number=number))
        _, message = outbox.message(boundary, counted, position, positions, kit.ORIGIN)
        received = read(message)
        assert isinstance(received, ReceivedEvent)
        return received

    return make


@pytest.fixture
def projection(kit):
    return Projection({kit.Counted.event_type(): kit.see})


@pytest.fixture
def apply(service):
    async def apply(projection, *events):
        async with service.database.transaction() as session:
            return dict((await projection.apply(session, events)).counts)

    return apply


@pytest.fixture
def seen(service):
    async def seen(boundary_id):
        rows = await service.rows("SELECT seen FROM picture WHERE id = :id", id=boundary_id)
        return list(rows[0][0]) if rows else []

    return seen


async def test_events_are_applied_in_order(apply, projection, event, seen):
    one = uuid4()
    assert await apply(projection, event(one, 1), event(one, 2, 1, 2), event(one, 2, 2, 2), event(one, 3)) == {
        "applied": 4
    }
    assert await seen(one) == [1, 2, 2, 3]


async def test_what_was_applied_before_is_skipped(apply, projection, event, seen):
    one = uuid4()
    events = [event(one, 1), event(one, 2)]
    await apply(projection, *events)
    assert await apply(projection, *events, *events) == {"seen": 4}
    assert await seen(one) == [1, 2]


async def test_an_early_event_is_held_until_its_predecessor_has_come(service, apply, projection, event, seen):
    one = uuid4()
    assert await apply(projection, event(one, 3), event(one, 2, 2, 2), event(one, 4)) == {"held": 3}
    assert await apply(projection, event(one, 2, 1, 2)) == {"held": 1}
    assert await seen(one) == []
    assert await apply(projection, event(one, 1)) == {"applied": 5}
    assert await seen(one) == [1, 2, 2, 3, 4]
    assert await service.rows("SELECT * FROM held_events") == []


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_with_duplicates_and_restarts_gives_the_same_picture(
    service, apply, projection, event, seen, seed
):
    rng = random.Random(seed)
    boundaries = {uuid4(): organization for organization in (HOME, HOME, ABROAD)}
    history = [
        event(boundary, revision, position, 3, organization_id=organization)
        for boundary, organization in boundaries.items()
        for revision in range(1, 5)
        for position in range(1, 4)
    ]
    deliveries = history + rng.choices(history, k=12)
    rng.shuffle(deliveries)
    while deliveries:
        size = rng.randint(1, 9)
        batch, deliveries = deliveries[:size], deliveries[size:]
        if rng.random() < 0.3:  # killed before the commit: it all comes again
            async with service.database.sessions() as session, session.begin() as transaction:
                await projection.apply(session, batch)
                await transaction.rollback()
        await apply(projection, *batch)
    for boundary in boundaries:
        assert await seen(boundary) == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
    assert await service.rows("SELECT * FROM held_events") == []
    assert set(await service.rows("SELECT revision, position, positions FROM boundary_positions")) == {(4, 3, 3)}


async def test_a_poisoned_event_is_put_away_and_stops_its_boundary_alone(service, apply, kit, event, seen):
    sick, healthy = uuid4(), uuid4()
    poison = event(sick, 2)

    async def see(session, received):
        await kit.see(session, received)
        if received.id == poison.id:
            raise Poison("it cannot be")

    projection = Projection({kit.Counted.event_type(): see})
    counts = await apply(projection, event(sick, 1), event(healthy, 1), poison, event(sick, 3), event(healthy, 2))
    assert counts == {"applied": 3, "quarantined": 1, "held": 1}
    assert await seen(sick) == [1]
    assert await seen(healthy) == [1, 2]
    [row] = await service.rows("SELECT boundary_id, event_id, reason, payload FROM quarantined_events")
    assert row == (sick, str(poison.id), "it cannot be", poison.message.payload)
    assert await apply(projection, poison, event(sick, 4)) == {"held": 2}
    assert await service.rows("SELECT count(*) FROM quarantined_events") == [(1,)]


async def test_a_shape_that_the_handler_cannot_read_is_poison(service, apply, projection, event):
    one = event(uuid4(), 1)
    broken = replace(one, data={"number": "many"})
    assert await apply(projection, broken) == {"quarantined": 1}
    [(reason,)] = await service.rows("SELECT reason FROM quarantined_events")
    assert "number" in reason


async def test_a_poisoned_event_among_the_held_ones_is_put_away_when_its_turn_comes(service, apply, kit, event, seen):
    one = uuid4()
    poison = event(one, 2)

    async def see(session, received):
        if received.revision == 2:
            raise Poison("it cannot be")
        await kit.see(session, received)

    projection = Projection({kit.Counted.event_type(): see})
    assert await apply(projection, poison, event(one, 3)) == {"held": 2}
    assert await apply(projection, event(one, 1)) == {"applied": 1, "quarantined": 1}
    assert await seen(one) == [1]
    assert await service.rows("SELECT revision FROM held_events") == [(3,)]


async def test_an_unknown_type_is_skipped_and_an_unknown_version_of_a_known_one_is_poison(
    apply, projection, event, seen
):
    one, other = uuid4(), uuid4()
    unknown = replace(event(one, 1), type="io.interlock.project.moon.landed.v1")
    newer = replace(event(other, 1), type=event(other, 1).type.replace(".v1", ".v2"))
    assert await apply(projection, unknown, event(one, 2), newer) == {"ignored": 1, "applied": 1, "quarantined": 1}
    assert await seen(one) == [2]


@pytest.mark.parametrize(("known", "applied"), [({1}, [1, 1]), ({2}, [2]), ({1, 2}, [1, 2])])
async def test_what_is_told_in_two_versions_is_applied_once_in_the_newest_that_is_known(
    apply, kit, event, known, applied
):
    """First by version 1 alone, as it was before there was a second; then by both, side by side."""
    boundary, seen = uuid4(), []
    types = {version: kit.Counted.event_type().replace(".v1", f".v{version}") for version in (1, 2)}

    async def see(session, received):
        seen.append(int(received.type[-1]))

    alone = event(boundary, 1)
    pair = [
        replace(event(boundary, 2), type=types[version], position=version, positions=2, beside=types[3 - version])
        for version in (1, 2)
    ]
    projection = Projection({types[version]: see for version in known})
    if 1 in known:
        assert await apply(projection, alone, *pair) == {"applied": 2, "ignored": 1}
    else:
        assert await apply(projection, *(replace(each, revision=1) for each in pair)) == {"applied": 1, "ignored": 1}
    assert seen == applied


async def test_another_event_in_the_place_of_one_that_was_applied_is_a_conflict(
    service, apply, projection, event, seen
):
    one = uuid4()
    await apply(projection, event(one, 1))
    assert await apply(projection, event(one, 1)) == {"conflict": 1}
    assert await seen(one) == [1]
    [(reason,)] = await service.rows("SELECT reason FROM quarantined_events")
    assert "taken" in reason


@pytest.mark.parametrize("way", ["statement", "driver", "along", "flush"])
@pytest.mark.parametrize("alone", [True, False])
async def test_an_event_that_says_what_no_column_holds_is_poison(service, apply, kit, event, seen, way, alone):
    """It would fail for ever, and with it everybody's events behind it."""
    sick, healthy = uuid4(), uuid4()
    large = event(sick, 1)

    async def see(session, received):
        assert await session.scalar(text("SELECT 1")) == 1
        await kit.see(session, received)
        if received.id != large.id:
            return
        if way == "statement":
            await session.execute(text("SELECT CAST(:number AS bigint)"), {"number": 2**63})
        elif way == "flush":
            session.add(Drawn(id=uuid4(), organization_id=HOME, seen=[2**31]))
        elif way == "driver":
            await execute(session, "SELECT 1 / $1::int", 0)
        else:
            outbox.send_along(session, "picture", "DELETE FROM picture WHERE 1 / ($1::int) = 0", 0)

    projection = Projection({kit.Counted.event_type(): see})
    before, after = ([], []) if alone else ([event(healthy, 1)], [event(healthy, 2), event(sick, 2)])
    counts = await apply(projection, *before, large, *after)
    assert counts == ({"quarantined": 1} if alone else {"applied": 2, "quarantined": 1, "held": 1})
    assert await seen(sick) == []
    assert await seen(healthy) == ([] if alone else [1, 2])
    [(id_, reason)] = await service.rows("SELECT event_id, reason FROM quarantined_events")
    assert id_ == str(large.id)
    assert reason.startswith("a value cannot be stored: ")


async def test_any_other_error_of_a_handler_is_the_callers(apply, kit, event):
    async def fail(_session, _event):
        raise ConnectionError("away")

    with pytest.raises(ConnectionError):
        await apply(Projection({kit.Counted.event_type(): fail}), event(uuid4(), 1))


async def test_each_organisation_is_applied_in_its_own_context_and_told_at_the_end_of_the_batch(apply, kit, event):
    told = []

    async def after_batch(session, applied):
        current = await session.scalar(text("SELECT current_setting('interlock.organization')"))
        rows = await session.scalar(text("SELECT count(*) FROM picture"))
        told.append((current, [each.revision for each in applied], rows))

    projection = Projection({kit.Counted.event_type(): kit.see}, after_batch)
    one, other, third = uuid4(), uuid4(), uuid4()
    await apply(
        projection,
        event(one, 1),
        event(other, 1, organization_id=ABROAD),
        event(third, 1),
        event(one, 2),
        event(one, 4),
    )
    assert told == [(str(HOME), [1, 1, 2], 2), (str(ABROAD), [1], 1)]


async def test_events_recorded_while_applying_go_into_the_outbox_once_with_their_cause(service, kit, event):
    one, poison = event(uuid4(), 1), event(uuid4(), 1)
    came = {HEADER: Provenance(credential="api-tokens/7", address="203.0.113.7").header()}
    one = replace(one, message=replace(one.message, headers={**one.message.headers, **came}))

    async def answer(session, received):
        boundary = Boundary("project", received.boundary_id, HOME, 7)
        outbox.record(session, boundary, kit.Counted(data=kit.Count(id=received.boundary_id, number=1)))
        if received.id == poison.id:
            raise Poison("it cannot be")

    async with service.database.transaction() as session:
        outcome = await Projection({kit.Counted.event_type(): answer}).apply(session, [one, poison])
    assert outcome.has_recorded
    [(boundary_id, headers)] = await service.rows("SELECT boundary_id, headers::json FROM outbox")
    assert boundary_id == one.boundary_id
    assert (headers["ce-causationid"], headers["ce-actor"]) == (str(one.id), "ann")
    assert Provenance.read(headers[HEADER]) == Provenance(
        credential="api-tokens/7", address="203.0.113.7", cause=f"events/{one.id}"
    )


@pytest.mark.parametrize(
    ("subject", "payload", "change", "reason"),
    [
        ("interlock.project.x", b"{}", {}, "subject"),
        (None, b"{", {}, "bad JSON"),
        (None, b"[]", {}, "not a JSON object"),
        (None, b"\xff", {}, "bad JSON"),
        (None, b"{}", {"ce-revision": "none"}, "revision"),
        (None, b"{}", {"ce-revision": "99999999999999999999"}, "revision"),
        (None, b"{}", {"ce-position": "2"}, "position"),
        (None, b"{}", {"ce-orgid": str(ABROAD)}, "organisations"),
        (None, b"{}", {"ce-specversion": "0.3"}, "specversion"),
    ],
)
async def test_what_is_no_event_is_put_away(service, apply, projection, event, subject, payload, change, reason):
    good = event(uuid4(), 1)
    bad = read(Message(subject or good.message.subject, {**good.message.headers, **change}, payload))
    assert isinstance(bad, Unreadable)
    assert reason in bad.reason
    assert await apply(projection, bad, event(good.boundary_id, 2)) == {"quarantined": 1, "held": 1}
    [(organization_id, kept)] = await service.rows("SELECT organization_id, payload FROM quarantined_events")
    assert (organization_id, kept) == (NOBODY if subject else HOME, payload)


async def test_a_message_without_headers_is_no_event():
    assert isinstance(read(Message("interlock.project", {}, b"")), Unreadable)
