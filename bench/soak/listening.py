"""Everyone who is told: a consumer of the streams, a live listener and a webhook's receiver, all through the whole run.

Each does what `docs/events.md` says that one should, and no more: the consumer keeps its place in every boundary, the listener comes back
with the last id, the receiver knows an event by its id.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import httpx
import nats
from aiohttp import web
from nats import errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig

from bench.soak.invariants import Place, Told
from bench.soak.writing import made
from bench.stack import Stack
from contracts.subjects import Stream

COMES_BACK_AFTER = 0.2
REDELIVERED_AFTER = 5.0


@asynccontextmanager
async def connected(stack: Stack) -> AsyncIterator[Client]:
    """The stack's NATS, as its operator."""
    listen = re.search(r'listen: "([^"]+)"', (stack.home / "nats" / "nats.conf").read_text())
    password = (stack.home / "secrets" / "nats-operator-password").read_text()
    client = await nats.connect(
        f"nats://operator:{password}@{listen[1] if listen else ''}",
        max_reconnect_attempts=-1,
        reconnect_time_wait=COMES_BACK_AFTER,
        error_cb=_expected,
    )
    try:
        yield client
    finally:
        await client.close()


async def _expected(_: Exception) -> None:
    """The server goes away all the time here."""


class Places:
    """What a consumer does by its places: it applies the next event, passes over repetitions, holds what is behind a gap."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[Place, bool]] = {}
        self._held: dict[str, dict[Place, tuple[Told, bool]]] = {}

    def take(self, told: Told, *, is_last: bool) -> Iterator[Told]:
        """The events whose turn it is now. `is_last`: of its revision."""
        held = self._held.setdefault(told.boundary, {})
        if self._is_new(told):
            held[told.place] = told, is_last
        while (following := next((each for each in held.values() if self._is_next(each[0])), None)) is not None:
            del held[following[0].place]
            self._places[told.boundary] = following[0].place, following[1]
            yield following[0]

    def _is_new(self, told: Told) -> bool:
        place, _ = self._places.get(told.boundary, ((0, 0), True))
        return told.place > place

    def _is_next(self, told: Told) -> bool:
        (revision, position), is_whole = self._places.get(told.boundary, ((0, 0), True))
        return told.place == ((revision + 1, 1) if is_whole else (revision, position + 1))


async def consume(client: Client, stream: Stream, heard: list[Told]) -> None:
    """A durable consumer of a stream, until cancelled; it has heard what it has applied."""
    places, jetstream = Places(), client.jetstream()
    config = ConsumerConfig(ack_wait=REDELIVERED_AFTER)
    events = await jetstream.pull_subscribe("", stream=stream.value, durable=f"soak-{uuid4().hex[:8]}", config=config)
    while True:
        try:
            messages = await events.fetch(500, timeout=2)
        except (errors.Error, TimeoutError):  # nothing has happened, or the server is away
            await asyncio.sleep(COMES_BACK_AFTER)
            continue
        for message in messages:
            is_last = _headers(message)["ce-position"] == _headers(message)["ce-positions"]
            heard += places.take(told_by(message), is_last=is_last)
            with suppress(errors.Error):
                await message.ack()


def told_by(message: Msg) -> Told:
    """A message of a stream."""
    headers = _headers(message)
    boundary = message.subject.split(".")[3]
    return Told(headers["ce-id"], boundary, int(headers["ce-revision"]), int(headers["ce-position"]))


def _headers(message: Msg) -> dict[str, str]:
    return message.headers or {}


async def listen_live(api: httpx.AsyncClient, heard: list[Told]) -> None:
    """Server-sent events, until cancelled; whenever the stream ends it comes back with the last id."""
    last = (await api.get("/events", params={"limit": 1})).raise_for_status().json()["position"]
    while True:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": last}
        with suppress(httpx.TransportError):
            async with api.stream("GET", "/events", headers=headers) as answer:
                async for name, id_, data in _frames(answer):
                    if name == "reset":
                        raise RuntimeError(f"the live listener is told that events are missing: {data}")
                    if name == "":
                        heard.append(told_in(json.loads(data)))
                        last = id_
        await asyncio.sleep(COMES_BACK_AFTER)


async def _frames(answer: httpx.Response) -> AsyncIterator[tuple[str, str, str]]:
    """Name, id and data of each event that comes whole."""
    frame: dict[str, str] = {}
    if answer.status_code != httpx.codes.OK:
        return
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            frame[name] = value
        else:
            if "data" in frame:
                yield frame.get("event", ""), frame.get("id", ""), frame["data"]
            frame = {}


def told_in(document: dict[str, Any]) -> Told:
    """A CloudEvents document. Its `subject` begins with the boundary, but for an organisation's goals, of which nobody writes here."""
    boundary = document["subject"].split("/")[1]
    return Told(document["id"], boundary, document["revision"], document["position"])


@asynccontextmanager
async def receiving(api: httpx.AsyncClient, heard: list[Told]) -> AsyncIterator[None]:
    """A webhook for everything, and its receiver."""

    async def receive(request: web.Request) -> web.Response:
        heard.append(told_in(await request.json()))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await made(api, "/webhooks", {"url": f"http://127.0.0.1:{runner.addresses[0][1]}/", "description": "soak"})
        yield
    finally:
        await runner.cleanup()
