"""Fault 22: a service that is slow, that breaks off, that comes back; clients that go twice. The gateway's connections stay what they were."""

import asyncio
import random
import socket

import httpx
import pytest
from aiohttp import web
from live_kit import WITHIN, eventually, served

from gateway.application import create_gateway

CONNECTIONS = 4  # as the settings of these tests say


@pytest.fixture
async def gateway(settings, tokens):
    """A gateway on a real server, and its admin's client."""
    app = create_gateway(settings)
    async with served(app) as (url, server):
        headers = {"Authorization": f"Bearer {await tokens.create()}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
            client.app, client.server = app, server
            yield client


def free(gateway) -> int:
    """Connections to project-svc that are not in use."""
    return gateway.app.state.runtime.project._pool._free._value


async def all_free(gateway) -> None:
    await eventually(lambda: free(gateway) == CONNECTIONS)


async def walk_away(gateway, path: str, wait: asyncio.Event) -> None:
    """Ask, wait for the signal, go without a word."""
    loop = asyncio.get_running_loop()
    host, port = gateway.base_url.host, gateway.base_url.port
    client = socket.socket()
    client.setblocking(False)
    await loop.sock_connect(client, (host, port))
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {gateway.headers['Authorization']}\r\n\r\n"
    await loop.sock_sendall(client, head.encode())
    await wait.wait()
    client.close()


async def test_a_slow_service_costs_its_deadline_and_its_connections_only(gateway, project, program):
    released = asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        await released.wait()
        return web.json_response({})

    project.handler = wait
    began = asyncio.get_running_loop().time()
    slow = [asyncio.create_task(gateway.get("/v1/projects")) for _ in range(CONNECTIONS)]
    await eventually(lambda: len(project.requests) == CONNECTIONS)
    busy = await gateway.get("/v1/projects")
    assert (busy.status_code, busy.json()["type"]) == (503, "/problems/upstream-busy")
    assert asyncio.get_running_loop().time() - began < 1
    assert (await gateway.get("/v1/programs")).status_code == 200
    assert {answer.status_code for answer in await asyncio.gather(*slow)} == {504}
    assert asyncio.get_running_loop().time() - began < 5
    released.set()
    await all_free(gateway)


async def test_a_storm_of_failures_is_not_multiplied_and_ends_with_the_failure(gateway, project):
    async def broken(request: web.Request) -> web.Response:
        request.transport.abort()
        return web.Response()

    project.handler = broken
    asked = 60
    assert {(await gateway.get("/v1/projects")).status_code for _ in range(asked)} <= {502, 503}
    assert len(project.requests) <= asked * 1.25
    assert len(project.requests) < asked  # the breaker spares a service that is down
    project.handler = None
    await eventually_answers(gateway)
    await all_free(gateway)


async def eventually_answers(gateway) -> None:
    async def answers() -> bool:
        return (await gateway.get("/v1/projects")).status_code == 200

    await eventually(answers)


async def test_an_answer_that_breaks_off_in_the_middle_breaks_off_here(gateway, project):
    async def half(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        answer.content_length = 1_000_000
        await answer.prepare(request)
        await answer.write(b"x" * 100_000)
        request.transport.abort()
        return answer

    project.handler = half
    for _ in range(3 * CONNECTIONS):
        with pytest.raises(httpx.RemoteProtocolError):
            await gateway.get("/v1/projects")
    await all_free(gateway)


@pytest.mark.parametrize("when", ["before the answer", "in the answer"])
async def test_clients_that_go_leave_no_connection_behind(gateway, project, when):
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        if when == "before the answer":
            arrived.set()
            await gone.wait()
            return web.json_response({})
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * 50_000)
            arrived.set()

    project.handler = endless
    for _ in range(3 * CONNECTIONS):
        arrived.clear()
        gone.clear()
        async with asyncio.timeout(WITHIN):
            await walk_away(gateway, "/v1/projects", arrived)
        gone.set()
        await all_free(gateway)
    project.handler = None
    await eventually_answers(gateway)


async def test_a_request_cancelled_twice_gives_its_connection_back(gateway, project):
    """A streamed answer whose task is cancelled a second time while it closes kept its connection for ever in general clients."""
    chance = random.Random(22)

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * 50_000)

    project.handler = endless
    before = asyncio.all_tasks()
    for _ in range(3 * CONNECTIONS):
        asked = asyncio.Event()
        asking = asyncio.create_task(walk_away(gateway, "/v1/projects", asked))
        await eventually(lambda: free(gateway) < CONNECTIONS)
        for task in list(gateway.server.server_state.tasks):
            task.cancel()
        for _ in range(chance.randrange(3)):
            await asyncio.sleep(0)
        for task in list(gateway.server.server_state.tasks):
            task.cancel()
        asked.set()
        await asking
        await all_free(gateway)
    await eventually(lambda: not {task for task in asyncio.all_tasks() - before if "client_gone" in repr(task)})
    project.handler = None
    await eventually_answers(gateway)
