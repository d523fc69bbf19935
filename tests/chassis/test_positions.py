"""Positions on the wire, and waiting for them."""

import asyncio
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import arrivals, positions
from chassis.positions import MOST_POSITIONS, Position, parse_positions, preferred_wait, print_positions
from chassis.problem import InvalidRequest, PositionNotReached

HOME, ABROAD = uuid4(), uuid4()
ID = UUID("0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77")
SOME = st.builds(
    Position,
    st.sampled_from(["project", "program", "strategy"]),
    st.uuids(),
    st.integers(min_value=0, max_value=10**18 - 1),
)


@given(st.lists(SOME, min_size=1, max_size=100))
def test_positions_read_back_as_they_were_printed(some):
    assert parse_positions(print_positions(some)) == some


def test_a_position_has_one_form():
    assert str(Position("project", ID, 7)) == f"project/{ID}@7"
    assert parse_positions(f" project/{ID}@7 ,program/{ID}@8,") == [
        Position("project", ID, 7),
        Position("program", ID, 8),
    ]


@pytest.mark.parametrize(
    "header",
    ["", ",", "7", f"project/{ID}", f"project/{ID}@", f"project/{ID}@-1", f"project/{ID}@7x", "project/abc@7", f"{ID}@7",
     f"project/{ID}@" + "9" * 19, ", ".join([f"project/{ID}@7"] * (MOST_POSITIONS + 1))],
)  # fmt: skip
def test_anything_else_is_refused_by_the_name_of_its_header(header):
    with pytest.raises(InvalidRequest) as refusal:
        parse_positions(header)
    [error] = refusal.value.errors
    assert (error.location, error.pointer, error.rule) == ("header", "/Interlock-After", "position")


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [(None, 2), ("", 2), ("wait=5", 5), ("wait=99", 10), ("respond-async, wait=3", 3), ('wait="4"', 4), ("wait=0", 0),
     ("wait=soon", 2), ("wait=-1", 2), ("await=5", 2), ("wait=5; x=y", 5)],
)  # fmt: skip
def test_a_client_may_say_how_long_it_waits_up_to_ten_seconds(prefer, seconds):
    assert preferred_wait(prefer) == seconds


@pytest.fixture
def reach(service):
    async def reach(revision, position=1, positions=1, *, organization_id=HOME):
        await service.rows(
            """
            INSERT INTO boundary_positions VALUES ('project', :id, :organization_id, :revision, :position, :positions, :id)
            ON CONFLICT (kind, id) DO UPDATE
            SET revision = excluded.revision, position = excluded.position, positions = excluded.positions
            """,
            id=ID, organization_id=organization_id, revision=revision, position=position, positions=positions,
        )  # fmt: skip

    return reach


@pytest.mark.parametrize(
    ("here", "is_reached"), [((7, 1, 1), True), ((7, 1, 2), False), ((8, 1, 2), True), ((6, 1, 1), False)]
)
async def test_a_revision_is_reached_with_its_last_event(service, reach, here, is_reached):
    await reach(*here)
    waiting = positions.wait(service.database, HOME, [Position("project", ID, 7)], within=0.02)
    if is_reached:
        await waiting
    else:
        with pytest.raises(PositionNotReached, match="@7"):
            await waiting


async def test_waiting_ends_when_the_picture_has_caught_up(service, reach):
    waiting = asyncio.create_task(positions.wait(service.database, HOME, [Position("project", ID, 2)], within=10))
    await reach(1)
    await asyncio.sleep(0.03)
    assert not waiting.done()
    await reach(2)
    await waiting


async def test_all_of_several_positions_must_be_reached_and_the_highest_of_one_boundary_counts(service, reach):
    await reach(5)
    await positions.wait(service.database, HOME, [Position("project", ID, 5), Position("project", ID, 3)], within=0)
    for more in (Position("project", uuid4(), 1), Position("project", ID, 6)):
        with pytest.raises(PositionNotReached):
            await positions.wait(service.database, HOME, [Position("project", ID, 5), more], within=0)


async def test_the_position_of_another_organisation_is_never_reached(service, reach):
    await reach(9, organization_id=ABROAD)
    with pytest.raises(PositionNotReached):
        await positions.wait(service.database, HOME, [Position("project", ID, 1)], within=0)


async def test_a_request_without_the_header_does_not_wait(service):
    await positions.await_header(service.database, HOME, {})
    with pytest.raises(PositionNotReached):
        await positions.await_header(service.database, HOME, {"interlock-after": f"project/{ID}@1", "prefer": "wait=0"})


async def test_whoever_waits_looks_again_at_every_arrival(service, bus, reach, kit, monkeypatch):
    monkeypatch.setattr(arrivals, "SELDOM", 60.0)  # so that nothing but the poke can end the wait in time
    told = arrivals.Arrivals("messaging-svc", bus)
    await told.run()
    wanted = [Position("project", ID, 2)]
    waiting = asyncio.create_task(positions.wait(service.database, HOME, wanted, within=30, arrivals=told))
    await reach(1)
    poke = arrivals.arrival_poke("messaging-svc", bus)
    await poke.send()
    await reach(2)
    await bus.client.flush()
    assert not waiting.done()
    await poke.send()
    async with asyncio.timeout(5):
        await waiting


async def test_a_wait_ends_in_time_though_nothing_arrives(service, bus):
    told = arrivals.Arrivals("messaging-svc", bus)
    await told.run()
    with pytest.raises(PositionNotReached):
        await positions.wait(service.database, HOME, [Position("project", ID, 1)], within=0.03, arrivals=told)
