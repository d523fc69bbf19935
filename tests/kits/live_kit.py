"""Real streams to publish to, a gateway on a real server, and a client that reads server-sent events as they come."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from cryptography.fernet import Fernet
from fastapi import FastAPI
from nats import errors
from nats.js.errors import NotFoundError
from waiting import WITHIN, eventually

from chassis import outbox, streams
from chassis.bus import Bus
from chassis.message import Message
from chassis.outbox import Boundary, Origin
from contracts import program_events, project_events
from contracts.events import Event
from contracts.files import example_file
from contracts.subjects import Stream
from gateway.application import create_gateway
from gateway.connection import Protocol
from gateway.settings import GatewaySettings

ORIGIN = Origin(actor="members/ada", traceparent=None, correlation_id="c" * 32, causation_id=None)
LOOPBACK = "127.0.0.0/8"


def example(kind: type[Event], **record: Any) -> Event:
    """The contract's own example of an event, about another record."""
    data = json.loads(example_file(kind).read_bytes())["data"]
    data["record"].update({name: str(value) if isinstance(value, UUID) else value for name, value in record.items()})
    return kind.read(data)


@dataclass
class Author:
    """Publishes events of one organisation, as the services' relays would."""

    bus: Bus
    organization_id: UUID = field(default_factory=uuid4)
    project_id: UUID = field(default_factory=uuid4)
    program_id: UUID = field(default_factory=uuid4)
    revisions: dict[UUID, int] = field(default_factory=dict)

    async def task(self, name: str = "A", project_id: UUID | None = None, **more: Any) -> str:
        """A task is created; returns the event's id."""
        project = project_id or self.project_id
        whose = {"organization_id": self.organization_id, "project_id": project, "parent_id": None, **more}
        return await self.say("project", project, example(project_events.TaskCreated, id=uuid4(), name=name, **whose))

    async def tasks(self, number: int, **more: Any) -> list[str]:
        """So many tasks, one after the other."""
        return [await self.task(f"task {each}", **more) for each in range(number)]

    async def program(self) -> str:
        """A program is created."""
        whose = {"id": self.program_id, "organization_id": self.organization_id}
        return await self.say("program", self.program_id, example(program_events.ProgramCreated, **whose))

    async def say(self, kind: str, boundary_id: UUID, event: Event) -> str:
        revision = self.revisions[boundary_id] = self.revisions.get(boundary_id, 0) + 1
        event_id, message = outbox.message(
            Boundary(kind, boundary_id, self.organization_id, revision), event, 1, 1, ORIGIN
        )
        await self.send(message)
        return str(event_id)

    async def send(self, message: Message) -> None:
        """Publish until it is acknowledged; its id makes it one message however often that takes."""
        async with asyncio.timeout(WITHIN):
            while True:
                try:
                    await self.bus.jetstream.publish(message.subject, message.payload, headers=dict(message.headers))
                except (errors.Error, TimeoutError):
                    await self.bus.connected()
                else:
                    return


@dataclass
class SentEvent:
    """One server-sent event."""

    id: str | None = None
    name: str = "message"
    data: Any = None


