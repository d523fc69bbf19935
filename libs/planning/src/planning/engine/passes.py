"""The passes over a whole network, and the steps at one node that they and the cones of planning.engine.cones are made of.

The common case is inlined in the passes: links inside one axis are an addition, and memory is what takes the time.
"""

from planning.engine.arrays import (
    ABSENT,
    DIRECT,
    LATE,
    NEVER,
    NO_BOUND,
    OUTSIDE,
    TOTAL,
    Axes,
    Early,
    Ints,
    Late,
    Limits,
    Network,
)
from planning.engine.clock import add, finish_of, latest, start_of, worked
from planning.kernel import lean, step


@step
def instant_of(axes: Axes, axis: int, limits: Limits, early: Early, end: int) -> int:
    """The instant of an end: the actual date where there is one, else by its position and the rule for starts and finishes."""
    if limits.actual[end] != ABSENT:
        return int(limits.actual[end])
    node = end >> 1
    opens = end & 1 == 0 if limits.remaining[node] else early.opens[node] != 0
    return start_of(axes, axis, early.ends[end]) if opens else finish_of(axes, axis, early.ends[end])


@step
def crossed(network: Network, early: Early, at: int, node: int) -> int:
    """The bound that a link between axes sets on its successor's start."""
    link, end = network.into.link[at], network.into.source[at]
    ties = network.ties
    instant = instant_of(network.axes, network.facts.axis[end >> 1], network.limits, early, end)
    if instant != OUTSIDE:
        instant = add(network.axes, ties.via[link], instant, ties.lag[link])
    if instant == OUTSIDE:
        return OUTSIDE
    position = worked(network.axes, network.facts.axis[node], instant)
    return position + network.into.offset[at] if position != OUTSIDE else OUTSIDE


@step
def crossed_back(network: Network, link: int, start: int) -> int:
    """The bound that a link between axes sets on its predecessor's finish, for a start of its successor; reach not yet added."""
    ties, axis = network.ties, network.facts.axis
    before, after = ties.before[link], ties.after[link]
    tail = network.limits.remaining[after] if ties.kind[link] >= 2 else 0
    from_start = ties.kind[link] & 1 != 0
    return latest(network.axes, axis[before], axis[after], ties.via[link], ties.lag[link], start + tail, from_start)


@step
def opens_at(network: Network, early: Early, node: int) -> int:
    """1 where what holds a node without work left reaches beyond its position's finish, else 0; see planning.passes. OUTSIDE: no date."""
    axes, axis, limits = network.axes, network.facts.axis[node], network.limits
    position = early.start[node]
    finish = finish_of(axes, axis, position) if position > 0 else ABSENT
    if finish == OUTSIDE or (limits.floor[node] == position and limits.floor_at[node] > finish):
        return 1 if finish != OUTSIDE else OUTSIDE
    for at in range(network.into.begin[node], network.into.end[node]):
        reached = reached_by(network, early, at, node)
        if reached == OUTSIDE:
            return OUTSIDE
        if reached > finish:
            return 1
    return 0


@step
def reached_by(network: Network, early: Early, at: int, node: int) -> int:
    """The instant to which a link holds a node without work left; ABSENT if it does not hold it at its position, or just to its finish."""
    axes, axis = network.axes, network.facts.axis
    link, end, offset, position = (
        network.into.link[at],
        network.into.source[at],
        network.into.offset[at],
        early.start[node],
    )
    lag, via = network.ties.lag[link], network.ties.via[link]
    if offset == -NO_BOUND:
        return ABSENT
    if via == DIRECT:
        if early.ends[end] + offset != position or lag > 0:
            return ABSENT
        if lag < 0:
            return start_of(axes, axis[node], position)
    reached = instant_of(axes, axis[end >> 1], network.limits, early, end)
    if via == DIRECT or reached == OUTSIDE:
        return reached
    reached = add(axes, via, reached, lag)
    if reached == OUTSIDE or worked(axes, axis[node], reached) + offset == position:
        return reached
    return ABSENT


