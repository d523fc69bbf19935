"""Fault 25: receivers that are slow, gone, busy, broken or somewhere else than they say; secrets that change; what is sent again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from webhook_kit import make_hook, receiving, states

from contracts.envelope import Envelope
from gateway.webhooks.schedule import MOST_TRIES


async def test_every_event_arrives_once_signed_and_as_it_is(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    said = [await author.task(), await author.program(), *await author.tasks(20)]
    got = await receiver.got(22)
    assert sorted(each.id for each in got) == sorted(said)
    for each in got:
        document = each.verified(hook.secret)
        envelope, _ = Envelope.from_structured(each.body)
        assert (document["id"], str(envelope.id)) == (each.id, each.id)
        assert each.headers["content-type"] == "application/cloudevents+json"
    found = await hook.until(lambda all_: set(states(all_)) == {"delivered"})
    assert [(attempt["status"], attempt["error"]) for each in found for attempt in each["attempts"]] == [
        (204, None)
    ] * 22
    assert (await hook.get())["last_success_at"] is not None


async def test_filters_and_organisations(live, author, worker, receiver, tokens):
    await make_hook(live.client, receiver.url, filters={"types": ["io.interlock.program.program.created.v1"]})
    theirs = {"Authorization": f"Bearer {await tokens.create('other')}"}
    assert (await live.client.post("/v1/webhooks", json={"url": receiver.url}, headers=theirs)).status_code == 201
    await worker.start()
    await author.task()
    wanted = await author.program()
    assert [each.id for each in await receiver.got(1)] == [wanted]
    await worker.stop()
    assert [each.id for each in receiver.received] == [wanted]


@pytest.mark.slow
async def test_a_worker_killed_anywhere_loses_and_doubles_nothing(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start(*worker.fanouts)
    said = await author.tasks(10)
    await hook.until(lambda found: len(found) == 10)
    await worker.stop()
    # Killed after it had committed the events, before the cursor of its memory: it reads again what it has recorded.
    await worker.sql("UPDATE webhook_cursors SET sequence = 0")
    # Killed with deliveries in hand: their claims end by themselves.
    await worker.sql("UPDATE webhook_deliveries SET claimed_until = now() + interval '0.3 seconds'")
    said += await author.tasks(5)
    await worker.start()
    await receiver.got(15)
    await hook.until(lambda found: states(found) == ["delivered"] * 15)
    assert sorted(each.id for each in receiver.received) == sorted(said)


@pytest.mark.slow
async def test_two_workers_send_nothing_twice(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    others = [worker.make()[1] for _ in range(2)]
    await worker.start(*others)
    said = await author.tasks(60)
    await hook.until(lambda found: states(found) == ["delivered"] * 60)
    assert sorted(each.id for each in receiver.received) == sorted(said)


async def test_no_more_at_once_than_a_receiver_is_to_bear_and_a_slow_one_holds_up_no_other(
    live, author, worker, receiver
):
    released = asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    async with receiving() as quick:
        receiver.answer = wait
        slow, other = await make_hook(live.client, receiver.url), await make_hook(live.client, quick.url)
        await worker.start()
        await author.tasks(12)
        await quick.got(12)
        await other.until(lambda found: states(found) == ["delivered"] * 12)
        assert receiver.under_way == receiver.most_under_way == 4
        released.set()
        await slow.until(lambda found: states(found) == ["delivered"] * 12)
        assert receiver.most_under_way == 4


@pytest.mark.parametrize("attempt_timeout", [1.0])
async def test_an_answer_that_does_not_come_is_tried_again_later(live, author, worker, receiver):
    async def never(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    receiver.answer = never
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    said = await author.task()
    [delivery] = await hook.until(lambda found: len(found) == 1 and found[0]["tries"] == 1)
    [attempt] = delivery["attempts"]
    assert (delivery["state"], attempt["status"]) == ("pending", None)
    assert "within 1 s" in attempt["error"]
    assert attempt["latency_ms"] >= 900
    wait = datetime.fromisoformat(delivery["due_at"]) - datetime.fromisoformat(attempt["at"])
    assert timedelta(seconds=2.5) <= wait <= timedelta(seconds=5)
    receiver.answer = 204
    await worker.make_due()
    await hook.until(lambda found: states(found) == ["delivered"])
    assert [each.id for each in receiver.received] == [said, said]


@pytest.mark.parametrize("status", [301, 400, 404, 500])
async def test_anything_but_2xx_is_tried_again_with_the_same_id(live, author, worker, receiver, status):
    receiver.answer = status
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    await author.task()
    [delivery] = await hook.until(lambda found: len(found) == 1 and found[0]["tries"] == 1)
    assert delivery["attempts"][0]["answer"] == f"answer {status}"
    await worker.make_due()
    first, second = await receiver.got(2)
    assert (first.id, first.body) == (second.id, second.body)
    first.verified(hook.secret)
    second.verified(hook.secret)


async def test_nothing_is_redirected(live, author, worker, receiver):
    async with receiving() as elsewhere:

        async def redirect(_: web.Request) -> web.Response:
            return web.Response(status=307, headers={"Location": elsewhere.url})

        receiver.answer = redirect
        hook = await make_hook(live.client, receiver.url)
        await worker.start()
        await author.task()
        [delivery] = await hook.until(lambda found: len(found) == 1 and found[0]["tries"] == 1)
        assert (delivery["state"], delivery["attempts"][0]["status"]) == ("pending", 307)
        assert elsewhere.received == []


async def test_gone_disables_and_what_waits_is_held_until_it_is_enabled(live, author, worker, receiver):
    receiver.answer = 410
    hook = await make_hook(live.client, receiver.url)
    await worker.start(*worker.fanouts)
    said = await author.tasks(6)
    await hook.until(lambda found: len(found) == 6)
    await worker.start(worker.dispatcher)
    found = await hook.until(lambda all_: "pending" not in states(all_))
    await worker.stop()
    assert ((await hook.get())["state"], (await hook.get())["disabled_reason"]) == ("disabled", "gone")
    tried = len(receiver.received)
    assert 1 <= tried <= 4
    assert sorted(states(await hook.deliveries())) == ["failed"] * tried + ["held"] * (6 - tried)
    assert (await hook.post(f"deliveries/{found[0]['id']}/redeliver")).json()["type"] == "/problems/webhook-disabled"
    assert (await hook.post("test")).status_code == 409
    receiver.answer = 204
    receiver.received.clear()
    assert (await live.client.patch(hook.path, json={"state": "enabled"})).json()["disabled_reason"] is None
    await worker.start()
    await hook.until(lambda all_: states(all_).count("delivered") == 6 - tried)
    assert {each.id for each in receiver.received} < set(said)


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_too_many_requests_pauses_everything_for_that_receiver(live, author, worker, receiver, form):
    at = datetime.now(UTC) + timedelta(seconds=600)
    header = "600" if form == "seconds" else at.strftime("%a, %d %b %Y %H:%M:%S GMT")

    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": header})

    receiver.answer = busy
    hook = await make_hook(live.client, receiver.url)
    await worker.start(*worker.fanouts)
    await author.tasks(10)
    await hook.until(lambda found: len(found) == 10)
    await worker.start(worker.dispatcher)
    soonest = datetime.now(UTC) + timedelta(seconds=500)
    await hook.until(lambda found: all(datetime.fromisoformat(each["due_at"]) > soonest for each in found))
    assert len(receiver.received) <= 4
    assert (await hook.get())["state"] == "enabled"


@pytest.mark.slow
async def test_given_up_after_days_of_failure_and_then_disabled(live, author, worker, receiver):
    receiver.answer = 500
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    await author.task()
    for tries in range(1, MOST_TRIES + 1):
        await hook.until(lambda found, tries=tries: len(found) == 1 and found[0]["tries"] == tries)
        await worker.make_due()
    [delivery] = await hook.until(lambda found: states(found) == ["failed"])
    assert len(delivery["attempts"]) == MOST_TRIES
    assert ((await hook.get())["state"], (await hook.get())["disabled_reason"]) == ("disabled", "failing")


async def test_one_hopeless_event_does_not_disable_a_receiver_that_takes_others(live, author, worker, receiver):
    async def choosy(request: web.Request) -> web.Response:
        return web.Response(status=500 if "poison" in await request.text() else 204)

    receiver.answer = choosy
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    await author.task("poison")
    await hook.until(lambda found: len(found) == 1 and found[0]["tries"] == 1)
    await author.task()
    await hook.until(lambda found: "delivered" in states(found))
    await worker.sql("UPDATE webhook_deliveries SET tries = :tries WHERE state = 'pending'", tries=MOST_TRIES - 1)
    await worker.make_due()
    await hook.until(lambda found: sorted(states(found)) == ["delivered", "failed"])
    assert (await hook.get())["state"] == "enabled"
