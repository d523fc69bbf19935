"""Snapshots are fetched beside the consumer, but never more of them than it can hold until it puts them in place."""

import asyncio
from uuid import uuid4

import pytest

from chassis import healing
from chassis.healing import AT_ONCE, Healing
from chassis.stopping import ended

pytestmark = pytest.mark.slow

HOME = uuid4()
PARKED = 30
PARK = "INSERT INTO parked_boundaries (kind, id, organization_id, reason) VALUES ('project', :id, :home, 'stale')"


class Owner:
    """Has a snapshot of everything, and knows how many of them nobody has put in place yet."""

    def __init__(self) -> None:
        self.given = self.most = 0
        self.asked = []

    async def get(self, _organization_id, path):
        self.asked.append(path)
        self.given += 1
        self.most = max(self.most, self.given)
        await asyncio.sleep(0)
        return {"revision": 1}


@pytest.fixture
async def parked(service):
    boundaries = [uuid4() for _ in range(PARKED)]
    for boundary_id in boundaries:
        await service.rows(PARK, id=boundary_id, home=HOME)
    return boundaries


async def take_all(service, kit, owner, beside):
    """As a consumer does between two batches, slowly: one after the other."""

    async def has_taken_all():
        if (restoration := beside.take()) is not None:
            key = restoration.parked.key
            await service.rows("DELETE FROM parked_boundaries WHERE kind = :kind AND id = :id", kind=key[0], id=key[1])
            owner.given -= 1
            beside.done(restoration)
        return await service.rows("SELECT count(*) FROM parked_boundaries") == [(0,)]

    await kit.eventually(has_taken_all)


async def test_no_more_snapshots_are_asked_for_than_wait_to_be_put_in_place(service, kit, parked, monkeypatch):
    """However many boundaries are parked: all of them are when a stream was made anew, and a large project's snapshot takes tens of megabytes."""
    monkeypatch.setattr(healing, "LOOK_EVERY", 0.01)
    owner, told = Owner(), asyncio.Event()
    beside = Healing("test", service.database, kit.RESTORERS, owner, told.set)
    running = asyncio.create_task(beside.run())
    await kit.eventually(lambda: owner.given == AT_ONCE)
    assert told.is_set()
    await take_all(service, kit, owner, beside)
    assert owner.most == AT_ONCE
    assert set(owner.asked) == {f"/counters/{each}" for each in parked}
    await ended(running)


async def test_what_could_not_be_put_in_place_gives_up_its_room(service, kit, parked, monkeypatch):
    monkeypatch.setattr(healing, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(healing, "FIRST_PAUSE", 0.0)
    owner = Owner()
    beside = Healing("test", service.database, kit.RESTORERS, owner, lambda: None)
    running = asyncio.create_task(beside.run())

    def has_refused_each():
        while (restoration := beside.take()) is not None:
            owner.given -= 1
            beside.failed(restoration.parked, ValueError("not now"))
        return len(set(owner.asked)) == PARKED

    await kit.eventually(has_refused_each)
    await take_all(service, kit, owner, beside)
    assert owner.most <= AT_ONCE
    await ended(running)
