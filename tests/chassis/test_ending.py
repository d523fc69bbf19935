"""SIGTERM comes while a request is half sent: it is answered, then the process is gone, and nobody new was let in meanwhile."""

import asyncio
import subprocess
import sys
from textwrap import dedent

import pytest
from waiting import eventually

from chassis.commands import SHUTDOWN
from local_stack.ports import free_port

pytestmark = pytest.mark.slow

SCRIPT = """
    import sys
    from contextlib import asynccontextmanager
    from fastapi import APIRouter, Request
    from chassis.app import create_app
    from chassis.commands import serve
    from chassis.health import Health
    from chassis.routes import LateRoute
    from chassis.settings import ProcessSettings

    router = APIRouter(route_class=LateRoute)

    @router.post("/lengths")
    async def length(request: Request) -> int:
        return len(await request.body())

    @asynccontextmanager
    async def lifespan(_):
        yield

    app = create_app(title="", description="", routers=[router], lifespan=lifespan, health=Health())
    serve(app, ProcessSettings(database_url="unused", port=int(sys.argv[1])))
"""
HEAD = b"POST /lengths HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\n"


@pytest.fixture
async def process():
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", dedent(SCRIPT), str(port)])  # noqa: ASYNC220  (started at once)
    process.port = port
    yield process
    process.kill()
    process.wait()


async def connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    await eventually(lambda: _is_open(port))
    return await asyncio.open_connection("127.0.0.1", port)


async def test_a_request_in_flight_survives_sigterm(process):
    reader, writer = await connected(process.port)
    writer.write(HEAD + b"half")
    await writer.drain()
    # The server has the first half once it has answered somebody who came later.
    other, asking = await connected(process.port)
    asking.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await other.read()).startswith(b"HTTP/1.1 200")
    asking.close()

    process.terminate()
    await eventually(lambda: _is_closed(process.port))
    assert process.poll() is None, "it waits for what it has begun"
    writer.write(b"half")
    answer = await asyncio.wait_for(reader.read(), SHUTDOWN)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"8")
    assert await asyncio.to_thread(process.wait, SHUTDOWN) in {0, -15}


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _is_closed(port: int) -> bool:
    return not await _is_open(port)
