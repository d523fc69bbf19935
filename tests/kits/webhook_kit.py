"""A receiver of webhooks on a real server, and the gateway's worker with its clock in the test's hands."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiohttp import web
from gateway_kit import RELAY_ROLE
from live_kit import LOOPBACK
from standardwebhooks import Webhook
from waiting import WITHIN, eventually

from chassis.database import Database
from chassis.health import Health
from contracts.subjects import Stream
from gateway.webhooks.address import AddressGuard
from gateway.webhooks.dispatch import Dispatcher
from gateway.webhooks.fanout import Fanout
from gateway.webhooks.secrets import Seal
from gateway.webhooks.sender import Sender

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Received:
    """One request that came."""

    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The event, if the signature is right. Raises what the library raises."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """Keeps what comes, and answers as `answer` says: a status, or a handler."""

    url: str = ""
    answer: int | Answer = 204
    received: list[Received] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            body = await request.read()
            async with self._news:
                self.received.append(Received(headers, body, request.path_qs))
                self._news.notify_all()
            if isinstance(self.answer, int):
                return web.Response(status=self.answer, text=f"answer {self.answer}" if self.answer != 204 else None)
            return await self.answer(request)
        finally:
            self.under_way -= 1

    async def got(self, number: int) -> list[Received]:
        """Wait until so many have come."""
        async with asyncio.timeout(WITHIN), self._news:
            await self._news.wait_for(lambda: len(self.received) >= number)
        return self.received


@asynccontextmanager
async def receiving(**more: Any) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, **more).start()
    receiver.url = f"{'https' if more else 'http'}://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


@dataclass
class Worker:
    """The parts of the worker, and the databases that they use."""

    make: Callable[[], tuple[list[Fanout], Dispatcher]]
    database: Database
    overview: Database
    owner: Database
    health: Health = field(default_factory=Health)
    running: dict[Any, asyncio.Task[None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fanouts, self.dispatcher = self.make()

    async def start(self, *parts: Any) -> None:
        for part in parts or (*self.fanouts, self.dispatcher):
            self.running[part] = asyncio.create_task(part.run(self.health))
        await eventually(self.is_ready)

    async def is_ready(self) -> bool:
        """Whether every part that was started is at work."""
        followers = sum(isinstance(part, Fanout) for part in self.running)
        return await self.cursors() >= followers and not any(part.name in self.health.reasons for part in self.running)

    async def stop(self) -> None:
        """End it in order; the next start is that of a new process."""
        for part in self.running:
            part.stop()
        async with asyncio.timeout(WITHIN):
            await asyncio.gather(*self.running.values())
        self.running.clear()
        self.fanouts, self.dispatcher = self.make()

    async def cursors(self) -> int:
        return int((await self.sql("SELECT count(*) FROM webhook_cursors"))[0][0])

    async def sql(self, statement: str, **values: Any) -> list[Any]:
        """As the owner, past row-level security."""
        from sqlalchemy import text

        async with self.owner.transaction() as session:
            result = await session.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    async def make_due(self) -> None:
        """Let the time pass until the next attempts."""
        await self.sql("UPDATE webhook_deliveries SET due_at = now() WHERE due_at IS NOT NULL")
        self.dispatcher.wake()


@pytest.fixture
def attempt_timeout() -> float:
    """Seconds; long, so that a busy machine is not taken for a slow receiver. `@pytest.mark.parametrize` it to see one."""
    return WITHIN


@pytest.fixture
async def worker(postgres, database_url, bus, seal_key, attempt_timeout) -> AsyncIterator[Worker]:
    """A worker that does not run yet; its jitter is a fixed one."""
    name = database_url.rpartition("@")[2].partition("/")[2].partition("?")[0]
    database = Database(database_url, pool=8)
    overview, owner = Database(postgres.url(name, RELAY_ROLE), pool=2), Database(postgres.url(name), pool=2)
    sender = Sender(guard(), timeout=attempt_timeout)

    def make() -> tuple[list[Fanout], Dispatcher]:
        dispatcher = Dispatcher(database, overview, Seal([seal_key]), sender, chance=random.Random(25))
        return [Fanout(stream, database, bus, dispatcher.wake) for stream in Stream], dispatcher

    made = Worker(make, database, overview, owner)
    yield made
    await made.stop()
    for each in (database, overview, owner):
        await each.close()


def guard() -> AddressGuard:
    import ipaddress

    return AddressGuard([ipaddress.ip_network(LOOPBACK)])


@dataclass
class Hook:
    """A webhook that was made over the API."""

    client: httpx.AsyncClient
    id: UUID
    secret: str

    @property
    def path(self) -> str:
        return f"/v1/webhooks/{self.id}"

    async def get(self) -> dict[str, Any]:
        return (await self.client.get(self.path)).json()

    async def deliveries(self) -> list[dict[str, Any]]:
        return (await self.client.get(f"{self.path}/deliveries")).json()["items"]

    async def until(self, is_so: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Wait until the deliveries are as they should be."""
        found: list[dict[str, Any]] = []

        async def as_they_should_be() -> bool:
            found[:] = await self.deliveries()
            return is_so(found)

        await eventually(as_they_should_be)
        return found

    async def post(self, below: str, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        return await self.client.post(f"{self.path}/{below}", json=body, headers=headers)


async def make_hook(client: httpx.AsyncClient, url: str, **more: Any) -> Hook:
    made = await client.post("/v1/webhooks", json={"url": url} | more)
    assert made.status_code == 201, made.text
    return Hook(client, made.json()["id"], made.json()["secret"])


def states(found: list[dict[str, Any]]) -> list[str]:
    """Of these deliveries, in their order."""
    return [each["state"] for each in found]
