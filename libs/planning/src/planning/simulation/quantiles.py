"""Tables of inverse distribution functions on the unit interval: a uniform number in, a place between optimistic and pessimistic out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planning.simulation.estimate import Estimate, Shape

CELLS = 1024
"""Cells of a table, each a step of 1/1024 in probability; within one the quantile is a straight line."""

GRID = 1024
"""Points at which the beta density is integrated."""


def quantile_tables(estimates: Sequence[Estimate]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """[tables, CELLS + 1] quantiles on 0 to 1, a table for each shape and mode, and the number of its table for each estimate.

    A table's mean, as lines between its points, is the distribution's own mean to the last digits of float32.
    """
    keys = [(estimate.shape, round(estimate.mode, 6)) for estimate in estimates]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    tables = np.empty((len(numbers), CELLS + 1), np.float32)
    for shape in Shape:
        rows = [number for key, number in numbers.items() if key[0] is shape]
        modes = np.array([key[1] for key in numbers if key[0] is shape], np.float64)
        if rows:
            tables[rows] = _pert(modes) if shape is Shape.PERT else _triangular(modes)
    return tables, np.array([numbers[key] for key in keys], np.int64)


def _triangular(modes: NDArray[np.float64]) -> NDArray[np.float64]:
    share = np.linspace(0, 1, CELLS + 1)
    mode = modes[:, None]
    rising = np.sqrt(share * mode)
    falling = 1 - np.sqrt((1 - share) * (1 - mode))
    return _with_mean(np.where(share < mode, rising, falling), (1 + modes) / 3)


def _pert(modes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Integrate x**(4m) · (1-x)**(4(1-m)) over a grid and read it the other way round."""
    place = np.linspace(0, 1, GRID + 1)
    share = np.linspace(0, 1, CELLS + 1)
    inner = np.log(place[1:-1])  # and, read backwards, the logarithm of what is left to 1
    tables = np.empty((modes.size, CELLS + 1))
    for row, mode in enumerate(modes):
        density = np.zeros(GRID + 1)
        density[1:-1] = np.exp(4 * mode * inner + 4 * (1 - mode) * inner[::-1])
        density[0], density[-1] = mode == 0, mode == 1
        below = np.concatenate(([0.0], np.cumsum(density[1:] + density[:-1])))
        tables[row] = np.interp(share, below / below[-1], place)
    return _with_mean(tables, (1 + 4 * modes) / 6)


def _with_mean(tables: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take the small error of the mean out where there is room: in the middle, the ends stay 0 and 1."""
    give = tables * (1 - tables)
    off = means - _mean(tables)
    return tables + give * (off / _mean(give))[:, None]


def _mean(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    means: NDArray[np.float64] = (tables.sum(axis=1) - (tables[:, 0] + tables[:, -1]) / 2) / CELLS
    return means
