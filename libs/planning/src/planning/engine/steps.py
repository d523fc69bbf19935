"""What the passes do at one node, on the way forward and on the way back: planning.passes, a node at a time.

Both pull: a node asks what bounds it, so that the same step serves a whole pass and a cone that is walked in order.
"""

from planning.engine.arrays import (
    ABSENT,
    BEGUN,
    DIRECT,
    LATE,
    LIMIT,
    NEVER,
    NO_BOUND,
    OUTSIDE,
    PINNED,
    Axes,
    Early,
    Ints,
    Late,
    Limits,
    Network,
)
from planning.engine.clock import add, finish_of, latest, start_of, worked
from planning.kernel import step


@step
def instant_at(axes: Axes, axis: int, limits: Limits, end: int, position: int, opens: int) -> int:
    """The instant of an end: the actual date where there is one, else by its position and the rule for starts and finishes.

    opens: of a node without work left, whether it stands at the start of its position.
    """
    if limits.actual[end] != ABSENT:
        return int(limits.actual[end])
    at_start = end & 1 == 0 if limits.remaining[end >> 1] else opens != 0
    return start_of(axes, axis, position) if at_start else finish_of(axes, axis, position)


@step
def instant_of(axes: Axes, axis: int, limits: Limits, early: Early, end: int) -> int:
    """The instant of an end by its early date."""
    return instant_at(axes, axis, limits, end, early.ends[end], early.opens[end >> 1])


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
    # A node without work left has one instant, and late dates take its finish convention.
    from_start = ties.kind[link] & 1 != 0 and network.limits.remaining[before] != 0
    return latest(network.axes, axis[before], axis[after], ties.via[link], ties.lag[link], start + tail, from_start)


@step
def opens_at(network: Network, early: Early, node: int, crossing: bool) -> int:
    """1 where what holds a node without work left reaches beyond its position's finish, else 0; see planning.passes. OUTSIDE: no date."""
    if is_after_work(network, early, node, crossing):
        return 0
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
def is_after_work(network: Network, early: Early, node: int, crossing: bool) -> bool:
    """Whether all that holds a node at its position is work on its axis that finishes there, as with most milestones: then it is there, too."""
    limits, into, ties = network.limits, network.into, network.ties
    position = early.start[node]
    if limits.floor[node] == position:
        return False
    for at in range(into.begin[node], into.end[node]):
        end = into.source[at]
        if crossing and ties.via[into.link[at]] != DIRECT:
            return False
        if early.ends[end] + into.offset[at] == position:
            is_finish_of_work = end & 1 == 1 and limits.remaining[end >> 1] > 0 and limits.actual[end] == ABSENT
            if not is_finish_of_work or ties.lag[into.link[at]] != 0:
                return False
    return True


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


@step
def crossing_bound(network: Network, early: Early, node: int) -> tuple[int, int]:
    """Where a node may start at the earliest, and the place of the link that drives it, or NEVER, where links may lead between axes."""
    best, by = network.limits.floor[node], NEVER
    for at in range(network.into.begin[node], network.into.end[node]):
        bound = early.ends[network.into.source[at]] + network.into.offset[at]
        if network.ties.via[network.into.link[at]] != DIRECT and network.into.offset[at] != -NO_BOUND:
            bound = crossed(network, early, at, node)
            if bound == OUTSIDE:
                return OUTSIDE, NEVER
        if bound > best:
            best, by = bound, at
        elif bound == best and by == NEVER:
            by = at
    return best, by


@step
def settle(network: Network, early: Early, node: int, crossing: bool) -> int:
    """Work out the early dates of a node from those of its predecessors. 1 when they have changed, 0 when not, OUTSIDE beyond a calendar.

    crossing: whether any link leads between axes; where none does, every link is an addition and nothing else is looked at.
    """
    moved = move(network, early, node, crossing)
    if moved == OUTSIDE:
        return OUTSIDE
    opened = open_up(network, early, node, crossing)
    return moved | opened if opened != OUTSIDE else OUTSIDE


