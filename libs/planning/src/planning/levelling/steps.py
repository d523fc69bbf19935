"""How long a step is."""

from collections.abc import Iterable
from math import gcd

MOST_STEPS = 1 << 17
"""A longer horizon is laid on a coarser grid, what is taken rounded up: the schedule stays feasible, and the search fast."""


def step_of(horizon: int, lengths: Iterable[int]) -> int:
    """The greatest step that everything is whole in, or a coarser one."""
    unit = gcd(*lengths) or 1
    return unit * max(1, -(-horizon // (unit * MOST_STEPS)))
