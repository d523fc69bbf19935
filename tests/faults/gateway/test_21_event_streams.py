"""Fault 21: clients that go, that do not read, that come back early, late or to other streams; tokens that end under a stream."""

import asyncio
import socket
from uuid import uuid4

import pytest
from live_kit import Author, eventually, example, listening, renew
from prometheus_client import REGISTRY

from contracts.project_events.shared_calendars import SharedCalendarCreated
from contracts.subjects import Stream
from gateway.events.ring import Ring
from gateway.identity.models import ApiToken, digest_of
from gateway.tables import now


def closed(reason: str) -> float:
    return REGISTRY.get_sample_value("interlock_live_closed_total", {"reason": reason}) or 0.0


def listeners(live) -> int:
    return sum(len(each) for each in live.hub._listeners.values())


async def raw(live, path: str = "/v1/events", receive_buffer: int | None = None) -> socket.socket:
    """A client that has asked and reads nothing."""
    loop = asyncio.get_running_loop()
    client = socket.socket()
    if receive_buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.setblocking(False)
    host, _, port = live.url.removeprefix("http://").partition(":")
    await loop.sock_connect(client, (host, int(port)))
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer {live.token}\r\n\r\n"
    await loop.sock_sendall(client, head.encode())
    return client


async def test_events_come_live_in_order_with_ids_to_come_back_with(live, author):
    async with listening(live.client) as reader:
        assert reader.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        await eventually(lambda: listeners(live) == 1)
        said = [await author.task(), await author.program(), *await author.tasks(20)]
        assert await reader.ids(22) == said
        assert len({event.id for event in reader.seen}) == 22
    await eventually(lambda: listeners(live) == 0)


async def test_only_what_is_asked_for_and_nothing_of_another_organisation(live, author, bus):
    project = uuid4()
    async with listening(live.client, f"/v1/events?project_id={project}") as reader:
        await eventually(lambda: listeners(live) == 1)
        await author.task()
        await Author(bus).task(project_id=project)
        own = await author.task(project_id=project)
        assert await reader.ids(1) == [own]


async def test_silence_is_filled_with_comments(live):
    async with listening(live.client) as reader:
        with pytest.raises(TimeoutError):
            await reader.next(within=1.3)
        assert reader.comments >= 2


async def test_a_client_that_goes_is_forgotten_whether_it_was_busy_or_idle(live, author):
    busy, idle = await raw(live), await raw(live, "/v1/events?record=goal")
    await eventually(lambda: listeners(live) == 2)
    writing = asyncio.create_task(author.tasks(50))
    busy.close()
    idle.close()
    await eventually(lambda: listeners(live) == 0)
    await writing
    assert live.app.state.runtime.live.limits._places._taken == {}


@pytest.mark.slow
async def test_a_client_that_does_not_read_is_dropped_and_costs_the_others_nothing(live, author):
    before = closed("unread") + closed("slow")
    silent = await raw(live, receive_buffer=4096)
    async with listening(live.client) as reader:
        await eventually(lambda: listeners(live) == 2)
        said = []
        async with asyncio.timeout(60):
            while listeners(live) == 2:
                said += await author.tasks(20, description="x" * 10_000)  # so that the buffers on the way are soon full
        assert await reader.ids(len(said)) == said
    assert closed("unread") + closed("slow") == before + 1
    # Dropped means dropped: the connection is gone, not waiting for a reader until the server ends.
    await eventually(lambda: not live.server.server_state.tasks)
    silent.close()


async def test_resume_in_the_ring(live, author):
    async with listening(live.client) as reader:
        await eventually(lambda: listeners(live) == 1)
        said = await author.tasks(5)
        assert await reader.ids(5) == said
        last = reader.seen[2].id
    missed = [await author.program(), await author.task()]
    await live.caught_up(author)
    async with listening(live.client, Last_Event_ID=last) as reader:
        assert await reader.ids(4) == [*said[3:], *missed]
        assert await reader_ends_with(reader, author)


async def reader_ends_with(reader, author) -> bool:
    """Whether what is written now comes next."""
    said = await author.task()
    return await reader.ids(1) == [said]


async def test_resume_before_the_ring_comes_from_the_streams(live, author):
    said = [await author.task(), await author.program(), *await author.tasks(30)]
    await live.caught_up(author)
    position = (await live.client.get("/v1/events?limit=1")).json()["position"]
    live.hub._ring = Ring(live.hub.ring.end)
    async with listening(live.client, Last_Event_ID=position) as reader:
        assert await reader.ids(31) == said[1:]
        assert await reader_ends_with(reader, author)


async def test_a_stream_from_an_instant_on(live, author):
    await author.tasks(2)
    at = now()
    later = await author.tasks(2)
    async with listening(live.client, f"/v1/events?from={at.isoformat().replace('+', '%2B')}") as reader:
        assert await reader.ids(2) == later


