"""A measured value beside its reference, and how both are taken."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

ROUNDS = 5
WARM_UP = 1


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. `ratio` is value / reference; `samples` are the rounds (or the latencies) that `value` sums up.

    What cannot be measured yet has no value, and a note that says why.
    """

    name: str
    value: float | None
    unit: str
    reference: float | None
    ratio: float | None
    samples: Sequence[float] = field(repr=False)
    note: str = ""
    most: float | None = None
    """The ratio up to which all is well."""

    @property
    def is_beyond(self) -> bool:
        """Whether it takes more beside its reference than it may."""
        return self.most is not None and self.ratio is not None and self.ratio > self.most


def compared(
    name: str,
    unit: str,
    samples: Sequence[float],
    reference: Sequence[float],
    note: str = "",
    most: float | None = None,
) -> Result:
    """The medians of both, and their ratio."""
    value, beside = statistics.median(samples), statistics.median(reference)
    return Result(name, value, unit, beside, value / beside if beside else None, list(samples), note, most)


def missing(name: str, unit: str, note: str) -> Result:
    """A line that says that there is nothing to measure."""
    return Result(name, None, unit, None, None, [], note)


def interleaved(
    measure: Callable[[], float], reference: Callable[[], float], *, rounds: int = ROUNDS
) -> tuple[list[float], list[float]]:
    """Warm both up, then measure them in turns."""
    values: list[float] = []
    references: list[float] = []
    for number in range(-WARM_UP, rounds):
        value, beside = measure(), reference()
        if number >= 0:
            values.append(value)
            references.append(beside)
    return values, references


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample that `share` of all samples do not exceed."""
    ordered = sorted(samples)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
