"""Level a plan: move work until no resource is asked for more than there is, and finish as early as can be found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from planning.critical_path import schedule
from planning.levelling.course import UNSCHEDULED
from planning.levelling.demand import Demand, Resource, demands_by_task
from planning.levelling.genetic import Found, Searchable, Watch, search
from planning.levelling.grid import Grid, check_standing, in_steps, is_of_one_calendar, likely_finish, on_clock
from planning.levelling.openwork import OpenWork, open_work
from planning.limits import NEVER
from planning.network import Network, network_of
from planning.passes import Early, end_instant, forward, is_open
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
    """items: the open tasks, in the plan's order; complete ones, summaries and levels of effort do not move. finish: of the whole,
    complete work too.

    unlevelled_finish: with resources in plenty. is_shortest: nothing shorter exists on this grid. understaffed: tasks at which
    somebody is away while they last: they stand, or nobody is there for so long at all. grid: minutes in which resources are counted
    together; what is used of them is rounded up. The same plan, demands, seed and evaluations give the same answer.
    """

    items: dict[Id, LevelledTask]
    finish: int
    unlevelled_finish: int
    is_shortest: bool
    understaffed: list[Id]
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

    Stops after `evaluations` schedules, after `seconds`, or when nothing better can be. Work is not interrupted: it waits until all
    that it demands is there as long as it lasts. "No later than" limits do not steer the search: what it breaks shows when the
    levelled dates are scheduled.
    Raises what `planning.schedule` raises, and UnknownResource, InvalidCapacity, InvalidDemand, Overcommitted.
    """
    units = demands_by_task(plan, resources, demands)
    unlevelled = schedule(plan)
    network = network_of(plan)
    early = forward(network)
    work = open_work(network, early)
    demanded = [units.get(network.tasks[task].id, [0] * len(resources)) for task in work.tasks]
    check_standing(network, work, demanded, resources)

    def look(problem: Searchable) -> Found:
        return search(problem, seed=seed, evaluations=evaluations, seconds=seconds, watch=watch)

    grid, found = _searched(network, work, demanded, resources, unlevelled, look)
    placed = {
        task: early.start[task] if at is not None else origin + start * grid.scale
        for task, at, origin, start in zip(work.tasks, work.fixed, grid.origins, found.starts, strict=True)
    }
    rows = _rows(network, early, placed)
    complete = (
        unlevelled.items[task.id].early_finish
        for task, done in zip(network.tasks, network.limits.done, strict=True)
        if done
    )
    finish = max((*(row.finish for row in rows.values()), *complete), default=unlevelled.finish)
    items = {task.id: rows[task.id] for task in plan.tasks if task.id in rows}
    understaffed = {network.tasks[work.tasks[activity]].id for activity in grid.understaffed}
    return Levelled(
        items,
        finish,
        unlevelled.finish,
        is_shortest=found.makespan == found.bound,
        understaffed=[task_id for task_id in items if task_id in understaffed],
        grid=grid.step,
        evaluations=found.evaluations,
        seed=seed,
    )


def _searched(
    network: Network,
    work: OpenWork,
    demands: Sequence[Sequence[int]],
    resources: Sequence[Resource],
    unlevelled: Schedule,
    look: Callable[[Searchable], Found],
) -> tuple[Grid, Found]:
    if is_of_one_calendar(network, work, demands, resources):
        grid = in_steps(work, demands, resources)
        return grid, look(grid.problem)
    reach = likely_finish(network, work, demands, resources, unlevelled)
    while True:
        grid = on_clock(network, work, demands, resources, reach)
        found = look(grid.problem)
        if found.makespan < UNSCHEDULED:
            return grid, found
        reach += reach - unlevelled.start


def _rows(network: Network, early: Early, placed: Mapping[int, int]) -> dict[Id, LevelledTask]:
    """placed: the position, on its calendar, of each open task. Work starts at a start and ends at a finish; what has no work left
    stands at one of the two, as in a schedule.
    """
    levelled = Early([*early.start], [*early.ends], early.driver, [*early.opens])
    rows: dict[Id, LevelledTask] = {}
    for task, position in placed.items():
        axis, remaining = network.axes[task], network.limits.remaining[task]
        levelled.start[task] = position
        levelled.ends[2 * task + 1] = position + remaining
        if network.limits.begun[task] == NEVER:
            levelled.ends[2 * task] = position
        if remaining:
            start, finish = axis.start[position], axis.finish[position + remaining]
        else:
            levelled.opens[task] = is_open(network, levelled, task)
            start = finish = end_instant(network, levelled, 2 * task + 1)
        task_id = network.tasks[task].id
        rows[task_id] = LevelledTask(task_id, start, finish, position - early.start[task])
    return rows
