"""Level a plan: move work until no resource is asked for more than there is, and finish as early as can be found."""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.critical_path import schedule
from planning.levelling.demand import Demand, Resource, demands_by_task
from planning.levelling.genetic import Watch, search
from planning.levelling.grid import grid_of
from planning.network import Network, network_of
from planning.plan import Id, Plan
from planning.scheduled import Schedule

EVALUATIONS = 20_000


@dataclass(frozen=True, slots=True)
class LevelledTask:
    """start, finish: instants of the work that is left. delay: working minutes after where it would start with resources in plenty."""

    task_id: Id
    start: int
    finish: int
    delay: int


@dataclass(frozen=True, slots=True)
class Levelled:
    """items: the open tasks, in the plan's order; complete ones and summaries do not move. finish: of the whole, complete work too.

    unlevelled_finish: with resources in plenty. is_shortest: nothing shorter exists on this grid. grid: working minutes of a step;
    placing rounds up work that is not whole steps. The same plan, demands, seed and evaluations give the same answer.
    """

    items: dict[Id, LevelledTask]
    finish: int
    unlevelled_finish: int
    is_shortest: bool
    grid: int
    evaluations: int
    seed: int


def level(
    plan: Plan,
    resources: Sequence[Resource],
    demands: Sequence[Demand],
    *,
    seed: int = 0,
    evaluations: int = EVALUATIONS,
    seconds: float | None = None,
    watch: Watch | None = None,
) -> Levelled:
    """A resource-feasible schedule of the open work, kept to links, constraints and dates that hold early dates.

    Stops after `evaluations` schedules, after `seconds`, or when nothing better can be. Resources are there whenever the calendar
    works. "No later than" limits do not steer the search: what it breaks shows when the levelled dates are scheduled.
    Raises what `planning.schedule` raises, and UnknownResource, InvalidCapacity, InvalidDemand, Overcommitted, MixedCalendars.
    """
    units = demands_by_task(plan, resources, demands)
    unlevelled = schedule(plan)
    network = network_of(plan)
    early = _early_positions(network, unlevelled)
    grid = grid_of(network, early, units, [resource.capacity for resource in resources])
    found = search(grid.problem, seed=seed, evaluations=evaluations, seconds=seconds, watch=watch)
    rows: dict[Id, LevelledTask] = {}
    for task, fixed, step in zip(grid.tasks, grid.problem.fixed, found.starts, strict=True):
        position = early[task] if fixed is not None else grid.origin + step * grid.unit
        row = _row(network, unlevelled, task, early[task], position)
        rows[row.task_id] = row
    complete = (
        unlevelled.items[task.id].early_finish
        for task, done in zip(network.tasks, network.limits.done, strict=True)
        if done
    )
    finish = max((*(row.finish for row in rows.values()), *complete), default=unlevelled.finish)
    items = {task.id: rows[task.id] for task in plan.tasks if task.id in rows}
    is_shortest = found.makespan == found.bound
    return Levelled(items, finish, unlevelled.finish, is_shortest, grid.unit, found.evaluations, seed)


def _early_positions(network: Network, unlevelled: Schedule) -> list[int]:
    """Where the remaining work of each task starts; of a complete task, where it ended."""
    return [
        axis.calendar.worked(unlevelled.items[task.id].early_finish) - remaining
        for task, axis, remaining in zip(network.tasks, network.axes, network.limits.remaining, strict=True)
    ]


def _row(network: Network, unlevelled: Schedule, task: int, early: int, position: int) -> LevelledTask:
    """Work starts at a start and ends at a finish; what has no work stays where it was, or takes the finish convention."""
    task_id, axis, remaining = network.tasks[task].id, network.axes[task], network.limits.remaining[task]
    if remaining:
        start, finish = axis.start[position], axis.finish[position + remaining]
    else:
        start = finish = unlevelled.items[task_id].early_finish if position == early else axis.finish[position]
    return LevelledTask(task_id, start, finish, position - early)
