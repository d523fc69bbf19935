"""`http.*`: the public API through the gateway, everything on, beside the least that Python could do for the same requests.

One client sends one request after the other, since that repeats within 25 %; ratios under concurrency do not. Rounds alternate between the two
sides. A ratio of requests a second is the share of the limit that is reached.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bench.http.crowd import crowd
from bench.http.interlock import Interlock
from bench.http.large import change_10k
from bench.http.limit import Limit
from bench.http.parts import cpu_by_part
from bench.http.side import Side
from bench.http.tails import tails
from bench.result import Result, compared, interleaved
from bench.stack import Stack

REQUESTS = 150
"""A round of one kind of request; a project never holds many more tasks than this."""
READS = 400
RELATIONS = 60
CHAIN = 1000
MOVES = 3

Operation = Callable[[Side, int], Awaitable[None]]


def run(stack: Stack) -> list[Result]:
    """Every `http.*` line. Starts the stack and the reference."""
    with asyncio.Runner() as runner, Limit(stack) as limit:
        interlock = Interlock(stack)
        measured = Measured(runner, interlock, limit)
        runner.run(_prepare(interlock, limit))
        results = [
            measured.rate("http.create", _create, REQUESTS),
            measured.rate("http.change", _change, REQUESTS),
            measured.rate("http.get", _get, READS),
            measured.rate("http.list100", _list, REQUESTS),
            measured.moves("http.chain_1000"),
            measured.rate("http.relation", _relate, RELATIONS),
            change_10k(runner, stack, interlock),
            measured.gateway_cpu("http.gateway_cpu"),
            *tails(runner, interlock, limit),
            *cpu_by_part(runner, stack, interlock),
            *crowd(runner, stack, interlock),
        ]
        interlock.close()
    return results


class Measured:
    """The two sides and how they are compared."""

    def __init__(self, runner: asyncio.Runner, interlock: Interlock, limit: Limit) -> None:
        self._runner = runner
        self._interlock = interlock
        self._limit = limit

    def rate(self, name: str, operation: Operation, requests: int) -> Result:
        """Requests a second of one client."""

        def of(side: Side) -> float:
            return requests / self._runner.run(_timed(side, operation, requests))

        return compared(name, "req/s", *interleaved(lambda: of(self._interlock), lambda: of(self._limit)))

    def moves(self, name: str) -> Result:
        """Milliseconds in which the head of a chain of 1,000 tasks moves, with all rows and events written."""

        def of(side: Side) -> float:
            return self._runner.run(_timed(side, _move, MOVES)) / MOVES * 1000

        return compared(name, "ms", *interleaved(lambda: of(self._interlock), lambda: of(self._limit)))

    def gateway_cpu(self, name: str) -> Result:
        """Milliseconds of the gateway's processor time for one read of a task."""

        def of(side: Side) -> float:
            before = side.gateway_seconds()
            self._runner.run(_timed(side, _get, READS))
            return (side.gateway_seconds() - before) / READS * 1000

        return compared(name, "ms", *interleaved(lambda: of(self._interlock), lambda: of(self._limit)))


async def _prepare(*sides: Side) -> None:
    for side in sides:
        await side.prepare(tasks=100, chain=CHAIN)


async def _timed(side: Side, operation: Operation, requests: int) -> float:
    await side.begin_round()
    started = time.perf_counter()
    for number in range(requests):
        await operation(side, number)
    return time.perf_counter() - started


async def _create(side: Side, number: int) -> None:
    await side.create(number)


async def _change(side: Side, _number: int) -> None:
    await side.change()


async def _get(side: Side, number: int) -> None:
    await side.get(number)


async def _list(side: Side, _number: int) -> None:
    await side.list_100()


async def _relate(side: Side, _number: int) -> None:
    await side.relate()


async def _move(side: Side, number: int) -> None:
    await side.move_chain(number)
