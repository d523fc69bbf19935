"""What waits for one client is bounded, in number and in size; who does not keep up is closed."""

from uuid import uuid4

import pytest
from live_kit import ORIGIN, example
from nats.aio.msg import Msg

from chassis import outbox
from chassis.outbox import Boundary
from contracts.project_events import TaskCreated
from contracts.subjects import Stream
from gateway.events import listener
from gateway.events.filters import EVERYTHING
from gateway.events.listener import CloseReason, Listener
from gateway.events.live_event import LiveEvent
from gateway.events.position import Position

START = Position("1f0c2b8d1e77", 0, 0)


def event(sequence: int, size: int = 100) -> LiveEvent:
    organization_id, project_id = uuid4(), uuid4()
    task = example(TaskCreated, id=uuid4(), organization_id=organization_id, project_id=project_id)
    _, sent = outbox.message(Boundary("project", project_id, organization_id, 1), task, 1, 1, ORIGIN)
    reply = f"$JS.ACK.PROJECT.c.1.{sequence}.{sequence}.1780000000000000000.0"
    return LiveEvent.read(Msg(None, sent.subject, reply, b"x" * size, dict(sent.headers)), Stream.PROJECT, START)


@pytest.mark.parametrize("size", [100, 400_000])
async def test_who_does_not_keep_up_is_closed(size, monkeypatch):
    monkeypatch.setattr(listener, "MOST_BYTES", 1_000_000)
    slow = Listener(EVERYTHING, START, most=10)
    for sequence in range(1, 12):
        slow.offer(event(sequence, size))
    assert slow.closed is CloseReason.SLOW
    assert [each.sequence for each in await slow.take(0)] == list(range(1, 11 if size == 100 else 4))


async def test_who_keeps_up_gets_everything(monkeypatch):
    monkeypatch.setattr(listener, "MOST_BYTES", 1_000_000)
    quick, heard = Listener(EVERYTHING, START, most=10), []
    for sequence in range(1, 31):
        quick.offer(event(sequence, 400_000))
        if sequence % 3 == 0:
            heard += [each.sequence for each in await quick.take(0)]
    assert (quick.closed, heard) == (None, list(range(1, 31)))
