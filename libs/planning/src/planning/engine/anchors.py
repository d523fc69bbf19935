"""What late dates are counted back from: the finish of the whole or its deadline, and, for a second float, each project's own."""

from collections.abc import Sequence

import numpy as np

from planning.engine.arrays import (
    ABSENT,
    DIRECT,
    EMPTY,
    NEVER,
    NO_BOUND,
    OUTSIDE,
    PINNED,
    SPANS,
    Early,
    Instants,
    Ints,
    Network,
)
from planning.engine.clock import worked
from planning.engine.rows import finish_instant
from planning.engine.steps import crossed_back, instant_of
from planning.errors import OutsideCalendar
from planning.kernel import kernel
from planning.plan import Project


def deadline_of(projects: Sequence[Project], deadline: int | None) -> int | None:
    """The deadline of a plan: its own, else that of its project where it has but one."""
    if deadline is None and len(projects) == 1:
        return projects[0].deadline
    return deadline


def finish_of_all(network: Network, early: Early, last: Ints) -> int:
    """The instant by which everything is finished; levels of effort count where there is nothing else, and 0 is that of no work.

    last: [axes], written; see finish_instant. OUTSIDE beyond a calendar.
    """
    finish = finish_instant(network, early, SPANS, last)
    if finish == ABSENT:
        finish = finish_instant(network, early, EMPTY, last)
    return 0 if finish == ABSENT else finish


def positions_of(network: Network, instant: int) -> Ints:
    """The position of an instant on each axis. Raises OutsideCalendar where it is outside a calendar that a task works by."""
    count = network.axes.meta.shape[0]
    positions = [worked(network.axes, axis, instant) for axis in range(count)]
    for axis, position in enumerate(positions):
        if position == OUTSIDE:
            if (network.facts.axis == axis).any():
                raise OutsideCalendar("A finish or deadline outside the calendar's table")
            positions[axis] = 0
    return np.array(positions, np.int32)


def project_floats(network: Network, early: Early, projects: Sequence[Project]) -> Instants:
    """Total float per node against the own project's deadline or else finish, by the links within projects alone.

    A slip in another project changes none of them that it does not reach by early dates. Raises OutsideCalendar.
    """
    home = network.facts.project
    finishes = _project_finishes(network, early, len(projects))
    anchors = np.array(
        [
            [0] * network.axes.meta.shape[0]
            if project.deadline is None and finish == ABSENT
            else positions_of(network, int(finish) if project.deadline is None else project.deadline)
            for project, finish in zip(projects, finishes, strict=True)
        ],
        np.int32,
    )
    floats = np.zeros(home.size, np.int64)
    outside = _within_projects(network, early, anchors, floats)
    if outside != NEVER:
        raise OutsideCalendar("A late date outside the calendar's table")
    return floats


@kernel
def _project_finishes(network: Network, early: Early, count: int) -> Instants:
    """Per project the instant by which it is finished, ABSENT without work."""
    axis, flags, project = network.facts.axis, network.limits.flags, network.facts.project
    finishes = np.full(count, ABSENT, np.int64)
    for node in range(axis.size):
        if not flags[node] & SPANS:
            instant = instant_of(network.axes, axis[node], network.limits, early, 2 * node + 1)
            finishes[project[node]] = max(finishes[project[node]], instant)
    return finishes


@kernel
def _within_projects(network: Network, early: Early, anchors: Ints, floats: Instants) -> int:
    """Write total floats, one per node. anchors: [projects, axes], positions. NEVER, or the node that has a date outside its calendar."""
    facts, limits, out = network.facts, network.limits, network.out
    late = np.zeros(floats.size, np.int64)
    for place in range(network.order.size - 1, -1, -1):
        node = network.order[place]
        last = min(anchors[facts.project[node], facts.axis[node]], limits.ceiling[node])
        for at in range(out.begin[node], out.end[node]):
            target, link = out.target[at], out.link[at]
            if facts.project[target] != facts.project[node] or out.reach[at] == NO_BOUND:
                continue
            bound = late[target] - limits.remaining[target]
            if network.ties.via[link] != DIRECT:
                bound = crossed_back(network, link, bound)
                if bound == OUTSIDE:
                    return int(node)
            last = min(last, bound + out.reach[at])
        if limits.flags[node] & PINNED:
            last = limits.pinned[node]
        late[node] = last
        floats[node] = last - early.ends[2 * node + 1]
    return NEVER