@step
def move(network: Network, early: Early, node: int, crossing: bool) -> int:
    """The positions and the driver of a node. The result as in settle."""
    limits, into = network.limits, network.into
    if crossing:
        best, by = crossing_bound(network, early, node)
    else:
        best, by = limits.floor[node], NEVER
        for at in range(into.begin[node], into.end[node]):
            bound = early.ends[into.source[at]] + into.offset[at]
            if bound > best:
                best, by = bound, at
            elif bound == best and by == NEVER:
                by = at
    if best == OUTSIDE or best > LIMIT:
        return OUTSIDE
    finish = best + limits.remaining[node]
    begin = limits.begun[node] if limits.flags[node] & BEGUN else best
    changed = early.start[node] != best or early.ends[2 * node] != begin or early.ends[2 * node + 1] != finish
    early.start[node], early.ends[2 * node], early.ends[2 * node + 1] = best, begin, finish
    early.driver[node] = into.link[by] if by != NEVER else NEVER
    return int(changed)


@step
def open_up(network: Network, early: Early, node: int, crossing: bool) -> int:
    """Whether a node without work left stands at the start of its position. The result as in settle."""
    opens = opens_at(network, early, node, crossing) if network.limits.remaining[node] == 0 else 0
    if opens == OUTSIDE:
        return OUTSIDE
    changed = early.opens[node] != opens
    early.opens[node] = opens
    return int(changed)


@step
def crossing_room(
    network: Network, early: Early, late: Late, node: int, yields: bool, last: int, room: int
) -> tuple[int, int, int]:
    """Latest finish, room and delayed room of a node, where links may lead between axes. The first is OUTSIDE beyond a calendar."""
    out, delayed = network.out, room
    for at in range(out.begin[node], out.end[node]):
        target, reach, link = out.target[at], out.reach[at], out.link[at]
        if reach == NO_BOUND:
            continue
        starts_by, starts_at, yields_at = late.start[target], early.start[target], 0
        if yields:
            yields_at = yielding(network.limits, early, late, target)
        if network.ties.via[link] != DIRECT:
            starts_by = crossed_back(network, link, starts_by)
            starts_at = crossed_back(network, link, starts_at)
            yields_at = crossed_back(network, link, yields_at) if yields else 0
            if OUTSIDE in (starts_by, starts_at, yields_at):
                return OUTSIDE, room, delayed
        last = min(last, starts_by + reach)
        room = min(room, starts_at + reach)
        delayed = min(delayed, yields_at + reach)
    return last, room, delayed


@step
def recede(
    network: Network, early: Early, late: Late, anchor: Ints, whole: Ints, node: int, crossing: bool, yields: bool
) -> int:
    """Work out the late dates of a node from those of its successors, and its room from their early dates. 1, 0 or OUTSIDE as in settle.

    anchor: what late dates are counted back from, and whole: the finish of the plan; a position per axis. yields: whether any node is
    as late as possible, so that `delayed` is needed: room where such nodes give way to their predecessors, up to their own.
    """
    limits, out, axis = network.limits, network.out, network.facts.axis[node]
    last = min(anchor[axis], limits.ceiling[node])
    room, delayed = whole[axis], whole[axis]
    if crossing or yields:
        last, room, delayed = crossing_room(network, early, late, node, yields, last, room)
        if last == OUTSIDE:
            return OUTSIDE
    else:
        for at in range(out.begin[node], out.end[node]):
            starts_by, starts_at = late.start[out.target[at]], early.start[out.target[at]]
            last = min(last, starts_by + out.reach[at])
            room = min(room, starts_at + out.reach[at])
    if limits.flags[node] & PINNED:
        last = limits.pinned[node]
    start = last - limits.remaining[node]
    if start < 0:
        return OUTSIDE
    changed = late.start[node] != start
    late.start[node], late.room[node] = start, room
    if yields:
        changed |= late.delayed[node] != delayed
        late.delayed[node] = delayed
    return int(changed)


@step
def yielding(limits: Limits, early: Early, late: Late, node: int) -> int:
    """Where a node starts at the latest to leave its predecessors room."""
    start = early.start[node]
    if limits.flags[node] & LATE:
        start = max(start, late.delayed[node] - limits.remaining[node])
    return int(start)
