"""Processor time of one of the stack's processes."""

import asyncio
import statistics
from collections.abc import Awaitable, Callable

from bench.result import ROUNDS, WARM_UP, Result
from bench.stack import Stack

SETTLES = 0.5
"""Seconds until what a round set off is done."""


def seconds(stack: Stack, name: str) -> float:
    """Of a process so far, with its children that have ended."""
    times = stack.process(name).cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


async def each(
    stack: Stack, process: str, name: str, operation: Callable[[int], Awaitable[object]], times: int, note: str
) -> Result:
    """Milliseconds that the process spends on one operation, the median of rounds of so many."""
    samples: list[float] = []
    for number in range(-WARM_UP, ROUNDS):
        before = seconds(stack, process)
        for turn in range(times):
            await operation((number + WARM_UP) * times + turn)
        await asyncio.sleep(SETTLES)
        if number >= 0:
            samples.append((seconds(stack, process) - before) / times * 1000)
    return Result(f"replicas.{name}", statistics.median(samples), "ms", None, None, samples, note)
