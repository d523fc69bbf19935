"""Latency under load that does not wait for the server: requests leave when they are due, late answers or not."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.http.side import Side
from bench.result import percentile

CLIENTS = (8, 16, 32)
"""Clients that each send as soon as they are answered: with more of them the rate grows no further."""
REQUESTS = 400
SECONDS = 3.0
HEAD_START = 0.2
"""Seconds to get a thousand requests ready before the first is due."""


async def half_load(side: Side) -> tuple[float, float]:
    """Seconds within which half and 99 % of reads are answered at half of the rate that saturates the side, counted from when they were due."""
    rate = await _saturation(side) / 2
    with _no_collecting():
        began = asyncio.get_running_loop().time() + HEAD_START
        latencies = await asyncio.gather(
            *(_due(side, number, began, number / rate) for number in range(int(rate * SECONDS)))
        )
    return percentile(latencies, 0.5), percentile(latencies, 0.99)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep Python from collecting garbage in the process that asks: what it cannot notice meanwhile would count as the server's time."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _saturation(side: Side) -> float:
    """The most reads a second that it answers, however many clients ask."""
    return max([await _rate(side, clients) for clients in CLIENTS])


async def _rate(side: Side, clients: int) -> float:
    async def client() -> None:
        for number in range(REQUESTS // clients):
            await side.get(number)

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return REQUESTS // clients * clients / (time.perf_counter() - started)


async def _due(side: Side, number: int, began: float, after: float) -> float:
    due = began + after
    await asyncio.sleep(due - asyncio.get_running_loop().time())
    await side.get(number)
    return asyncio.get_running_loop().time() - due
