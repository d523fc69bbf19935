"""From a plan's open work to a levelling problem: steps of one calendar where that is enough, else minutes of a clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from planning.instant import MINUTES_PER_DAY
from planning.levelling.clockwork import Clockwork
from planning.levelling.demand import Resource
from planning.levelling.errors import Overcommitted
from planning.levelling.genetic import Searchable
from planning.levelling.openwork import OpenWork
from planning.levelling.problem import Edge, Problem
from planning.levelling.steps import step_of
from planning.network import Network
from planning.scheduled import Schedule
from planning.stretches import worked_between

BEFORE = 8
"""What part of the time levelled in lies before the first floor."""

SPARE = 4
"""What part of the time that work will take is added, for some of it will wait."""

A_WEEK = 7 * MINUTES_PER_DAY


@dataclass(frozen=True, slots=True)
class Grid:
    """A problem, and what its starts mean: activity a stands at position origins[a] + start · scale of its calendar.

    step: minutes in which resources are counted together. understaffed: activities that work while somebody is away.
    """

    problem: Searchable
    origins: Sequence[int]
    scale: int
    step: int
    understaffed: Sequence[int] = ()


def on_clock(
    network: Network, work: OpenWork, demands: Sequence[Sequence[int]], resources: Sequence[Resource], finish: int
) -> Grid:
    """demands: per activity and resource. finish: the instant by which the problem's time ends at the soonest. Raises OutsideCalendar."""
    clockwork = Clockwork(network, work, demands, resources, _midnight_before(network, work, finish), finish)
    return Grid(clockwork.problem, clockwork.origins, 1, clockwork.unit, clockwork.understaffed)


def likely_finish(
    network: Network,
    work: OpenWork,
    demands: Sequence[Sequence[int]],
    resources: Sequence[Resource],
    unlevelled: Schedule,
) -> int:
    """An instant by which most schedules are done: what keeps a resource busy in turn, calendar by calendar, and some time to spare."""
    latest = unlevelled.finish
    for column, resource in enumerate(resources):
        finish = unlevelled.start
        for axis in dict.fromkeys(network.axes[task] for task in work.tasks):
            load = sum(
                length * row[column]
                for task, length, row in zip(work.tasks, work.durations, demands, strict=True)
                if network.axes[task] is axis
            )
            if load:
                finish = axis.calendar.finish_of(axis.calendar.worked(finish) - (-load // resource.capacity))
        latest = max(latest, finish)
    return latest + (latest - unlevelled.start) // SPARE + A_WEEK


def check_standing(
    network: Network, work: OpenWork, demands: Sequence[Sequence[int]], resources: Sequence[Resource]
) -> None:
    """Raise Overcommitted for work that stands and, together, demands more of a resource than there is."""
    busy: list[tuple[int, int]] = []
    for begin, end, activity in sorted(_standing(network, work, demands)):
        while busy and busy[0][0] <= begin:
            heappop(busy)
        heappush(busy, (end, activity))
        for column in range(len(resources)):
            users = [each for _, each in busy if demands[each][column]] if demands[activity][column] else []
            if sum(demands[each][column] for each in users) > resources[column].capacity:
                raise Overcommitted([network.tasks[work.tasks[each]].id for each in sorted(users)])


def _standing(network: Network, work: OpenWork, demands: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int]]:
    """From when until when each activity works that stands and demands anything."""
    for activity, (task, at) in enumerate(zip(work.tasks, work.fixed, strict=True)):
        if at is not None and any(demands[activity]):
            spans = worked_between(network.axes[task].calendar, at, at + work.durations[activity])
            yield from ((begin, end, activity) for begin, end in spans)


def is_of_one_calendar(
    network: Network, work: OpenWork, demands: Sequence[Sequence[int]], resources: Sequence[Resource]
) -> bool:
    """Whether positions on one axis tell everything: nothing else works, waits or is there by another calendar."""
    axes = {network.axes[task] for task in work.tasks}
    calendars = {axis.calendar for axis in axes} | {None}
    demanded = (each for column, each in enumerate(resources) if any(row[column] for row in demands))
    return (
        len(axes) <= 1
        and network.crossings.keys().isdisjoint(work.links)
        and all(each.calendar in calendars for each in demanded)
    )


def in_steps(work: OpenWork, demands: Sequence[Sequence[int]], resources: Sequence[Resource]) -> Grid:
    """A step is so many working minutes of the one calendar, step 0 the first floor."""
    stands = [at for at in work.fixed if at is not None]
    origin = min((*work.floors, *stands), default=0)
    reach = max((floor - origin for floor in work.floors), default=0)
    waits = sum(max(0, edge.gap - work.durations[edge.before]) for edge in work.edges)
    lengths = [*work.durations, *(edge.gap for edge in work.edges), *(at - origin for at in (*work.floors, *stands))]
    unit = step_of(reach + sum(work.durations) + waits, lengths)
    durations, fixed = [], list(work.fixed)
    for activity, (length, at) in enumerate(zip(work.durations, work.fixed, strict=True)):
        if at is None:
            durations.append(-(-length // unit))
        else:  # may begin and end between two steps
            first = (at - origin) // unit
            fixed[activity] = first
            durations.append(-(-(at + length - origin) // unit) - first)
    edges = [Edge(edge.before, edge.after, -(-edge.gap // unit)) for edge in work.edges]
    floors = [-(-(floor - origin) // unit) for floor in work.floors]
    problem = Problem(durations, edges, demands, [each.capacity for each in resources], floors, fixed)
    return Grid(problem, [origin] * len(work.tasks), unit, unit)


def _midnight_before(network: Network, work: OpenWork, finish: int) -> int:
    """One with room for work that is pushed back in time, and something worked by every calendar before the first floor."""
    positions = (floor if at is None else at for floor, at in zip(work.floors, work.fixed, strict=True))
    first = min(network.axes[task].start[at] for task, at in zip(work.tasks, positions, strict=True))
    first -= (finish - first) // BEFORE
    calendars = {network.axes[task].calendar for task in work.tasks}
    calendars |= {network.crossings[link].lag_calendar for link in work.links if link in network.crossings}
    before = min(calendar.finish_of(calendar.worked(first)) for calendar in calendars)
    return (before - 1) // MINUTES_PER_DAY * MINUTES_PER_DAY
