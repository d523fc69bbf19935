"""Draws: uniform numbers from the seed, by them the work and the cost of each run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planning.network import Network
from planning.plan import Id
from planning.risk import RiskKind
from planning.simulation import loops
from planning.simulation.arrays import Single
from planning.simulation.correlated import Copula
from planning.simulation.estimate import Estimate, Uncertainty
from planning.simulation.quantiles import Quantiles, quantiles_of
from planning.timeline.arrays import Double

BLOCK = 250
"""Runs drawn together. A block is always drawn whole from its own generator, so more runs begin with the same ones; it is part of
what a seed means.
"""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Some estimates as arrays. low and width: what the quantiles of each are stretched to."""

    quantiles: Quantiles
    low: Single
    width: Single

    def draw(self, uniform: Single) -> Single:
        """[estimates, runs] values for uniform numbers."""
        out = np.empty_like(uniform)
        quantiles = self.quantiles
        loops.draw(quantiles.tables, quantiles.number, quantiles.bend, self.low, self.width, uniform, out)
        return out

    def sample(self, generator: np.random.Generator) -> Single:
        """[estimates, BLOCK] values from the next numbers of the generator."""
        return self.draw(generator.random((self.low.size, BLOCK), np.float32))


@dataclass(frozen=True, slots=True)
class _Impact:
    """What the risk event of that number adds, for better or worse, to the work in a row (or to the cost)."""

    risk: int
    row: int
    sign: int
    size: Estimate


class Sampler:
    """Draws runs block by block. varying: the ids of what varies, estimated durations first and then risk events.

    Estimates and risks of complete tasks are no longer uncertain and change nothing but the cost.
    """

    def __init__(self, network: Network, uncertainty: Uncertainty, seed: int) -> None:
        done = network.limits.done
        row = {task.id: place for place, task in enumerate(network.tasks) if not done[place]}
        durations = {task_id: estimate for task_id, estimate in uncertainty.durations.items() if task_id in row}
        risks = uncertainty.risks
        self.varying: list[Id] = [*durations, *(risk.id for risk in risks)]
        self._seed = seed
        self._rows = np.array([row[task_id] for task_id in durations], np.int64)
        self._durations = _stretched(list(durations.values()))
        self._costs = _stretched(list(uncertainty.costs.values()))
        is_independent = uncertainty.correlation.within == 0
        self._copula = None if is_independent else Copula(list(durations), uncertainty.correlation)
        firsts: dict[Id, int] = {}
        lucks = [
            place if risk.cause is None else firsts.setdefault(risk.cause, place) for place, risk in enumerate(risks)
        ]
        self._luck = np.array(lucks, np.int64)
        self._chance = np.array([risk.probability for risk in risks], np.float32)[:, None]
        signs = [1 if risk.kind is RiskKind.THREAT else -1 for risk in risks]
        self._delays = [
            _Impact(number, row[risk.task_id], signs[number], risk.duration)
            for number, risk in enumerate(risks)
            if risk.duration is not None and risk.task_id in row
        ]
        self._charges = [
            _Impact(number, 0, signs[number], risk.cost) for number, risk in enumerate(risks) if risk.cost is not None
        ]
        self._delay_sizes = _stretched([impact.size for impact in self._delays])
        self._charge_sizes = _stretched([impact.size for impact in self._charges])

    def vary(self, block: int) -> Single:
        """[varying, BLOCK]: the uniform number behind each duration, and 1 or 0 for a risk event that happens or not."""
        return self._vary(self._generator(block))

    def draw(self, block: int, work: Single) -> Double:
        """Put a block's runs into `work` ([rows, BLOCK], as the plan has it), whole minutes; the runs' costs, [BLOCK]."""
        generator = self._generator(block)
        varied = self._vary(generator)
        happens = varied[self._rows.size :]
        work[self._rows] = self._durations.draw(varied[: self._rows.size])
        for impact, size in zip(self._delays, self._delay_sizes.sample(generator), strict=True):
            work[impact.row] += impact.sign * size * happens[impact.risk]
        np.rint(np.maximum(work, 0, out=work), out=work)
        cost = self._costs.sample(generator).sum(axis=0, dtype=np.float64)
        for impact, size in zip(self._charges, self._charge_sizes.sample(generator), strict=True):
            cost += impact.sign * size * happens[impact.risk]
        return np.asarray(cost, np.float64)

    def _generator(self, block: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([self._seed, block]))

    def _vary(self, generator: np.random.Generator) -> Single:
        varied = generator.random((len(self.varying), BLOCK), np.float32)
        if self._copula is not None:
            varied[: self._rows.size] = self._copula.draw(generator, BLOCK)
        happens = varied[self._rows.size :]
        happens[:] = happens[self._luck] < self._chance
        return varied


def _stretched(estimates: Sequence[Estimate]) -> Estimates:
    low = np.array([estimate.optimistic for estimate in estimates], np.float32)
    high = np.array([estimate.pessimistic for estimate in estimates], np.float64)
    return Estimates(quantiles_of(estimates), low, (high - low).astype(np.float32))