class Reader:
    """Reads a stream; what came is also in `seen`."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.seen: list[SentEvent] = []
        self.comments = 0
        self._lines = response.aiter_lines()

    async def next(self, within: float = WITHIN) -> SentEvent | None:
        """The next event; None at the end of the stream."""
        async with asyncio.timeout(within):
            event = SentEvent()
            async for line in self._lines:
                name, _, value = line.partition(": ")
                match name:
                    case "id":
                        event.id = value
                    case "event":
                        event.name = value
                    case "data":
                        event.data = json.loads(value)
                    case ":":
                        self.comments += 1
                    case "" if event.data is not None:
                        self.seen.append(event)
                        return event
            return None

    async def ids(self, number: int) -> list[str]:
        """The ids of the next events."""
        return [(await self.next()).data["id"] for _ in range(number)]


@asynccontextmanager
async def listening(client: httpx.AsyncClient, path: str = "/v1/events", **headers: str) -> AsyncIterator[Reader]:
    """An open stream."""
    headers = {"Accept": "text/event-stream"} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.stream("GET", path, headers=headers, timeout=WITHIN) as response:
        assert response.status_code == 200, await response.aread()
        yield Reader(response)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """The application on a real server, with its lifespan. Yields its URL."""
    config = uvicorn.Config(app, port=0, http=Protocol, log_config=None, access_log=False, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    server.capture_signals = suppress  # pytest keeps its signals
    running = asyncio.create_task(server.serve())
    await eventually(lambda: server.started or running.done())
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", server
    finally:
        server.should_exit = True
        await running


@pytest.fixture
async def bus(nats_server) -> AsyncIterator[Bus]:
    """A connection to a NATS with both streams, empty."""
    bus = Bus(nats_server.url, "test")
    await bus.connected()
    await renew(bus)
    yield bus
    await bus.close()


async def renew(bus: Bus, *which: Stream) -> None:
    """Delete the streams and create them anew."""
    for stream in which or Stream:
        with suppress(NotFoundError):
            await bus.jetstream.delete_stream(stream.value)
        await streams.declare(bus.jetstream, streams.stream_config(stream))


@pytest.fixture
async def author(bus, tokens) -> Author:
    """Writes in the organisation `demo`."""
    await tokens.create()
    return Author(bus, await tokens.organization_id())


@pytest.fixture(scope="session")
def seal_key() -> bytes:
    return Fernet.generate_key()


@pytest.fixture
def live_settings(settings, nats_server, bus, seal_key, tmp_path) -> GatewaySettings:
    """Settings of a gateway that follows the streams, and whose webhooks may lead to this machine."""
    key_file = tmp_path / "webhook-keys"
    key_file.write_bytes(seal_key)
    told = {
        "nats_url": nats_server.url,
        "stream_heartbeat": 0.5,
        "stream_send_timeout": 1.0,
        "streams_per_token": 10,
        "webhook_key_file": key_file,
        "webhook_networks": [LOOPBACK],
    }
    return GatewaySettings.model_validate(settings.model_dump() | told)


@dataclass
class Live:
    """A running gateway, and a client with an admin's token."""

    app: FastAPI
    url: str
    server: uvicorn.Server
    client: httpx.AsyncClient
    token: str

    @property
    def hub(self):
        return self.app.state.runtime.live.hub

    async def caught_up(self, author: Author) -> None:
        """Wait until the hub has read all that is in the streams."""
        states = await self.hub.states()
        await eventually(lambda: all(self.hub.ring.end.of(stream) >= states[stream].last for stream in Stream))


@asynccontextmanager
async def live_gateway(settings, tokens) -> AsyncIterator[Live]:
    app = create_gateway(settings)
    async with served(app) as (url, server):
        token = await tokens.create()
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            base_url=url, headers=headers, limits=httpx.Limits(max_connections=None)
        ) as client:
            live = Live(app, url, server, client, token)
            await eventually(lambda: live.hub.is_ready)
            yield live


@pytest.fixture
async def live(live_settings, tokens) -> AsyncIterator[Live]:
    async with live_gateway(live_settings, tokens) as running:
        yield running


@pytest.fixture
async def viewer(live, author, tokens) -> AsyncIterator[httpx.AsyncClient]:
    """A client that sees the author's program, and its project but no other."""
    headers = {"Authorization": f"Bearer {await tokens.create(member='bob@example.org', role=None)}"}
    mine = (await live.client.get("/v1/api-tokens", headers=headers)).json()["items"]
    for place in ({"project_id": str(author.project_id)}, {"program_id": str(author.program_id)}):
        body = {"member_id": mine[0]["member_id"], "role": "viewer", **place}
        assert (await live.client.post("/v1/roles", json=body)).status_code == 201
    headers["X-Member"] = mine[0]["member_id"]
    async with httpx.AsyncClient(base_url=live.url, headers=headers) as client:
        yield client
