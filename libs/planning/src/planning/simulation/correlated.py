"""Uniform numbers that go together: a Gaussian copula of one factor for all, one for each group, and one of its own for each number."""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np

from planning.plan import Id
from planning.simulation.arrays import Single
from planning.simulation.estimate import Correlation

_SCORES = np.linspace(-8.0, 8.0, 6_401)
_SHARES = np.array([NormalDist().cdf(score) for score in _SCORES])
"""The normal distribution function, to read between: off by less than 1e-6."""
_BELOW_ONE = np.nextafter(np.float32(1), np.float32(0))


class Copula:
    """Draws uniform numbers for these tasks; they correlate as `correlation` says."""

    def __init__(self, task_ids: Sequence[Id], correlation: Correlation) -> None:
        groups = [correlation.group_of.get(task_id) for task_id in task_ids]
        known = {
            group: number for number, group in enumerate(dict.fromkeys(each for each in groups if each is not None))
        }
        alone = iter(range(len(known), len(known) + len(groups)))
        self._group = np.array([next(alone) if each is None else known[each] for each in groups], np.int64)
        grouped = np.array([each is not None for each in groups])[:, None]
        self._shared = sqrt(correlation.across)
        self._of_group = np.where(grouped, sqrt(correlation.within - correlation.across), 0.0)
        self._own = np.sqrt(1 - correlation.across - self._of_group**2)

    def draw(self, generator: np.random.Generator, runs: int) -> Single:
        """[tasks, runs] numbers in [0, 1)."""
        size = self._group.size
        if not size:
            return np.empty((0, runs), np.float32)
        of_groups = generator.standard_normal((int(self._group.max()) + 1, runs))
        scores = self._shared * generator.standard_normal(runs) + self._of_group * of_groups[self._group]
        scores += self._own * generator.standard_normal((size, runs))
        uniform: Single = np.minimum(np.interp(scores, _SCORES, _SHARES).astype(np.float32), _BELOW_ONE)
        return uniform
