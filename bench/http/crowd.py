"""`http.p99_beside_slow_clients`, `http.sse_memory`: what a thousand clients cost who do little or nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from bench.http.interlock import Interlock
from bench.result import Result, percentile
from bench.stack import Stack

CLIENTS = 1000
READS = 400
STREAMS_PER_TOKEN = 20
EVENTS = 40
MOST_MEMORY = 200.0
MEGABYTE = 1024 * 1024


def crowd(runner: asyncio.Runner, stack: Stack, interlock: Interlock) -> list[Result]:
    """Reads beside a thousand half-sent requests, and the gateway's memory while events go to a thousand open streams."""
    return [runner.run(_beside_slow_clients(stack, interlock)), runner.run(_sse_memory(stack, interlock))]


async def _beside_slow_clients(stack: Stack, interlock: Interlock) -> Result:
    alone = await _latencies(interlock)
    head = (
        f"POST /v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {stack.token}\r\nContent-Length: 500\r\n\r\n{{"
    )
    async with _connections(stack, [head.encode()] * CLIENTS):
        beside = await _latencies(interlock)
    value, reference = percentile(beside, 0.99) * 1000, percentile(alone, 0.99) * 1000
    note = f"a read, beside {CLIENTS} clients who do not finish their requests; reference: without them"
    return Result("http.p99_beside_slow_clients", value, "ms", reference, value / reference, beside, note)


async def _sse_memory(stack: Stack, interlock: Interlock) -> Result:
    before = memory(stack)
    async with open_streams(stack, interlock, CLIENTS):
        values = []
        await interlock.begin_round()
        for number in range(EVENTS // 2):  # a task's creation is two events
            await interlock.create(number)
            values.append(memory(stack))
        value = max(values)
    note = f"the gateway while {EVENTS} events go to {CLIENTS} streams each, {value - before:.0f} MB more than before; reference: the most it may take"
    return Result("http.sse_memory", value, "MB", MOST_MEMORY, value / MOST_MEMORY, values, note)


@asynccontextmanager
async def open_streams(stack: Stack, interlock: Interlock, many: int) -> AsyncIterator[None]:
    """So many event streams, of as many tokens as they take, whose bytes are read by nobody but the kernel. Raises RuntimeError."""
    made = [
        await interlock.request("POST", "/api-tokens", {"name": f"Bench {number}", "scope": "read"})
        for number in range(many // STREAMS_PER_TOKEN)
    ]
    heads = [
        f"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token['token']}\r\nAccept: text/event-stream\r\n\r\n"
        for token in made
        for _ in range(STREAMS_PER_TOKEN)
    ]
    async with _connections(stack, [head.encode() for head in heads]) as streams:
        begun = await asyncio.gather(*(stream.readline() for stream in streams))
        if any(b" 200 " not in line for line in begun):
            raise RuntimeError(f"a stream did not begin: {min(begun)!r}")
        yield


async def _latencies(interlock: Interlock) -> list[float]:
    """Seconds of reads, one after the other."""
    taken = []
    for number in range(READS):
        began = time.perf_counter()
        await interlock.get(number)
        taken.append(time.perf_counter() - began)
    return taken


def memory(stack: Stack) -> float:
    """Megabytes that the gateway has to itself."""
    return float(stack.process("gateway").memory_full_info().uss) / MEGABYTE


@asynccontextmanager
async def _connections(stack: Stack, sent: list[bytes]) -> AsyncIterator[list[asyncio.StreamReader]]:
    """Connections to the gateway, each with what is sent on it, until the block ends."""
    address = urlsplit(stack.url)
    opened = [await asyncio.open_connection(address.hostname, address.port) for _ in sent]
    try:
        for (_, writer), head in zip(opened, sent, strict=True):
            writer.write(head)
            await writer.drain()
        yield [reader for reader, _ in opened]
    finally:
        for _, writer in opened:
            writer.transport.abort()
