"""Fault 21, the end of a stream: of age, with its token, with its process; and how many there may be before."""

import asyncio
from datetime import timedelta

from live_kit import eventually, listening, live_gateway

from gateway.events import event_stream
from gateway.identity import actions
from gateway.identity.models import Scope
from gateway.tables import now


def listeners(live) -> int:
    return sum(len(each) for each in live.hub._listeners.values())


async def test_a_token_that_expires_ends_its_streams(live, author, database):
    async with database.transaction(author.organization_id) as session:
        ada = await actions.member_with_email(session, author.organization_id, "ada@example.org", None)
        _, token = await actions.issue_api_token(
            session, author.organization_id, ada.id, "short", Scope.READ, now() + timedelta(seconds=1)
        )
    async with listening(live.client, Authorization=f"Bearer {token}") as reader:
        event = await reader.next()
        assert (event.name, event.data) == ("close", {"reason": "token_expired"})
        assert await reader.next() is None


async def test_a_stream_ends_of_age_and_the_next_goes_on(live_settings, tokens, author):
    async with live_gateway(live_settings.model_copy(update={"stream_age": 0.5}), tokens) as live:
        async with listening(live.client) as reader:
            await eventually(lambda: listeners(live) == 1)
            await author.task()
            last = (await reader.next()).id
            event = await reader.next()
            assert (event.name, event.data) == ("close", {"reason": "age"})
        missed = await author.task()
        async with listening(live.client, Last_Event_ID=last) as reader:
            assert await reader.ids(1) == [missed]


async def test_a_stream_ends_of_age_in_the_middle_of_what_it_missed_and_the_next_goes_on(
    live_settings, tokens, author, monkeypatch
):
    """Whoever has thirty days to catch up with is no exception: the token is looked at anew when it comes back."""
    monkeypatch.setattr(event_stream, "PAGE", 3)
    said = await author.tasks(8)
    at = now() - timedelta(hours=1)
    async with live_gateway(live_settings.model_copy(update={"stream_age": 0.0}), tokens) as live:
        heard, come_back = [], {}
        path = f"/v1/events?from={at.isoformat().replace('+', '%2B')}"
        while len(heard) < len(said):
            async with listening(live.client, path, **come_back) as reader:
                while (event := await reader.next()).name == "message":
                    heard.append(event.data["id"])
                    come_back = {"Last_Event_ID": event.id}
                assert (event.name, event.data) == ("close", {"reason": "age"})
                assert 0 < len(reader.seen) - 1 <= 3
                assert await reader.next() is None
        assert heard == said


async def test_no_more_streams_than_a_token_may_have(live_settings, tokens):
    async with live_gateway(live_settings.model_copy(update={"streams_per_token": 1}), tokens) as live:
        async with listening(live.client):
            await eventually(lambda: listeners(live) == 1)
            refused = await live.client.get("/v1/events", headers={"Accept": "text/event-stream"})
            assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-streams")
            assert refused.headers["Retry-After"] == "5"
        await eventually(lambda: listeners(live) == 0)
        async with listening(live.client) as reader:
            assert reader.response.status_code == 200


async def test_a_server_that_ends_says_so_does_not_wait_for_its_streams_and_leaves_no_task_behind(
    live_settings, tokens
):
    before = asyncio.all_tasks()
    async with live_gateway(live_settings, tokens) as live, listening(live.client) as reader:
        await eventually(lambda: listeners(live) == 1)
        began = asyncio.get_running_loop().time()
        live.server.should_exit = True
        event = await reader.next()
        assert (event.name, event.data) == ("close", {"reason": "shutdown"})
        assert await reader.next() is None
        await eventually(lambda: not live.server.server_state.tasks)
        assert asyncio.get_running_loop().time() - began < 2
    await eventually(lambda: asyncio.all_tasks() <= before)