async def test_a_cursor_that_another_process_gave_out_ahead_of_this_one(live, author):
    await author.tasks(3)
    await live.caught_up(author)
    end = live.hub.ring.end
    live.hub._ring.end = end.at(Stream.PROJECT, end.project - 1)  # as if this process had not read the last one yet
    async with listening(live.client, Last_Event_ID=str(end)) as reader:
        await eventually(lambda: listeners(live) == 1)
        assert await reader_ends_with(reader, author)


@pytest.mark.parametrize(
    ("last_event_id", "reason"),
    [("000000000000-1.1", "replaced"), ("{epoch}-999.0", "ahead"), ("nonsense", "unreadable")],
)
async def test_a_position_that_means_nothing_is_answered_with_a_reset(live, author, last_event_id, reason):
    await author.task()
    await live.caught_up(author)
    last_event_id = last_event_id.format(epoch=live.hub.ring.end.epoch)
    async with listening(live.client, Last_Event_ID=last_event_id) as reader:
        first = await reader.next()
        assert (first.name, first.data["reason"], first.id) == ("reset", reason, str(live.hub.ring.end))
        assert await reader_ends_with(reader, author)


async def test_a_position_older_than_the_streams_is_answered_with_a_reset(live, author, bus):
    said = await author.tasks(3)
    await live.caught_up(author)
    first = (await live.client.get("/v1/events?limit=1")).json()["position"]
    config = (await bus.jetstream.stream_info("PROJECT")).config
    config.deny_purge, config.max_msgs = False, 1
    # `deny_purge` cannot be taken back, so the stream is trimmed as age trims it: by a limit.
    config.deny_purge, config.discard = True, "old"
    await bus.jetstream.update_stream(config)
    live.hub._ring = Ring(live.hub.ring.end)
    async with listening(live.client, Last_Event_ID=first) as reader:
        event = await reader.next()
        assert (event.name, event.data["reason"]) == ("reset", "trimmed")
    page = (await live.client.get("/v1/events")).json()
    assert [item["id"] for item in page["items"]] == said[-1:]


async def test_streams_that_are_replaced_under_a_listener(live, author, bus):
    async with listening(live.client) as reader:
        await eventually(lambda: listeners(live) == 1)
        await author.task()
        await reader.next()
        await renew(bus, Stream.PROJECT)
        said = [await author.task() for _ in range(2)]
        reset = await reader.next()
        assert (reset.name, reset.data["reason"]) == ("reset", "replaced")
        assert await reader.ids(2) == said


@pytest.mark.slow
async def test_nats_away_for_a_while_loses_nothing(live, author, nats_server):
    async with listening(live.client) as reader:
        await eventually(lambda: listeners(live) == 1)
        said = [await author.task()]
        nats_server.kill()
        nats_server.start()
        said.append(await author.task())
        assert await reader.ids(2) == said


async def test_a_token_that_is_revoked_ends_its_streams(live, author, database):
    async with listening(live.client) as reader:
        await eventually(lambda: listeners(live) == 1)
        digest = digest_of(live.token)
        me = await live.app.state.runtime.callers.identify(f"Bearer {live.token}")
        async with database.transaction(author.organization_id) as session:
            (await session.get_one(ApiToken, me.credential_id)).revoked_at = now()
        live.app.state.runtime.callers.forget(digest)
        await author.task()
        event = await reader.next()
        assert (event.name, event.data) == ("close", {"reason": "unauthenticated"})
        assert await reader.next() is None


async def test_a_role_that_is_taken_back_closes_what_it_opened_under_the_stream(live, author, viewer):
    """The stream stays: what anybody may hear still comes, and so nothing else can have come before it."""

    async def all_hear() -> str:
        whose = {"id": uuid4(), "organization_id": author.organization_id}
        return await author.say("work", author.organization_id, example(SharedCalendarCreated, **whose))

    async def take_back(place: str) -> None:
        roles = (await live.client.get(f"/v1/roles?member_id={viewer.headers['X-Member']}")).json()["items"]
        [role] = [each["id"] for each in roles if each[place] is not None]
        assert (await live.client.delete(f"/v1/roles/{role}")).status_code == 204

    async with listening(viewer) as reader:
        await eventually(lambda: listeners(live) == 1)
        said = [await author.task(), await author.program()]
        assert await reader.ids(2) == said
        await take_back("project_id")
        await author.tasks(3)
        said = await author.program()
        assert await reader.ids(1) == [said]
        await take_back("program_id")
        await author.tasks(3)
        await author.program()
        said = await all_hear()
        assert await reader.ids(1) == [said]
        assert listeners(live) == 1
