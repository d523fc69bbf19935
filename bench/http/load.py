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
SATURATED = 0.5
"""Seconds for which a rate must last to be one that the side can bear."""
SECONDS = 3.0
CLOSE = 0.0002
"""Seconds before a request is due in which waiting for it would take longer."""


async def half_load(side: Side) -> tuple[float, float]:
    """Seconds within which half and 99 % of reads are answered at half of the rate that saturates the side, counted from when they were due."""
    rate = await _saturation(side) / 2
    with _no_collecting():
        latencies = await _open_loop(side, rate, int(rate * SECONDS))
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
    """Reads a second that so many clients are answered."""
    started = time.perf_counter()
    until = started + SATURATED

    async def client() -> int:
        answered = 0
        while time.perf_counter() < until:
            await side.get(answered)
            answered += 1
        return answered

    answered = await asyncio.gather(*(client() for _ in range(clients)))
    return sum(answered) / (time.perf_counter() - started)


async def _open_loop(side: Side, rate: float, requests: int) -> list[float]:
    """Seconds from when each request was due until it was answered; none waits for another one's answer."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def one(number: int) -> float:
        await side.get(number)
        return loop.time() - began - number / rate

    asked = []
    for number in range(requests):
        early = began + number / rate - loop.time()
        if early > CLOSE:
            await asyncio.sleep(early)
        asked.append(loop.create_task(one(number)))
    return await asyncio.gather(*asked)
