"""The search for a short schedule: when to found, when to breed, when to stop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol, TypeAlias

import numpy as np

from planning.levelling import kernels
from planning.levelling.course import UNSCHEDULED, Course, Ints, arrange
from planning.levelling.kernels import CUTS
from planning.levelling.problem import Problem

POPULATION = 200
SPREAD = 0.12
"""How far the first members' priorities scatter about the latest finishes, in parts of their range."""

STRAYS = 0.1
"""The share of members whose priorities scatter over the whole range: the latest finishes can mislead all that keep near them."""

FINENESS = 16
"""Priorities are compared in sixteenths of a step."""

DRAWS = 1 << 15
"""Random numbers made at once; between such batches the clock is read."""

Watch: TypeAlias = Callable[[int, int], None]
"""Told now and then the evaluations made and the least makespan found; stops the search by raising."""


class Searchable(Protocol):
    """What can be searched: activities in steps of one calendar (levelling.problem), or minutes of several (levelling.clock)."""

    @property
    def size(self) -> int:
        """How many activities."""

    def bound(self) -> int:
        """No makespan is less."""

    def latest_finishes(self, makespan: int) -> Sequence[int]:
        """Of every activity, were there enough of every resource: by it the first member's priorities go."""

    def courses(self) -> tuple[Course, Course]:
        """Forward and backward in time."""


@dataclass(frozen=True, slots=True)
class Found:
    """starts: per activity, as the problem counts. bound: no makespan is less. evaluations: schedules made and justified.

    makespan: UNSCHEDULED where the time that the problem has does not suffice; then the starts mean nothing.

    The same problem, seed and evaluations give the same starts on every machine, whatever the clock said.
    """

    starts: list[int]
    makespan: int
    bound: int
    evaluations: int
    seed: int


def search(
    problem: Searchable, *, seed: int, evaluations: int, seconds: float | None = None, watch: Watch | None = None
) -> Found:
    """Look for a short schedule until `evaluations` are made, `seconds` are over or the lower bound is reached.

    At least one evaluation is made: the schedule of the priority rule "latest finish first", justified.
    """
    count, bound = problem.size, problem.bound()
    if not count:
        return Found([], 0, bound, 0, seed)
    forward, backward = problem.courses()
    deadline = float("inf") if seconds is None else monotonic() + seconds
    generator = np.random.Generator(np.random.PCG64(seed))
    keys = _priorities(problem, bound, min(POPULATION, max(1, evaluations)), generator)
    members, fitness, best = np.empty_like(keys), np.empty(len(keys), np.int64), np.zeros(count, np.int64)
    made, least = 0, UNSCHEDULED
    batch = max(1, DRAWS // (count + CUTS))
    while made < len(keys) and (not made or (least > bound and monotonic() < deadline)):
        part = slice(made, made + (batch if made else 1))
        least = kernels.found(forward, backward, keys[part], members[part], fitness[part], best, least)
        made = min(part.stop, len(keys))
        if least == UNSCHEDULED:
            break
        _tell(watch, made, least)
    members, fitness = members[:made], fitness[:made]
    while made < evaluations and bound < least < UNSCHEDULED and monotonic() < deadline:
        draws = generator.random((min(batch, evaluations - made), count + CUTS))
        made += kernels.evolve(forward, backward, members, fitness, best, draws, bound)
        least = int(fitness.min())
        _tell(watch, made, least)
    return Found([int(start) for start in best], int(least), bound, made, seed)


def rule(problem: Problem) -> list[int]:
    """The starts that one pass by "latest finish first" gives, without justification or search: what levelling is measured against."""
    forward, _ = problem.courses()
    keys = np.array(problem.latest_finishes(problem.bound()), np.int64)
    order, start = np.empty_like(keys), np.empty_like(keys)
    arrange(forward, keys, order)
    kernels.generate(forward, order, forward.room.copy(), start)
    return [int(at) for at in start]


def _priorities(problem: Searchable, bound: int, members: int, generator: np.random.Generator) -> Ints:
    """[members, activities] keys ≥ 0: the latest finishes, exact in the first row, near them in most, far in the last ones."""
    latest = np.array(problem.latest_finishes(bound), np.float64)
    spread = np.full((members, 1), SPREAD)
    spread[members - int(members * STRAYS) :] = 1
    scatter = generator.standard_normal((members, latest.size)) * (spread * (np.ptp(latest) + 1))
    scatter[0] = 0
    keys = np.rint((latest + scatter) * FINENESS).astype(np.int64)
    return np.asarray(keys - keys.min(), np.int64)


def _tell(watch: Watch | None, made: int, least: int) -> None:
    if watch is not None:
        watch(made, int(least))
