"""Many deliveries that wait for one receiver: what each costs, and what may hold the others up."""

import asyncio
import random
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiohttp import web
from prometheus_client import REGISTRY
from sqlalchemy import text
from waiting import eventually
from webhook_kit import guard, make_hook, states

from chassis import watching
from gateway.webhooks import rounds
from gateway.webhooks.claims import EACH, Claims
from gateway.webhooks.rounds import Round
from gateway.webhooks.secrets import Seal
from gateway.webhooks.sender import Sender

BACKLOG = 10 * EACH


async def waiting(worker, hook, number: int) -> list[str]:
    """So many deliveries that wait; the ids of their events, in the order in which they are due."""
    events = [str(uuid4()) for _ in range(number)]
    await worker.sql(
        "INSERT INTO webhook_deliveries"
        " (id, organization_id, webhook_id, event_id, event_type, document, state, tries, attempts, due_at, created_at)"
        " SELECT gen_random_uuid(), organization_id, webhooks.id, event, 'test', convert_to(event::text, 'UTF8'), 'pending', 0, '[]',"
        " now() - interval '1 hour' + number * interval '1 second', now()"
        " FROM webhooks, unnest(CAST(:events AS uuid[])) WITH ORDINALITY AS waiting (event, number) WHERE webhooks.id = :hook",
        events=events,
        hook=hook.id,
    )
    return events


async def counts(worker) -> dict[str, int]:
    found = await worker.sql(
        "SELECT state || CASE WHEN claimed_until IS NULL THEN '' ELSE ', claimed' END, count(*) FROM webhook_deliveries GROUP BY 1"
    )
    return dict(map(tuple, found))


async def test_a_backlog_takes_a_fraction_of_a_transaction_for_each_delivery(live, worker, receiver, monkeypatch):
    hook = await make_hook(live.client, receiver.url)
    events = await waiting(worker, hook, BACKLOG)
    begun = 0
    for database in (worker.database, worker.overview):
        begin = database.transaction

        @asynccontextmanager
        async def counted(*whose, begin=begin):
            nonlocal begun
            begun += 1
            async with begin(*whose) as session:
                yield session

        monkeypatch.setattr(database, "transaction", counted)
    await worker.start(worker.dispatcher)
    got = await receiver.got(BACKLOG)
    await worker.stop()
    assert begun < BACKLOG / 4
    assert sorted(each.id for each in got) == sorted(events)
    assert await counts(worker) == {"delivered": BACKLOG}
    assert receiver.most_under_way <= 4


async def test_how_much_is_due_and_for_how_long_is_measured_whoever_is_served(live, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    assert await Claims(worker.overview).due() == (0, 0.0)
    await waiting(worker, hook, EACH)
    await worker.sql(
        "UPDATE webhook_deliveries SET due_at = now() + interval '1 hour' WHERE due_at = (SELECT max(due_at) FROM webhook_deliveries)"
    )
    await Claims(worker.overview).take(1)
    count, seconds = await Claims(worker.overview).due()
    assert count == EACH - 1
    assert 3500 < seconds < 3700
    await worker.start(worker.dispatcher)
    await eventually(lambda: REGISTRY.get_sample_value("interlock_webhook_deliveries_due") == EACH - 1)
    await worker.stop()


async def test_what_does_not_answer_holds_up_nothing_else(live, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    first, *others = await waiting(worker, hook, 2 * EACH)
    released = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if request.headers["webhook-id"] == first:
            await released.wait()
        return web.Response()

    receiver.answer = answer
    await worker.start(worker.dispatcher)
    await hook.until(lambda found: states(found).count("delivered") > 0)
    await receiver.got(2 * EACH)
    assert {each.id for each in receiver.received} == {first, *others}
    released.set()
    await worker.stop()
    assert await counts(worker) == {"delivered": 2 * EACH}


async def test_what_was_read_too_long_ago_is_not_sent_but_given_back(live, worker, receiver, seal_key, monkeypatch):
    monkeypatch.setattr(rounds, "FRESH", 0.0)
    hook = await make_hook(live.client, receiver.url)
    await waiting(worker, hook, EACH + 1)
    [claim] = await Claims(worker.overview).take(1)
    assert await counts(worker) == {"pending, claimed": EACH, "pending": 1}
    parts = {"database": worker.database, "seal": Seal([seal_key]), "sender": Sender(guard())}
    await Round(claim, 4, **parts, chance=random.Random(25), freed=lambda: None).run()
    assert await counts(worker) == {"pending": EACH + 1}
    assert receiver.received == []


async def test_a_webhook_is_served_by_one_process_at_a_time_until_its_claim_ends(live, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await waiting(worker, hook, 3 * EACH)
    one, other = Claims(worker.overview), Claims(worker.overview)
    [claim] = await one.take(1)
    assert await other.take(1) == []
    assert await one.take(1, busy=[claim.webhook_id]) == []
    [more] = await one.take(1)
    assert not {*more.deliveries} & {*claim.deliveries}
    await worker.sql("UPDATE webhook_deliveries SET claimed_until = now() - interval '1 second'")
    [taken] = await other.take(1)
    assert taken.deliveries == claim.deliveries


@pytest.mark.slow
async def test_what_waits_to_become_deliveries_is_known_while_nobody_reads_and_while_nats_is_away(
    author, worker, nats_server, monkeypatch
):
    """It was written with each batch only: whoever stood by or was cut off went on saying what was true before."""
    monkeypatch.setattr(watching, "MEASURE_EVERY", 0.02)
    await author.task()
    await worker.start(*worker.fanouts)
    await eventually(lambda: lag() == lag("_seconds") == 0)
    await worker.stop()
    async with worker.owner.transaction() as others:
        await others.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('webhooks PROJECT', 0))"))
        await author.tasks(5)
        await worker.start(*worker.fanouts)
        await eventually(lambda: lag() == 5)
        age = lag("_seconds")
        await asyncio.to_thread(nats_server.kill)
        await eventually(lambda: lag("_seconds") > age + 0.3)
        assert lag() == 5
        await asyncio.to_thread(nats_server.start)
    await eventually(lambda: lag() == lag("_seconds") == 0)


def lag(measured="") -> float | None:
    return REGISTRY.get_sample_value(f"interlock_webhook_lag{measured}", {"stream": "PROJECT"})
