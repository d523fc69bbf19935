"""Monte Carlo: the plan thousands of times, each with its own durations and its own luck."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from planning.critical_path import schedule
from planning.errors import PlanError
from planning.network import network_of
from planning.plan import Id, Plan
from planning.simulation import loops, reference
from planning.simulation.arrays import Single
from planning.simulation.estimate import Uncertainty
from planning.simulation.model import Model, at_worst, model_of
from planning.simulation.outcomes import Outcomes, Simulation, ranks
from planning.simulation.sampling import BLOCK, Sampler
from planning.simulation.watched import Watched, WatchedDates
from planning.timeline.arrays import FINISHES, Double, Whole

RUNS = 10_000
MOST_TASKS = 200_000
MOST_TASK_RUNS = 500_000_000

Watch: TypeAlias = Callable[[int], None]
"""Told now and then how many runs are done; stops the simulation by raising."""


class TooLarge(PlanError):
    """More tasks, or tasks times runs, than one simulation takes (MOST_TASKS, MOST_TASK_RUNS)."""

    def __init__(self, tasks: int, runs: int) -> None:
        self.tasks = tasks
        self.runs = runs
        super().__init__(f"{tasks} tasks in {runs} runs are more than one simulation takes")


def simulate(
    plan: Plan,
    uncertainty: Uncertainty,
    *,
    runs: int = RUNS,
    seed: int = 0,
    watch: Watch | None = None,
    dates: Mapping[Id, Watched] = MappingProxyType({}),
) -> Simulation:
    """Simulate a plan; seed ≥ 0. dates: what is wanted run by run, by a key of the caller's. Deadlines and "no later than" limits move nothing, as in the early dates of a schedule.

    Work is drawn to the minute. What takes no time has the finish convention in every run, also where the schedule shows it at a start.
    Raises what `planning.schedule` raises, InvalidEstimate, InvalidRisk and CannotVary with the offending ids, TooLarge, and
    ValueError for less than one run or a negative seed.
    """
    if runs < 1 or seed < 0:
        raise ValueError("A simulation has at least one run and a seed of at least 0")
    if len(plan.tasks) > MOST_TASKS or len(plan.tasks) * runs > MOST_TASK_RUNS:
        raise TooLarge(len(plan.tasks), runs)
    uncertainty.check(plan)
    planned = schedule(plan)
    network = network_of(plan)
    worst = schedule(at_worst(plan, network, uncertainty))
    sampler = Sampler(network, uncertainty, seed)
    model = model_of(plan, network, planned, worst)
    finish = np.empty(-(-runs // BLOCK) * BLOCK)
    cost = np.empty_like(finish)
    hits = np.zeros(len(network.tasks), np.int64)
    watched = WatchedDates(dates, model, network, planned, runs)
    for block, begin in enumerate(range(0, runs, BLOCK)):
        part = slice(begin, begin + BLOCK)
        work = np.repeat(model.work[:, None], BLOCK, axis=1)
        cost[part] = sampler.draw(block, work)
        start = np.empty_like(work)
        finish[part] = _run(model, work, start, min(BLOCK, runs - begin), hits)
        watched.take(part, start, work)
        if watch is not None:
            watch(min(part.stop, runs))
    finish, cost = finish[:runs], cost[:runs]
    criticality = dict(zip((task.id for task in network.tasks), hits / runs, strict=True))
    has_cost = bool(uncertainty.costs) or any(risk.cost is not None for risk in uncertainty.risks)
    begun = reference.worked(model.axes, 0, np.array([planned.start - model.origin], np.float64))
    return Simulation(
        seed,
        runs,
        planned.finish,
        Outcomes(np.sort(finish) + model.origin),
        Outcomes(np.sort(reference.worked(model.axes, 0, finish) - begun)),
        Outcomes(np.sort(cost)) if has_cost else None,
        {task.id: float(criticality[task.id]) for task in plan.tasks if task.id in criticality},
        _sensitivity(sampler, ranks(finish)),
        watched.instants(),
    )


def _run(model: Model, work: Single, start: Single, counted: int, hits: Whole) -> Double:
    """The instants at which the runs of a block finish, [BLOCK]; counts in `hits` where each task was critical in the first `counted`.

    Writes into `start` where the remaining work of each task starts.
    """
    rows, crossings, axes = model.rows, model.crossings, model.axes
    loops.forward(rows, crossings, axes, work, start)
    last = np.full((axes.first.size - 1, work.shape[1]), -np.inf, np.float32)
    finish = np.full(work.shape[1], model.not_before, np.float64)
    ends = [np.flatnonzero(rows.is_open & (rows.axis == axis)) for axis in range(len(last))]
    for axis, own in enumerate(ends):
        if own.size:
            last[axis] = (start[own] + work[own]).max(axis=0)
            np.maximum(finish, reference.instants(axes, axis, last[axis].astype(np.float64), FINISHES), out=finish)
    for axis, own in enumerate(ends):
        if own.size:
            at = reference.instants(axes, axis, last[axis].astype(np.float64), FINISHES)
            last[axis, at < finish] = np.inf  # no task ends there
    critical = np.empty(work.shape, np.bool_)
    loops.trace(rows, crossings, axes, work, start, last, critical)
    hits += critical[:, :counted].sum(axis=1)
    return finish


def _sensitivity(sampler: Sampler, rank: Double) -> dict[Id, float | None]:
    """Spearman's correlation with the finish. The rank of a duration is that of the uniform number behind it, so that is drawn again
    instead of kept; being uniform by itself, it stands for its rank.
    """
    count, runs = len(sampler.varying), rank.size
    spread = rank - rank.mean()
    total, square, product = np.zeros(count), np.zeros(count), np.zeros(count)
    for block, begin in enumerate(range(0, runs, BLOCK)):
        beside = spread[begin : begin + BLOCK]
        varied = sampler.vary(block)[:, : beside.size].astype(np.float64)
        total += varied.sum(axis=1)
        square += (varied * varied).sum(axis=1)
        product += (varied * beside).sum(axis=1)
    scale = np.sqrt(np.maximum(square - total * total / runs, 0)) * np.sqrt((spread * spread).sum())
    return {
        key: float(np.clip(product[row] / scale[row], -1, 1)) if scale[row] > 0 else None
        for row, key in enumerate(sampler.varying)
    }
