"""From a plan's open work to a levelling problem: which part of the work may move, on a grid no finer than it must be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from planning.levelling.errors import MixedCalendars, Overcommitted
from planning.levelling.problem import Edge, Problem
from planning.limits import NEVER
from planning.network import Network
from planning.plan import Id, Task

MOST_STEPS = 1 << 17
"""A longer horizon is laid on a coarser grid, durations rounded up: the schedule stays feasible, and the search fast."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The open tasks (numbers in the network) and their problem. A step is `unit` working minutes, step 0 the position `origin`."""

    tasks: list[int]
    problem: Problem
    origin: int
    unit: int


@dataclass(frozen=True, slots=True)
class _Work:
    """Positions and working minutes of the open tasks; what cannot move has become floors of what can."""

    tasks: list[int]
    durations: list[int]
    floors: list[int]
    fixed: list[int | None]
    edges: list[Edge]


def grid_of(network: Network, early: Sequence[int], units: Mapping[Id, list[int]], capacities: Sequence[int]) -> Grid:
    """early: the position per task of the network where its remaining work starts in the schedule without resources.

    Raises MixedCalendars, Overcommitted.
    """
    _check_calendars(network)
    work = _open_work(network, early)
    origin = min((*work.floors, *(at for at in work.fixed if at is not None)), default=0)
    unit = _unit(work, origin)
    durations, fixed = [], list(work.fixed)
    for activity, (length, at) in enumerate(zip(work.durations, work.fixed, strict=True)):
        if at is None:
            durations.append(-(-length // unit))
        else:  # may begin and end between two steps
            first = (at - origin) // unit
            fixed[activity] = first
            durations.append(-(-(at + length - origin) // unit) - first)
    demands = [units.get(network.tasks[task].id, [0] * len(capacities)) for task in work.tasks]
    edges = [Edge(edge.before, edge.after, -(-edge.gap // unit)) for edge in work.edges]
    floors = [-(-(floor - origin) // unit) for floor in work.floors]
    problem = Problem(durations, edges, demands, capacities, floors, fixed)
    _check_fixed(problem, [network.tasks[task] for task in work.tasks])
    return Grid(work.tasks, problem, origin, unit)


def _check_calendars(network: Network) -> None:
    strays = [task.id for task, axis in zip(network.tasks, network.axes, strict=True) if axis is not network.axes[0]]
    crossed = [network.links[link].successor_id for link in network.crossings]
    if strays or crossed:
        raise MixedCalendars(list(dict.fromkeys([*strays, *crossed])))


def _open_work(network: Network, early: Sequence[int]) -> _Work:
    """What is held to a date stands; so does what is going on, unless it waits for a predecessor. The rest may be placed."""
    limits, first = network.limits, network.first
    work = _Work([], [], [], [], [])
    place: dict[int, int] = {}
    for task in range(len(network.tasks)):
        if limits.done[task]:
            continue
        floor = limits.floor[task]
        edges: list[Edge] = []
        for link in range(first[task], first[task + 1]):
            source, from_finish = divmod(network.source[link], 2)
            offset = network.offset[link] + (limits.remaining[source] if from_finish else 0)
            if source in place and work.fixed[place[source]] is None and (from_finish or limits.begun[source] == NEVER):
                edges.append(Edge(place[source], len(work.tasks), offset))
            else:
                floor = max(floor, _standing(network, early, source, from_finish) + network.offset[link])
        going_on = limits.begun[task] != NEVER and early[task] == limits.floor[task]
        stands = limits.held[task] or (going_on and not edges)
        place[task] = len(work.tasks)
        work.tasks.append(task)
        work.durations.append(limits.remaining[task])
        work.floors.append(early[task] if stands else floor)
        work.fixed.append(early[task] if stands else None)
        work.edges.extend(() if stands else edges)
    return work


def _standing(network: Network, early: Sequence[int], task: int, from_finish: int) -> int:
    """The position of an end that no levelling moves."""
    if from_finish:
        return early[task] + network.limits.remaining[task]
    return early[task] if network.limits.begun[task] == NEVER else network.limits.begun[task]


def _unit(work: _Work, origin: int) -> int:
    """The greatest step that everything is whole in, or a coarser one."""
    standing = [at - origin for at in work.fixed if at is not None]
    gaps = [edge.gap for edge in work.edges]
    unit = gcd(*work.durations, *gaps, *(floor - origin for floor in work.floors), *standing) or 1
    reach = max((floor - origin for floor in work.floors), default=0)
    waits = sum(max(0, edge.gap - work.durations[edge.before]) for edge in work.edges)
    horizon = reach + sum(work.durations) + waits
    return unit * max(1, -(-horizon // (unit * MOST_STEPS)))


def _check_fixed(problem: Problem, tasks: Sequence[Task]) -> None:
    standing = [
        (at, at + problem.durations[activity], activity)
        for activity, at in enumerate(problem.fixed)
        if at is not None and any(problem.demands[activity])
    ]
    for instant in sorted({begin for begin, _, _ in standing}):
        at_once = [activity for begin, end, activity in standing if begin <= instant < end]
        for resource, capacity in enumerate(problem.capacities):
            users = [activity for activity in at_once if problem.demands[activity][resource]]
            if sum(problem.demands[activity][resource] for activity in users) > capacity:
                raise Overcommitted([tasks[activity].id for activity in users])
