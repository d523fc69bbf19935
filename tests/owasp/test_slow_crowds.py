"""API4: a thousand clients who are slow in one way or another, of each kind at once, do not stop somebody who reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long]
CLIENTS = 1000
READS = 100
PATIENCE = 30.0
"""Seconds after which a reader gives up: it has been stopped. How long a read takes beside slow clients is measured by `bench`."""
LARGE = 300 * 1024


@pytest.fixture(scope="module")
def large_list(admin, project) -> str:
    """A path whose answer is larger than what the gateway keeps for a client."""
    path = f"/projects/{project['id']}/tasks"
    body = {"name": "A task with a long name. " * 7, "duration": "P1D"}
    operations = [{"op": "create", "record": "task", "body": body} for _ in range(600)]
    answer = admin.post(f"/projects/{project['id']}/batch", json={"operations": operations})
    assert answer.status_code == 200, answer.text
    assert len(admin.get(f"{path}?limit=1000", headers={"Accept-Encoding": "identity"}).content) > LARGE
    return f"{path}?limit=1000"


KINDS = {
    "half a head": "GET /v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization:",
    "a small body": "POST /v1/projects HTTP/1.1\r\n{who}Content-Length: 500\r\n\r\n{{",
    "a body of unknown length": "POST /v1/projects HTTP/1.1\r\n{who}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n",
    "a large body": "POST /v1/imports HTTP/1.1\r\n{who}Content-Length: 900000\r\n\r\n{{",
    "a body for the gateway": "POST /v1/members HTTP/1.1\r\n{who}Content-Length: 500\r\n\r\n{{",
    "nothing of what it gets": "GET /v1{large} HTTP/1.1\r\n{who}\r\n",
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_thousand_who_are_slow_do_not_stop_a_reader(stack, member, large_list, project, kind):
    crowd = member(project_id=project["id"], role="project_member")
    who = f"Host: x\r\nAuthorization: {crowd.headers['Authorization']}\r\nContent-Type: application/json\r\n"
    sent = KINDS[kind].format(who=who, large=large_list).encode()
    headers = {"Authorization": f"Bearer {stack.token}"}
    async with (
        httpx.AsyncClient(base_url=f"{stack.url}/v1", headers=headers, timeout=PATIENCE) as reader,
        slow(stack.url, sent),
    ):
        for _ in range(READS):
            assert (await reader.get(f"/projects/{project['id']}")).status_code == 200


@asynccontextmanager
async def slow(url: str, sent: bytes) -> AsyncIterator[None]:
    """So many connections to the gateway, on each of which this was sent and nothing is read, until the block ends."""
    address = urlsplit(url)
    opened = [await asyncio.open_connection(address.hostname, address.port, limit=1) for _ in range(CLIENTS)]
    try:
        for _, writer in opened:
            writer.write(sent)
            await writer.drain()
        yield
    finally:
        for _, writer in opened:
            writer.transport.abort()
