"""From positions back to dates: planning.placing, a node at a time, and the plan's finish."""

from planning.engine.arrays import (
    ABSENT,
    COLUMNS,
    DONE,
    EARLY_FINISH,
    EARLY_START,
    FREE_FLOAT,
    LATE,
    LATE_FINISH,
    LATE_START,
    NEVER,
    OUTSIDE,
    SCHEDULED_FINISH,
    SCHEDULED_START,
    SPANS,
    TOTAL,
    TOTAL_FLOAT,
    Early,
    Instants,
    Ints,
    Late,
    Network,
)
from planning.engine.clock import finish_of, start_of
from planning.engine.steps import instant_of
from planning.kernel import kernel, lean, step


@lean
def finish_instant(network: Network, early: Early, left_out: int, last: Ints) -> int:
    """The instant by which everything is finished, ABSENT without anything. left_out: the nodes with one of these flags do not count.

    last: written, per axis the last position at which a node finishes, or NEVER. Of the nodes on one axis only those are looked at,
    for a later position is never an earlier instant. OUTSIDE where such a position is outside the calendar.
    """
    axes, axis, flags = network.axes, network.facts.axis, network.limits.flags
    last[:] = NEVER
    for node in range(axis.size):
        if not flags[node] & left_out:
            last[axis[node]] = max(last[axis[node]], early.ends[2 * node + 1])
    for number in range(last.size):
        if last[number] > axes.meta[number, TOTAL]:
            return OUTSIDE
    finish = ABSENT
    for node in range(axis.size):
        if early.ends[2 * node + 1] == last[axis[node]] and not flags[node] & left_out:
            finish = max(finish, instant_of(axes, axis[node], network.limits, early, 2 * node + 1))
    return int(finish)


@step
def dates_of(network: Network, early: Early, late: Late, node: int, dates: Instants) -> bool:
    """Write the dates of a node into dates: [COLUMNS]. False for a date outside its calendar."""
    axes, axis, limits = network.axes, network.facts.axis[node], network.limits
    remaining = limits.remaining[node]
    finish, last = early.ends[2 * node + 1], late.start[node] + remaining
    if remaining and limits.begun[node] == NEVER:
        dates[EARLY_START] = start_of(axes, axis, finish - remaining)
        dates[EARLY_FINISH] = finish_of(axes, axis, finish)
    else:
        dates[EARLY_START] = instant_of(axes, axis, limits, early, 2 * node)
        dates[EARLY_FINISH] = instant_of(axes, axis, limits, early, 2 * node + 1)
    dates[SCHEDULED_START], dates[SCHEDULED_FINISH] = dates[EARLY_START], dates[EARLY_FINISH]
    if limits.flags[node] & DONE:
        dates[LATE_START], dates[LATE_FINISH] = dates[EARLY_START], dates[EARLY_FINISH]
        dates[TOTAL_FLOAT] = dates[FREE_FLOAT] = 0
        return True
    if last == finish and not remaining and limits.begun[node] == NEVER:
        dates[LATE_START], dates[LATE_FINISH] = dates[EARLY_START], dates[EARLY_FINISH]
    else:
        dates[LATE_FINISH] = finish_of(axes, axis, last)
        dates[LATE_START] = start_of(axes, axis, last - remaining) if remaining else dates[LATE_FINISH]
    if limits.flags[node] & LATE:
        end = min(late.delayed[node], last)
        if finish < end:
            dates[SCHEDULED_FINISH] = finish_of(axes, axis, end)
            begins = start_of(axes, axis, end - remaining) if remaining else dates[SCHEDULED_FINISH]
            dates[SCHEDULED_START] = begins
    dates[TOTAL_FLOAT] = last - finish
    dates[FREE_FLOAT] = late.room[node] - finish
    outside = False
    for column in range(COLUMNS):
        outside |= dates[column] == OUTSIDE
    return not outside


@lean
def all_dates(network: Network, early: Early, late: Late, dates: Instants) -> int:
    """Write the dates of all nodes but summaries and levels of effort into dates: [nodes, COLUMNS].

    NEVER, or the node that has one outside its calendar.
    """
    for place in range(network.order.size):
        node = network.order[place]
        if not network.limits.flags[node] & SPANS and not dates_of(network, early, late, node, dates[node]):
            return int(node)
    return NEVER


@kernel
def last_of_all(network: Network, row: Ints, dates: Instants) -> int:
    """Of the nodes that finish last one that none of them follows, such as the milestone after the work; of several the last in the plan."""
    flags = network.limits.flags
    finish = ABSENT
    for node in range(row.size):
        if not flags[node] & SPANS:
            finish = max(finish, dates[node, EARLY_FINISH])
    found = NEVER
    for node in range(row.size):
        if flags[node] & SPANS or dates[node, EARLY_FINISH] != finish:
            continue
        followed = False
        for at in range(network.out.begin[node], network.out.end[node]):
            target = network.out.target[at]
            followed |= not flags[target] & SPANS and dates[target, EARLY_FINISH] == finish
        if not followed and (found == NEVER or row[node] > row[found]):
            found = node
    return int(found)
