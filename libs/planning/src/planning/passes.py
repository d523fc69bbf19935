"""The passes over a network: positions in, positions out, one walk over the arrays each, no recursion.

`ends` is the state they share: ends[2·i] the early start of task i as links out of it see it, ends[2·i+1] its early finish.
"""

from dataclasses import dataclass

from planning.errors import OutsideCalendar
from planning.limits import NEVER, UNBOUNDED
from planning.network import Network

UNDRIVEN = -1
"""No link drives the task."""


@dataclass(frozen=True, slots=True)
class Early:
    """start: where remaining work starts. ends: 2 per task. driver: the driving link or UNDRIVEN. opens: a task without work
    left stands at the start of its position (Monday 09:00), not at the finish (Friday 17:00).
    """

    start: list[int]
    ends: list[int]
    driver: list[int]
    opens: list[bool]


def forward(network: Network) -> Early:
    """Early dates: each task as early as its floor and its links allow. Raises OutsideCalendar."""
    limits, first, source, offset = network.limits, network.first, network.source, network.offset
    crossings = network.crossings
    count = len(network.tasks)
    start = limits.floor.copy()
    ends = [0] * (2 * count)
    driver = [UNDRIVEN] * count
    opens = [False] * count
    early = Early(start, ends, driver, opens)
    for task in range(count):
        best = start[task]
        if not limits.held[task]:
            by = UNDRIVEN
            for link in range(first[task], first[task + 1]):
                if crossings and link in crossings:
                    bound = _cross(network, early, link, task) + offset[link]
                else:
                    bound = ends[source[link]] + offset[link]
                if bound > best or (bound == best and by == UNDRIVEN):
                    best = bound
                    by = link
            start[task] = best
            driver[task] = by
        begun = limits.begun[task]
        ends[2 * task] = best if begun == NEVER else begun
        ends[2 * task + 1] = best + limits.remaining[task]
        if not limits.remaining[task]:
            try:
                opens[task] = is_open(network, early, task)
            except OutsideCalendar as error:
                raise OutsideCalendar(error.detail, network.tasks[task].id) from None
    return early


def backward(network: Network, anchor: list[int]) -> list[int]:
    """Late finishes counted back from `anchor`, a position per task. Of a complete task the value says nothing."""
    limits, first, source, reach = network.limits, network.first, network.source, network.reach
    binding, crossings = network.binding, network.crossings
    late = [min(pair) for pair in zip(anchor, limits.ceiling, strict=True)]
    for task in range(len(late) - 1, -1, -1):
        if limits.pinned[task] != NEVER:
            late[task] = limits.pinned[task]
        start = late[task] - limits.remaining[task]
        for link in range(first[task], first[task + 1]):
            if binding[link]:
                bound = _cross_back(network, link, start, task) if link in crossings else start + reach[link]
                late[source[link] >> 1] = min(late[source[link] >> 1], bound)
    return late


def backward_bound(network: Network, link: int, start: int, task: int) -> int:
    """The latest finish of a link's predecessor for which its successor, at a place, may start at a position."""
    if link in network.crossings:
        return _cross_back(network, link, start, task)
    return start + network.reach[link]


def room(network: Network, early: Early, anchor: list[int], eager: list[bool]) -> list[int]:
    """Latest finishes that move no successor and do not pass `anchor`.

    A successor that is not eager (as late as possible) gives way up to its own such finish; with everybody eager, what is left
    between here and the early finish is the free float.
    """
    limits, first, source, reach = network.limits, network.first, network.source, network.reach
    binding, crossings = network.binding, network.crossings
    latest = anchor.copy()
    for task in range(len(latest) - 1, -1, -1):
        start = early.start[task]
        if not eager[task]:
            start = max(start, latest[task] - limits.remaining[task])
        for link in range(first[task], first[task + 1]):
            if binding[link]:
                bound = _cross_back(network, link, start, task) if link in crossings else start + reach[link]
                latest[source[link] >> 1] = min(latest[source[link] >> 1], bound)
    return latest


def end_instant(network: Network, early: Early, end: int) -> int:
    """The instant of an end: an actual date where there is one, else by its position and the rule for starts and finishes."""
    task, is_finish = end >> 1, end & 1
    axis, member = network.axes[task], network.tasks[task]
    actual = member.actual_finish if is_finish else member.actual_start
    if actual is not None:
        return actual
    if network.limits.done[task]:
        return network.limits.floor_at[task]
    opens = not is_finish if network.limits.remaining[task] else early.opens[task]
    try:
        return axis.start[early.ends[end]] if opens else axis.finish[early.ends[end]]
    except OutsideCalendar as error:
        raise OutsideCalendar(error.detail, member.id) from None


def _cross(network: Network, early: Early, link: int, task: int) -> int:
    try:
        return network.crossings[link].earliest(end_instant(network, early, network.source[link]))
    except OutsideCalendar as error:
        raise OutsideCalendar(error.detail, network.tasks[task].id) from None


def _cross_back(network: Network, link: int, start: int, task: int) -> int:
    end = network.source[link]
    # A task without work left has one instant, and late dates take its finish convention.
    from_start = not end & 1 and network.limits.remaining[end >> 1] != 0
    try:
        bound = network.crossings[link].latest(start - network.offset[link], from_start=from_start)
    except OutsideCalendar as error:
        raise OutsideCalendar(error.detail, network.tasks[task].id) from None
    return bound + network.reach[link]


def is_open(network: Network, early: Early, task: int) -> bool:
    """Whether what holds a task without work left at its position reaches beyond the position's finish.

    A milestone after work that ends on Friday is on Friday, one at a project's start or at the start of other work on Monday.
    """
    position, axis = early.start[task], network.axes[task]
    finish = axis.finish[position] if position else -UNBOUNDED
    if network.limits.floor[task] == position and network.limits.floor_at[task] > finish:
        return True
    if network.limits.held[task]:
        return False
    for link in range(network.first[task], network.first[task + 1]):
        crossing = network.crossings.get(link)
        end = network.source[link]
        if crossing is None:
            if early.ends[end] + network.offset[link] != position:
                continue
            lag = network.links[link].lag
            reached = axis.start[position] if lag < 0 else finish if lag else end_instant(network, early, end)
        else:
            reached = crossing.after_lag(end_instant(network, early, end))
            if axis.calendar.worked(reached) + network.offset[link] != position:
                continue
        if reached > finish:
            return True
    return False
