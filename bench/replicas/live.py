"""`replicas.live_*`: event streams that one gateway holds open."""

from collections.abc import Awaitable, Callable

from bench.http.crowd import memory, open_streams
from bench.http.interlock import Interlock
from bench.replicas.spent import each
from bench.result import Result
from bench.stack import Stack

STREAMS = 1000
TASKS = 10
"""A round of new ones, each two events."""


async def live_streams(stack: Stack, interlock: Interlock) -> list[Result]:
    """CPU of an event on its way to one of many streams, and memory of a stream, in kilobytes."""
    await interlock.prepare(tasks=1, chain=1)
    await interlock.begin_round()
    alone = await _creation(stack, interlock.create)
    before = memory(stack)
    async with open_streams(stack, interlock, STREAMS):
        beside = await _creation(stack, interlock.create)
        held = memory(stack) - before
    values = [(one - other) / STREAMS / 2 * 1000 for one, other in zip(beside.samples, alone.samples, strict=True)]
    cpu = sorted(values)[len(values) // 2]
    return [
        Result("replicas.live_event", cpu, "µs", None, None, values, f"an event to one of {STREAMS} streams"),
        Result("replicas.live_memory", held * 1024 / STREAMS, "KB", None, None, [held], "of the gateway, a stream"),
    ]


async def _creation(stack: Stack, create: Callable[[int], Awaitable[None]]) -> Result:
    return await each(stack, "gateway", "live", create, TASKS, "")
