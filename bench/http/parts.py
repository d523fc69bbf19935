"""`http.cpu_*`: milliseconds of processor time of one request, by who spends it; the reference is the sum, so a ratio is a share."""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Iterator, Sequence

import psutil

from bench.http.interlock import Interlock
from bench.result import ROUNDS, WARM_UP, Result
from bench.stack import PROCESSES, Stack

REQUESTS = 100
DATABASE, MESSAGES = "postgres", "nats"
SETTLES = 0.5
"""Seconds until the workers have caught up with a round, which is theirs to pay for."""


def cpu_by_part(runner: asyncio.Runner, stack: Stack, interlock: Interlock) -> list[Result]:
    """A line for each kind of request and each part of the stack."""

    def lines(name: str, operation: Callable[[int], Awaitable[None]]) -> Iterator[Result]:
        return _lines(runner, stack, interlock, name, operation)

    found = [
        *lines("get", interlock.get),
        *lines("list100", lambda _: interlock.list_100()),
        *lines("create", interlock.create),
        *lines("relation", lambda _: interlock.relate()),
    ]
    runner.run(
        interlock.prepare(tasks=len(interlock.tasks), chain=1)
    )  # tasks without links, as when their changes were timed
    return [*found, *lines("change", lambda _: interlock.change())]


def _lines(
    runner: asyncio.Runner,
    stack: Stack,
    interlock: Interlock,
    name: str,
    operation: Callable[[int], Awaitable[None]],
) -> Iterator[Result]:
    samples: dict[str, list[float]] = {part: [] for part in (*PROCESSES, DATABASE, MESSAGES)}
    for number in range(-WARM_UP, ROUNDS):
        before = _spent(stack)
        runner.run(_round(interlock, operation))
        after = _spent(stack)
        if number >= 0:
            for part, kept in samples.items():
                kept.append((after[part] - before[part]) / REQUESTS * 1000)
    total = statistics.median(map(sum, zip(*samples.values(), strict=True)))
    for part, kept in samples.items():
        value = statistics.median(kept)
        yield Result(f"http.cpu_{name}.{part}", value, "ms", total, value / total, kept, "reference: all parts")


async def _round(interlock: Interlock, operation: Callable[[int], Awaitable[None]]) -> None:
    await interlock.begin_round()
    for number in range(REQUESTS):
        await operation(number)
    await asyncio.sleep(SETTLES)


def _spent(stack: Stack) -> dict[str, float]:
    """Seconds of processor time so far."""
    postmaster = psutil.Process(stack.postmaster)
    spent = {name: _seconds([stack.process(name)]) for name in PROCESSES}
    return spent | {DATABASE: _seconds([postmaster, *postmaster.children()]), MESSAGES: _seconds([stack.nats_process])}


def _seconds(processes: Sequence[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return sum(float(each.user + each.system) for each in times)
