"""Which part of a plan's work may move, and what it is tied to: positions and working minutes, each task's on its own calendar."""

from dataclasses import dataclass, field

from planning.levelling.problem import Edge
from planning.limits import NEVER, UNBOUNDED
from planning.network import Network
from planning.passes import Early, end_instant
from planning.plan import TaskKind


@dataclass(slots=True)
class OpenWork:
    """An entry per open task: its number in the network, what is left of it, its floor with the instant that this stands for, where
    it stands if nothing may move it. edges: between those that may move, by the links (numbers in the network) in `links`; what
    cannot move has become floors of what can. The gap of a link between calendars applies after crossing.
    """

    tasks: list[int] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)
    floors: list[int] = field(default_factory=list)
    floors_at: list[int] = field(default_factory=list)
    fixed: list[int | None] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    links: list[int] = field(default_factory=list)


def open_work(network: Network, early: Early) -> OpenWork:
    """What is held to a date stands; so does what is going on, unless it waits for a predecessor. The rest may be placed.

    Levels of effort are no part of it: they go along with other work.
    """
    limits, first = network.limits, network.first
    work = OpenWork()
    place: dict[int, int] = {}
    for task in range(len(network.tasks)):
        if limits.done[task] or network.tasks[task].kind is TaskKind.LEVEL_OF_EFFORT:
            continue
        floor = limits.floor[task], limits.floor_at[task]
        edges: dict[int, Edge] = {}
        for link in range(first[task], first[task + 1]):
            if network.offset[link] == -UNBOUNDED:
                continue
            source, from_finish = divmod(network.source[link], 2)
            if source in place and work.fixed[place[source]] is None and (from_finish or limits.begun[source] == NEVER):
                head = limits.remaining[source] if from_finish and link not in network.crossings else 0
                edges[link] = Edge(place[source], len(work.tasks), network.offset[link] + head)
            else:
                floor = max(floor, _standing(network, early, link, task))
        going_on = limits.begun[task] != NEVER and early.start[task] == limits.floor[task]
        stands = limits.held[task] or (going_on and not edges)
        place[task] = len(work.tasks)
        work.tasks.append(task)
        work.durations.append(limits.remaining[task])
        work.floors.append(early.start[task] if stands else floor[0])
        work.floors_at.append(floor[1])
        work.fixed.append(early.start[task] if stands else None)
        if not stands:
            work.edges.extend(edges.values())
            work.links.extend(edges)
    return work


def _standing(network: Network, early: Early, link: int, task: int) -> tuple[int, int]:
    """Where a link from an end that no levelling moves lets the work of a task start, and the instant that it leads to."""
    end, axis = network.source[link], network.axes[task]
    at = end_instant(network, early, end)
    crossing = network.crossings.get(link)
    if crossing is not None:
        reached = crossing.after_lag(at)
        return axis.calendar.worked(reached) + network.offset[link], reached
    position, lag = early.ends[end] + network.offset[link], network.links[link].lag
    if not lag or network.limits.remaining[task]:
        return position, at
    return position, axis.start[position] if lag < 0 else axis.finish[position]
