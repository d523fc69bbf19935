"""`GET /v1/events` as a list: everything once, in order, whatever the pages; nothing of another organisation."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from live_kit import Author, renew

from chassis import puller
from chassis.message import Message
from chassis.puller import Puller
from contracts.envelope import Envelope
from contracts.subjects import Stream
from gateway.events import replay


async def pages(client, **query) -> list[str]:
    """The ids of all events, page by page."""
    found, cursor = [], None
    while True:
        answer = await client.get("/v1/events", params=query | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return found
        assert page["next"] != cursor
        cursor = page["next"]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_all_pages_together_are_the_history(live, author, limit):
    said = [await author.task(), await author.program(), *await author.tasks(3), await author.task()]
    assert await pages(live.client, limit=limit) == said


async def test_an_item_is_the_event_as_a_cloudevents_document(live, author):
    event_id = await author.task("Lay the track")
    [item] = (await live.client.get("/v1/events")).json()["items"]
    data = item.pop("data")
    envelope = Envelope.model_validate(item, extra="ignore")
    assert (item["specversion"], str(envelope.id), envelope.type) == (
        "1.0",
        event_id,
        "io.interlock.project.task.created.v1",
    )
    assert data["record"]["name"] == "Lay the track"


async def test_a_page_that_is_the_last_says_where_to_come_back(live, author):
    await author.tasks(2)
    page = (await live.client.get("/v1/events")).json()
    assert page["next"] is None
    later = await author.task()
    again = (await live.client.get("/v1/events", params={"cursor": page["position"]})).json()
    assert [item["id"] for item in again["items"]] == [later]
    assert (await live.client.get("/v1/events", params={"cursor": again["position"]})).json()["items"] == []


async def test_filters(live, author):
    other = uuid4()
    first, program, second = await author.task(), await author.program(), await author.task(project_id=other)
    assert await pages(live.client, type="io.interlock.project.task.created.v1") == [first, second]
    assert await pages(live.client, type="io.interlock.project.task.created.v2") == []
    assert await pages(live.client, record="program") == [program]
    assert await pages(live.client, project_id=str(other)) == [second]
    assert await pages(live.client, project_id=str(other), program_id=str(author.program_id)) == [program, second]
    assert await pages(live.client, subject=f"programs/{author.program_id}", limit=1) == [program]
    both = [("type", "io.interlock.program.program.created.v1"), ("type", "io.interlock.project.task.created.v1")]
    answer = await live.client.get("/v1/events", params=both)
    assert [item["id"] for item in answer.json()["items"]] == [first, program, second]


async def test_what_lies_between_wanted_events_is_passed_over_page_by_page(live, author):
    other, wanted = uuid4(), []
    for _ in range(3):
        await author.tasks(4)
        wanted.append(await author.task(project_id=other))
    assert await pages(live.client, project_id=str(other), limit=1) == wanted


async def test_from_an_instant_on(live, author):
    await author.tasks(3)
    await author.program()
    at = datetime.now(UTC)
    later = [await author.task(), await author.program(), await author.task()]
    assert await pages(live.client, limit=1, **{"from": at.isoformat()}) == later


async def test_what_is_trimmed_while_it_is_read_is_not_waited_for(live, author, bus, monkeypatch):
    """The server has said that two events are there; then the stream keeps one message, which is not wanted."""
    monkeypatch.setattr(puller, "EXPIRES", 1.0)
    await author.tasks(2)
    await author.task(project_id=uuid4())
    opened = replay.open_feed

    @asynccontextmanager
    async def open_and_trim(*args, **options):
        async with opened(*args, **options) as feed:
            config = (await bus.jetstream.stream_info("PROJECT")).config
            config.max_msgs, config.discard = 1, "old"
            await bus.jetstream.update_stream(config)
            yield feed

    monkeypatch.setattr(replay, "open_feed", open_and_trim)
    page = (await live.client.get("/v1/events", params={"project_id": str(author.project_id)})).json()
    assert (page["items"], page["next"]) == ([], None)
    assert page["position"].endswith("-3.0")


async def test_a_pull_that_the_server_ends_is_not_the_end_of_what_is_there(live, author, monkeypatch):
    """As when the server that leads is another one: nothing has come, and all is there."""
    said = await author.tasks(3)
    batch, ended = Puller.batch, set()

    async def end_first(self, *args):
        if self in ended:
            return await batch(self, *args)
        ended.add(self)
        return []

    monkeypatch.setattr(Puller, "batch", end_first)
    assert await pages(live.client, project_id=str(author.project_id)) == said
    assert ended


async def test_nothing_of_another_organisation(live, author, bus, tokens):
    own = await author.task()
    await Author(bus).task()
    assert await pages(live.client) == [own]
    theirs = {"Authorization": f"Bearer {await tokens.create('other')}"}
    assert (await live.client.get("/v1/events", headers=theirs)).json()["items"] == []


async def test_what_is_no_event_is_left_out(live, author):
    subject = f"interlock.project.{author.organization_id}.{author.project_id}.task.created"
    await author.send(Message(subject, {}, b"{}"))
    own = await author.task()
    assert await pages(live.client, limit=1) == [own]


@pytest.mark.parametrize("cursor", ["", "x", "1f0c2b8d1e77-1", "1f0c2b8d1e77-1.x", "1F0C2B8D1E77-1.1"])
async def test_a_cursor_that_is_none(live, cursor):
    answer = await live.client.get("/v1/events", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-cursor")


async def test_a_cursor_of_streams_that_are_no_more(live, author, bus):
    await author.task()
    cursor = (await live.client.get("/v1/events")).json()["position"]
    ahead = cursor.partition("-")[0] + "-99.0"
    answer = await live.client.get("/v1/events", params={"cursor": ahead})
    assert (answer.status_code, answer.json()["reason"]) == (410, "ahead")
    await renew(bus, Stream.PROGRAM)
    answer = await live.client.get("/v1/events", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["type"], answer.json()["reason"]) == (
        410,
        "/problems/cursor-gone",
        "replaced",
    )


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "type=%20", "project_id=1", "from=yesterday", "sort=id"])
async def test_bad_queries(live, query):
    assert (await live.client.get(f"/v1/events?{query}")).status_code == 422


async def test_a_gateway_without_nats_says_so(client):
    for accept in ("application/json", "text/event-stream"):
        answer = await client.get("/v1/events", headers={"Accept": accept})
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