@lean
def forward(network: Network, early: Early, crossing: bool) -> int:
    """Early dates of all nodes. crossing: whether any link leads between axes. NEVER, or the node that has a date outside its calendar."""
    order, (begin, end, source, offset, link) = network.order, network.into
    remaining, floor, begun, via = (
        network.limits.remaining,
        network.limits.floor,
        network.limits.begun,
        network.ties.via,
    )
    axis, meta = network.facts.axis, network.axes.meta
    start, ends, driver, opens = early
    for place in range(order.size):
        node = order[place]
        best = floor[node]
        by = NEVER
        for at in range(begin[node], end[node]):
            if crossing and via[link[at]] != DIRECT and offset[at] != -NO_BOUND:
                bound = crossed(network, early, at, node)
                if bound == OUTSIDE:
                    return int(node)
            else:
                bound = ends[source[at]] + offset[at]
            if bound > best or (bound == best and by == NEVER):
                best = bound
                by = at
        if best + remaining[node] > meta[axis[node], TOTAL]:
            return int(node)
        start[node] = best
        driver[node] = link[by] if by != NEVER else NEVER
        ends[2 * node] = best if begun[node] == NEVER else begun[node]
        ends[2 * node + 1] = best + remaining[node]
        opens[node] = 0
        if remaining[node] == 0:
            opening = opens_at(network, early, node)
            if opening == OUTSIDE:
                return int(node)
            opens[node] = opening
    return NEVER


@lean
def backward(network: Network, early: Early, late: Late, anchor: Ints, whole: Ints, crossing: bool) -> int:
    """Late dates counted back from `anchor` and room within `whole`, both a position per axis. NEVER, or the node that … as above."""
    order, (begin, end, target, reach, link) = network.order, network.out
    remaining, ceiling, pinned = network.limits.remaining, network.limits.ceiling, network.limits.pinned
    axis, via = network.facts.axis, network.ties.via
    finish, begins, room = late.finish, late.start, late.room
    start = early.start
    for place in range(order.size - 1, -1, -1):
        node = order[place]
        last = min(anchor[axis[node]], ceiling[node])
        free = whole[axis[node]]
        for at in range(begin[node], end[node]):
            begin_by, begins_at = begins[target[at]], start[target[at]]
            if crossing and via[link[at]] != DIRECT and reach[at] != NO_BOUND:
                begin_by = crossed_back(network, link[at], begin_by)
                begins_at = crossed_back(network, link[at], begins_at)
                if begin_by == OUTSIDE or begins_at == OUTSIDE:
                    return int(node)
            last = min(last, begin_by + reach[at])
            free = min(free, begins_at + reach[at])
        if pinned[node] != NEVER:
            last = pinned[node]
        if last < remaining[node]:
            return int(node)
        finish[node] = last
        begins[node] = last - remaining[node]
        room[node] = free
    return NEVER


@lean
def delay(network: Network, early: Early, late: Late, whole: Ints) -> int:
    """Room where nodes as late as possible give way to their predecessors, up to their own. NEVER, or the node that … as above."""
    order, (begin, end, target, reach, link) = network.order, network.out
    for place in range(order.size - 1, -1, -1):
        node = order[place]
        last = whole[network.facts.axis[node]]
        for at in range(begin[node], end[node]):
            if reach[at] == NO_BOUND:
                continue
            bound = yielding(network.limits, early, late, target[at])
            if network.ties.via[link[at]] != DIRECT:
                bound = crossed_back(network, link[at], bound)
                if bound == OUTSIDE:
                    return int(node)
            last = min(last, bound + reach[at])
        late.delayed[node] = last
    return NEVER


@step
def yielding(limits: Limits, early: Early, late: Late, node: int) -> int:
    """Where a node starts at the latest to leave its predecessors room."""
    start = early.start[node]
    if limits.flags[node] & LATE:
        start = max(start, late.delayed[node] - limits.remaining[node])
    return int(start)
