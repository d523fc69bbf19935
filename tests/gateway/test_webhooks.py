"""Webhooks over HTTP: who may what, what is shown and kept, what the worker's role can see."""

from uuid import uuid4

import pytest
from live_kit import example
from sqlalchemy import text
from webhook_kit import make_hook, states

from contracts.program_events.subscriptions import SubscriptionDelivered
from contracts.vocabulary import OrganizationRole
from gateway.webhooks.claims import Claims
from local_stack.databases import execute

URL = "https://example.org/interlock?key=1"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_webhook_from_its_making_to_its_end(live):
    made = await live.client.post("/v1/webhooks", json={"url": URL, "filters": {"records": ["task"]}})
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    record = made.json()
    assert record["secret"].startswith("whsec_")
    path = made.headers["Location"]
    read = await live.client.get(path)
    assert read.json() == {key: value for key, value in record.items() if key != "secret"}
    assert read.headers["ETag"] == made.headers["ETag"] == '"1"'
    stale = await live.client.patch(path, json={"description": "ours"}, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"1"')
    changed = await live.client.patch(path, json={"description": "ours"}, headers={"If-Match": '"1"'})
    assert (changed.json()["description"], changed.json()["revision"]) == ("ours", 2)
    assert (await live.client.patch(path, json={"description": "ours"})).json()["revision"] == 2
    off = (await live.client.patch(path, json={"state": "disabled"})).json()
    assert (off["state"], off["disabled_reason"]) == ("disabled", "requested")
    assert [each["id"] for each in (await live.client.get("/v1/webhooks?state=disabled")).json()["items"]] == [
        off["id"]
    ]
    assert (await live.client.get("/v1/webhooks?state=enabled")).json()["items"] == []
    assert (await live.client.delete(path)).status_code == 204
    assert (await live.client.get(path)).status_code == 404
    assert (await live.client.get(f"{path}/deliveries")).status_code == 404


async def test_the_secret_is_nowhere_in_the_clear_and_in_no_later_answer(live, author, worker, postgres, database):
    key = {"Idempotency-Key": "once"}
    first = await live.client.post("/v1/webhooks", json={"url": URL}, headers=key)
    again = await live.client.post("/v1/webhooks", json={"url": URL}, headers=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json() | {"secret": None}
    path, old = first.headers["Location"], first.json()["secret"]
    body = {"overlap_hours": 2}
    rotated = await live.client.post(f"{path}/rotate-secret", json=body, headers={"Idempotency-Key": "rotate"})
    replayed = await live.client.post(f"{path}/rotate-secret", json=body, headers={"Idempotency-Key": "rotate"})
    assert rotated.json()["secret"] not in (None, old)
    assert (replayed.json()["secret"], replayed.json()["revision"]) == (None, 2)
    dump = execute(
        postgres,
        "SELECT w::text || convert_from(w.secret, 'UTF8') FROM webhooks w"
        " UNION ALL SELECT encode(body, 'escape') FROM idempotency_keys",
        database=database.engine.url.database,
    )
    for secret in (old, rotated.json()["secret"]):
        assert secret.removeprefix("whsec_") not in dump
        assert secret.removeprefix("whsec_").encode().hex() not in dump


async def test_the_workers_role_sees_when_deliveries_are_due_and_nothing_in_them(live, worker, postgres):
    hook = await make_hook(live.client, URL)
    assert (await hook.post("test")).status_code == 202
    overview = worker.overview
    assert [len(claim.deliveries) for claim in await Claims(overview).take(1)] == [1]
    for forbidden in ("SELECT document FROM webhook_deliveries", "SELECT * FROM webhooks", "SELECT * FROM api_tokens"):
        with pytest.raises(Exception, match="permission denied"):
            async with overview.transaction() as session:
                await session.execute(text(forbidden))


async def test_who_may_what(live, tokens):
    hook = await make_hook(live.client, URL)
    auditor = bearer(await tokens.create(member="carl@example.org", role=OrganizationRole.AUDITOR))
    manager = bearer(await tokens.create(member="eve@example.org", role=OrganizationRole.PORTFOLIO_MANAGER))
    stranger = bearer(await tokens.create("other"))
    delivery = (await hook.post("test")).json()
    below = f"{hook.path}/deliveries/{delivery['id']}"
    for path in ("/v1/webhooks", hook.path, f"{hook.path}/deliveries", below):
        assert (await live.client.get(path, headers=auditor)).status_code == 200
        assert (await live.client.get(path, headers=manager)).status_code == 403
        assert (await live.client.get(path, headers=stranger)).status_code == (200 if path == "/v1/webhooks" else 404)
    assert (await live.client.get("/v1/webhooks", headers=stranger)).json()["items"] == []
    for whose in (auditor, manager):
        assert (await live.client.post("/v1/webhooks", json={"url": URL}, headers=whose)).status_code == 403
        assert (await live.client.patch(hook.path, json={}, headers=whose)).status_code == 403
        assert (await live.client.delete(hook.path, headers=whose)).status_code == 403
        assert (await live.client.post(f"{below}/redeliver", headers=whose)).status_code == 403
        assert (await live.client.post(f"{hook.path}/test", headers=whose)).status_code == 403
    assert (await live.client.post(f"{hook.path}/test", headers=stranger)).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"),
        ({"url": "https://10.0.0.1/"}, "/url"),
        ({"url": "gopher://example.org/"}, "/url"),
        ({"url": URL, "secret": "mine"}, "/secret"),
        ({"url": URL, "filters": {"types": ["a b"]}}, "/filters/types/0"),
        ({"url": URL, "filters": {"project_ids": ["1"]}}, "/filters/project_ids/0"),
        ({"url": URL, "description": "\x00"}, "/description"),
    ],
)
async def test_what_is_refused(live, body, pointer):
    answer = await live.client.post("/v1/webhooks", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_there_is_an_end_to_webhooks(live, monkeypatch):
    monkeypatch.setattr("gateway.webhooks.actions.MOST_WEBHOOKS", 1)
    await make_hook(live.client, URL)
    answer = await live.client.post("/v1/webhooks", json={"url": URL})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/too-many-webhooks")


async def test_deliveries_page_by_page(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    said = await author.tasks(5)
    await hook.until(lambda found: [each["state"] for each in found] == ["delivered"] * 5)
    found, cursor = [], None
    while True:
        query = {"limit": 2, "state": "delivered"} | ({"cursor": cursor} if cursor else {})
        page = (await live.client.get(f"{hook.path}/deliveries", params=query)).json()
        found += [each["event_id"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found[::-1] == said
    one = await live.client.get(f"{hook.path}/deliveries", params={"event_id": said[0]})
    assert [each["event_id"] for each in one.json()["items"]] == said[:1]


async def test_a_test_event_is_delivered_whatever_the_filters(live, worker, receiver):
    hook = await make_hook(live.client, receiver.url, filters={"records": ["goal"]})
    await worker.start()
    accepted = (await hook.post("test")).json()
    [got] = await receiver.got(1)
    event = got.verified(hook.secret)
    assert (event["id"], event["type"]) == (accepted["event_id"], "io.interlock.gateway.webhook.tested.v1")
    assert event["data"] == {"webhook_id": str(hook.id), "description": ""}
    said = (event["source"], event["subject"], event["revision"])
    assert said == ("/gateway", f"webhooks/{hook.id}", (await hook.get())["revision"])


async def test_a_subscriptions_report_comes_by_webhook_to_who_asked_for_such_events(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url, filters={"types": [SubscriptionDelivered.event_type()]})
    await worker.start()
    await author.program()
    whose = {"organization_id": author.organization_id, "program_id": author.program_id, "status_report_id": uuid4()}
    told = await author.say("program", author.program_id, example(SubscriptionDelivered, **whose))
    [came] = await receiver.got(1)
    document = came.verified(hook.secret)
    assert (came.id, document["id"], document["type"]) == (told, told, SubscriptionDelivered.event_type())
    assert document["data"]["record"]["status_report_id"] == str(whose["status_report_id"])
    await hook.until(lambda found: states(found) == ["delivered"])


async def test_a_gateway_without_a_key_has_no_webhooks(client):
    answer = await client.post("/v1/webhooks", json={"url": URL})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
