"""`python -m bench.scale [--managers N …] [--partitions N …]`: how late the program's picture is in the busiest hour, as a table."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.scale.load import HOUR, Habits, Hour, busiest_hour
from bench.scale.projectors import Pace, committed, partition_of

MEASURED = Pace(per_batch=0.015, per_event=0.00022)
"""One event in 15 ms, a batch of 500 in 125 ms, which is 4,000 a second: `events.commit_to_view` without its hops, and `events.projection`."""

RESTART = 60.0
"""Seconds without a projector: a lost node, and the lease that another one takes."""

HEAD = ("managers", "partitions", "events/s", "busy", "p50", "p99", "worst", "caught up after a restart")


@dataclass(frozen=True, slots=True)
class Lateness:
    """Of the busiest partition: share of the time it works; seconds from the stream to the picture; what a minute without it costs."""

    busy: float
    p50: float
    p99: float
    worst: float
    recovery: float


def lateness(hour: Hour, partitions: int, pace: Pace) -> Lateness:
    """How late the partitions are, each a projector of its own."""
    of = partition_of(hour.organization, partitions)
    each = [hour.came[of == number] for number in range(partitions)]
    late = [committed(came, pace) - came for came in each]
    everybody = np.concatenate(late)
    busiest = max(each, key=len)
    return Lateness(
        busy=min(1.0, len(busiest) / HOUR / pace.highest),
        p50=float(np.quantile(everybody, 0.5)),
        p99=float(np.quantile(everybody, 0.99)),
        worst=float(everybody.max()),
        recovery=_recovery(busiest, pace),
    )


def _recovery(came: np.ndarray, pace: Pace) -> float:
    """Seconds after a minute without a projector until it is less than one later than it would have been."""
    usual, rested = committed(came, pace), committed(came, pace, stands_until=RESTART)
    behind = rested > usual + 1.0
    return float(rested[behind].max() - RESTART) if behind.any() else 0.0


def rows(
    managers: Sequence[int], partitions: Sequence[int], habits: Habits, pace: Pace, seed: int
) -> Iterator[tuple[str, ...]]:
    """The table's lines."""
    for many in managers:
        hour = busiest_hour(many, habits, seed)
        for number in partitions:
            found = lateness(hour, number, pace)
            yield (
                f"{many:,}",
                str(number),
                f"{len(hour.came) / HOUR:,.0f}",
                f"{found.busy:.0%}",
                _time(found.p50),
                _time(found.p99),
                _time(found.worst),
                _time(found.recovery),
            )


def _time(seconds: float) -> str:
    if seconds >= 0.9 * HOUR:
        return "all hour"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.0f} s"


def table(lines: Sequence[tuple[str, ...]]) -> str:
    """In Markdown."""
    head = [HEAD, ("---:",) * len(HEAD)]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in (*head, *lines))


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--managers", type=int, nargs="+", default=[10_000, 50_000, 100_000])
    parser.add_argument("--partitions", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    sys.stdout.write(table(list(rows(told.managers, told.partitions, Habits(), MEASURED, told.seed))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
