"""Fault 12 at the gateway: streams that are made anew or trimmed under webhooks and the audit log."""

import pytest
from live_kit import renew
from structlog.testing import capture_logs
from waiting import eventually
from webhook_kit import make_hook, states

from contracts.subjects import Stream

pytestmark = pytest.mark.slow


@pytest.fixture
def sent(author, monkeypatch):
    """Every message that the author has sent, as its outbox keeps them."""
    kept, send = [], author.send

    async def keep_and_send(message):
        kept.append(message)
        await send(message)

    monkeypatch.setattr(author, "send", keep_and_send)
    return kept


async def entered(live) -> list[str]:
    """The ids of events in the audit log, each as often as it is there."""
    found = (await live.client.get("/v1/audit-log", params={"limit": 200, "record": "task"})).json()["items"]
    return sorted(each["id"] for each in found)


async def test_a_stream_that_is_made_anew_and_filled_again_doubles_and_loses_nothing(
    live, author, worker, receiver, bus, sent
):
    """Also while the worker runs: its feed breaks off, and the next lease begins with the new stream."""
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    said = await author.tasks(5)
    await hook.until(lambda found: states(found) == ["delivered"] * 5)
    await renew(bus, Stream.PROJECT)
    for message in list(sent):
        await author.send(message)
    said += await author.tasks(5)
    await hook.until(lambda found: states(found) == ["delivered"] * 10)
    await worker.stop()
    assert sorted(each.id for each in receiver.received) == sorted(said)
    assert await entered(live) == sorted(said)


async def test_what_was_trimmed_before_it_was_read_is_said_to_be_lost_and_the_rest_is_not(
    live, author, worker, receiver, bus
):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    said = await author.tasks(2)
    await hook.until(lambda found: states(found) == ["delivered"] * 2)
    await worker.stop()
    trimmed, kept = await author.tasks(3), await author.tasks(2)
    config = (await bus.jetstream.stream_info("PROJECT")).config
    config.max_msgs, config.discard = 2, "old"
    await bus.jetstream.update_stream(config)
    with capture_logs() as logged:
        await worker.start()
        await hook.until(lambda found: states(found) == ["delivered"] * 4)
        await eventually(lambda: is_entered(live, kept))
    assert [entry["missed"] for entry in logged if "missed" in entry] == [len(trimmed)]
    await worker.stop()
    assert sorted(each.id for each in receiver.received) == sorted([*said, *kept])
    assert await entered(live) == sorted([*said, *kept])


async def is_entered(live, ids) -> bool:
    return set(ids) <= set(await entered(live))
