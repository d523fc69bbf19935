"""Somebody in front of a running overlay: an organisation, requests at a steady rate, an event stream that goes on where it was cut off."""

import asyncio
import contextlib
import json
import os
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx
from cluster_kit import Cluster
from deploy_kit import find
from podman_kit import Service, podman

from local_stack.ports import free_port

PER_SECOND = 14
"""Requests, half of them writes."""


class Running:
    """The cluster, its way in from here, and an organisation."""

    def __init__(self, cluster: Cluster, home: Path) -> None:
        self.cluster = cluster
        self.home = home
        self.port = free_port()
        self.environment = {**os.environ, "INTERLOCK_HOME": str(home), "INTERLOCK_PORT": str(self.port)}

    async def open(self) -> None:
        manifest = find(self.cluster.manifests, "Service/gateway")
        way_in = Service(manifest, "127.0.0.1")
        way_in.port, way_in.pods = self.port, self.cluster.services["gateway"].pods
        self.cluster.services["from here"] = way_in
        await way_in.open()
        await self.gateway("create-organization", "demo", "--name", "Demo")
        token = await self.gateway(
            "create-token", "--organization", "demo", "--member", "a@demo.example", "--role", "admin"
        )
        (self.home / "token").write_text(token)

    async def gateway(self, *arguments: str) -> str:
        pod = self.cluster.pods["gateway-http"][0]
        return await asyncio.to_thread(podman, "exec", pod.name, "python", "-m", "gateway", *arguments)

    def client(self, **options) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {(self.home / 'token').read_text()}"}
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}/v1", headers=headers, timeout=30, **options)


class Load:
    """Requests at a steady rate through the way in, half over kept connections, half over new ones, half of them writes."""

    def __init__(self, running: Running, project: str, *, per_second: float = PER_SECOND) -> None:
        self.running, self.project = running, project
        self._pause = 1 / per_second
        self.answers: Counter[str] = Counter()
        self.written: list[str] = []
        self.failures: list[str] = []
        self.began = time.monotonic()
        self._over = asyncio.Event()

    async def run(self) -> None:
        async with self.running.client() as kept, asyncio.TaskGroup() as requests:
            number = 0
            while not self._over.is_set():
                number += 1
                requests.create_task(self._one(kept if number % 2 else None, number))
                await asyncio.sleep(self._pause)

    def stop(self) -> None:
        self._over.set()

    async def _one(self, kept: httpx.AsyncClient | None, number: int) -> None:
        if kept is None:
            async with self.running.client() as fresh:
                await self._ask(fresh, number)
        else:
            await self._ask(kept, number)

    async def _ask(self, client: httpx.AsyncClient, number: int) -> None:
        try:
            if number % 4 < 2:
                body = {"title": f"Risk {number}", "kind": "threat", "probability": 0.1, "response": "mitigate"}
                body |= {"cost_impact": {"amount": "10.00", "currency": "EUR"}, "days_impact": "P1D"}
                answer = await client.post(f"/projects/{self.project}/risks", json=body)
                if answer.status_code == 201:
                    self.written.append(answer.json()["id"])
            elif number % 4 == 2:
                answer = await client.get(f"/projects/{self.project}/risks?limit=5")
            else:
                answer = await client.get("/programs?limit=5")
            self.answers[str(answer.status_code)] += 1
            if answer.status_code >= 400:
                self.failures.append(f"{time.monotonic() - self.began:.1f} s {answer.request.url.path} {answer.text}")
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1
            self.failures.append(f"{time.monotonic() - self.began:.1f} s request {number % 4}: {error!r}")


class Listener:
    """An event stream that goes on where it was cut off; an answer that is none ends it with an error.

    `created` counts how often each new risk came, `said` what the gateway says of the stream, `times_cut` streams that ended.
    """

    def __init__(self, running: Running) -> None:
        self.running = running
        self.created: Counter[str] = Counter()
        self.said: Counter[str] = Counter()
        self.times_cut = 0
        self._last = ""
        self._began = datetime.now(UTC).isoformat()

    async def run(self) -> None:
        while True:
            with contextlib.suppress(httpx.TransportError):
                await self._follow()
            await asyncio.sleep(0.2)

    async def _follow(self) -> None:
        """One connection, to its end. Until there is an id to go on from, it begins where this listener did."""
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": self._last} if self._last else {})}
        asked = {"from": self._began}
        async with (
            self.running.client() as client,
            client.stream("GET", "/events", headers=headers, params=asked) as answer,
        ):
            answer.raise_for_status()
            assert answer.headers["content-type"].startswith("text/event-stream"), answer.headers
            try:
                await self._read(answer)
            finally:
                self.times_cut += 1

    async def _read(self, answer: httpx.Response) -> None:
        told: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line:
                name, _, value = line.partition(":")
                told[name] = value.strip()
                continue
            self._note(told)  # an empty line ends an event: one that is cut off before has not come
            told = {}

    def _note(self, told: dict[str, str]) -> None:
        """An event; or what the gateway says of the stream itself, which has a name."""
        self._last = told.get("id", self._last)
        if "event" in told:
            self.said[told["event"]] += 1
        elif "data" in told:
            event = json.loads(told["data"])
            if "risk.created" in event["type"]:
                self.created[event["data"]["record"]["id"]] += 1


class HalfSent:
    """A new task of which three quarters have been sent, through the way in; it is too long for anybody to wait until it is whole."""

    def __init__(self, running: Running, project: str) -> None:
        body = json.dumps({"name": "In hand", "kind": "task", "duration": "P1D"}).ljust(400_000).encode()
        head = f"POST /v1/projects/{project}/tasks HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
        head += f"Authorization: Bearer {(running.home / 'token').read_text()}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._first, self._rest = head.encode() + body[:300_000], body[300_000:]
        self._port = running.port

    async def begin(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(self._first)
        await self._writer.drain()

    async def finish(self) -> bytes:
        """Send the rest; the whole answer."""
        self._writer.write(self._rest)
        answer = await self._reader.read()
        self._writer.close()
        return answer


async def new_project(running: Running, key: str) -> str:
    async with running.client() as client:
        body = {"key": key, "name": key, "start": "2026-03-02", "currency": "EUR"}
        return (await client.post("/projects", json=body)).json()["id"]


async def all_risks(client: httpx.AsyncClient, project: str) -> set[str]:
    found: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 1000, **({"cursor": cursor} if cursor else {})}
        page = (await client.get(f"/projects/{project}/risks", params=query)).json()
        found |= {each["id"] for each in page["items"]}
        cursor = page["next"]
    return found
