"""Tables of inverse distribution functions on the unit interval: a uniform number in, a place between optimistic and pessimistic out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planning.simulation.arrays import Single
from planning.simulation.estimate import Estimate, Shape
from planning.timeline.arrays import Double, Whole

CELLS = 1024
"""Cells of a table, each a step of 1/1024 in probability; within one the quantile is a straight line."""

GRID = 1024
"""Points at which the beta density is integrated."""


MODES = 256
"""Tables are made for modes in steps of 1/256 and bent to the exact mean of each estimate."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """tables: [tables, CELLS + 1], one for each shape and rounded mode. number: the table of each estimate.

    bend: how much of q · (1 - q) each estimate adds to a quantile q, which leaves 0 and 1 where they are and makes the mean, over
    the straight lines, that of the estimate to the last digits of float32.
    """

    tables: Single
    number: Whole
    bend: Single


def quantiles_of(estimates: Sequence[Estimate]) -> Quantiles:
    """The inverse distribution functions of the estimates."""
    keys = [(estimate.shape, round(estimate.mode * MODES)) for estimate in estimates]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    tables = np.empty((len(numbers), CELLS + 1))
    for (shape, mode), number in numbers.items():
        tables[number] = (_pert if shape is Shape.PERT else _triangular)(mode / MODES)
    number_of = np.array([numbers[key] for key in keys], np.int64)
    mean = np.array(
        [(estimate.shape.weight * estimate.mode + 1) / (estimate.shape.weight + 2) for estimate in estimates]
    )
    # What straight lines between the points average to, of the quantiles and of what bends them.
    squares = (tables[:, 1:] ** 2 + tables[:, 1:] * tables[:, :-1] + tables[:, :-1] ** 2).mean(axis=1) / 3
    means = (tables[:, 1:] + tables[:, :-1]).mean(axis=1) / 2
    bend = (mean - means[number_of]) / (means - squares)[number_of]
    return Quantiles(tables.astype(np.float32), number_of, bend.astype(np.float32))


def _triangular(mode: float) -> Double:
    share = np.linspace(0, 1, CELLS + 1)
    rising = np.sqrt(share * mode)
    falling = 1 - np.sqrt((1 - share) * (1 - mode))
    return np.where(share < mode, rising, falling)


def _pert(mode: float) -> Double:
    """Integrate x**(4m) · (1-x)**(4(1-m)) over a grid and read it the other way round."""
    place = np.linspace(0, 1, GRID + 1)
    density = place ** (4 * mode) * (1 - place) ** (4 * (1 - mode))
    below = np.concatenate(([0.0], np.cumsum(density[1:] + density[:-1])))
    return np.interp(np.linspace(0, 1, CELLS + 1), below / below[-1], place)
