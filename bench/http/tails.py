"""`http.p99_at_half_load`, `http.tail_*`: how late the last hundredth of reads is while a side does half of what it can."""

import asyncio
import statistics

from bench.http.load import half_load
from bench.http.side import Side
from bench.result import ROUNDS, WARM_UP, Result, compared, interleaved
from bench.undisturbed import undisturbed

MOST_TAIL = 3.0
ROUNDS_BESIDE_OTHERS = 3


def tails(runner: asyncio.Runner, interlock: Side, limit: Side) -> list[Result]:
    """Milliseconds within which 99 of 100 reads are answered at half of the rate that saturates a side, and how many times the median that is.

    First before everything else on the machine, where we may ask for that; then beside it, whatever it does.
    """
    with undisturbed() as is_before_others:
        p99, tail = _measured(runner, interlock, limit, "half_load", ROUNDS)
    if not is_before_others:
        return [p99, tail]
    beside = _measured(runner, interlock, limit, "half_load_beside_others", ROUNDS_BESIDE_OTHERS)
    return [p99, tail, *beside]


def _measured(runner: asyncio.Runner, interlock: Side, limit: Side, where: str, rounds: int) -> tuple[Result, Result]:
    times: dict[Side, list[float]] = {interlock: [], limit: []}

    def of(side: Side) -> float:
        middle, late = runner.run(half_load(side))
        times[side].append(late / middle)
        return late * 1000

    late = interleaved(lambda: of(interlock), lambda: of(limit), rounds=rounds)
    ours, theirs = (statistics.median(each[WARM_UP:]) for each in times.values())
    note = f"p99 / p50, of the other side {theirs:.1f}; reference: the most it may be"
    return (
        compared(f"http.p99_at_{where}", "ms", *late),
        Result(f"http.tail_at_{where}", ours, "x", MOST_TAIL, ours / MOST_TAIL, times[interlock][WARM_UP:], note),
    )
