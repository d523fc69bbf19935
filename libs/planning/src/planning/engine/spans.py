"""Tasks that take their dates from others: levels of effort from what they are linked to, summaries from what lies below them.

A level of effort begins at the first of the dates that its links name for its start and ends at the last of those for its finish;
its own links bind nothing. A link into its start or finish names one from its predecessor, a link out of them one from its
successor, and so does a date imposed from outside. Where nothing names a finish it lasts its duration, where nothing names a start
it begins where it may.
"""

import numpy as np

from planning.engine.arrays import (
    ABSENT,
    DIRECT,
    DONE,
    EARLY_FINISH,
    EARLY_START,
    FREE_FLOAT,
    LATE_FINISH,
    LATE_START,
    NEVER,
    OUTSIDE,
    SCHEDULED_FINISH,
    SCHEDULED_START,
    SPANS,
    TOTAL_FLOAT,
    Early,
    Flags,
    Instants,
    Ints,
    Late,
    Network,
)
from planning.engine.clock import add, finish_of, start_of, worked
from planning.engine.codes import LEVEL_OF_EFFORT, SUMMARY
from planning.engine.rows import dates_of
from planning.kernel import kernel, lean, step


@lean
def all_efforts(network: Network, early: Early, late: Late, dates: Instants) -> int:
    """Write the dates of all levels of effort into dates: [nodes, COLUMNS]. NEVER, or the node that has one outside its calendar."""
    for place in range(network.order.size):
        node = network.order[place]
        if network.facts.kind[node] == LEVEL_OF_EFFORT and not effort(network, early, late, dates, node):
            return int(node)
    return NEVER


@lean
def refresh_efforts(network: Network, early: Early, late: Late, efforts: Ints, dates: Instants) -> int:
    """Write the dates of some levels of effort and of those that they are linked to into dates: [nodes, COLUMNS]. The result as above."""
    for number in range(efforts.size):
        node = efforts[number]
        for at in range(network.into.begin[node], network.into.end[node]):
            source = network.into.source[at] >> 1
            if not network.limits.flags[source] & SPANS and not dates_of(network, early, late, source, dates[source]):
                return int(source)
        for at in range(network.out.begin[node], network.out.end[node]):
            target = network.out.target[at]
            if not network.limits.flags[target] & SPANS and not dates_of(network, early, late, target, dates[target]):
                return int(target)
        if not effort(network, early, late, dates, node):
            return int(node)
    return NEVER


@step
def effort(network: Network, early: Early, late: Late, dates: Instants, node: int) -> bool:
    """Write the dates of a level of effort, given those of its neighbours."""
    early.driver[node] = NEVER
    axes, axis = network.axes, network.facts.axis[node]
    if network.limits.flags[node] & DONE:
        return dates_of(network, early, late, node, dates[node])
    begin, end = ends_named(network, early, dates, node, EARLY_START)
    if begin == ABSENT and end == ABSENT:
        return dates_of(network, early, late, node, dates[node])
    begin_late, end_late = ends_named(network, early, dates, node, LATE_START)
    if OUTSIDE in (begin, end, begin_late, end_late):
        return False
    if not stretch(network, node, begin, end, dates[node], EARLY_START):
        return False
    if not stretch(network, node, begin_late, end_late, dates[node], LATE_START):
        return False
    total = worked(axes, axis, dates[node, LATE_FINISH]) - worked(axes, axis, dates[node, EARLY_FINISH])
    dates[node, TOTAL_FLOAT], dates[node, FREE_FLOAT] = total, total
    if network.limits.actual[2 * node] != ABSENT:
        dates[node, EARLY_START] = network.limits.actual[2 * node]
    dates[node, SCHEDULED_START], dates[node, SCHEDULED_FINISH] = dates[node, EARLY_START], dates[node, EARLY_FINISH]
    return True


@step
def ends_named(network: Network, early: Early, dates: Instants, node: int, column: int) -> tuple[int, int]:
    """The first start and the last finish that are named for a level of effort, by early or by late dates; ABSENT where none is.

    column: EARLY_START or LATE_START. By early dates, the link into it that names its start becomes its driver.
    """
    begin, end = ABSENT, ABSENT
    for number in range(network.facts.imposed_begin[node], network.facts.imposed_end[node]):
        if network.facts.imposed_side[number]:
            end = max(end, network.facts.imposed_at[number])
        else:
            begin = first_of(begin, network.facts.imposed_at[number])
    for at in range(network.into.begin[node], network.into.end[node]):
        link = network.into.link[at]
        instant = named(network, dates, link, False, column)
        if instant == ABSENT:
            continue
        if network.ties.kind[link] >= 2:
            end = max(end, instant)
        elif begin == ABSENT or instant < begin:
            begin = instant
            early.driver[node] = link if column == EARLY_START else early.driver[node]
    for at in range(network.out.begin[node], network.out.end[node]):
        link = network.out.link[at]
        instant = named(network, dates, link, True, column)
        if instant == ABSENT:
            continue
        if network.ties.kind[link] & 1 == 0:
            end = max(end, instant)
        elif begin == ABSENT or instant < begin:
            begin = instant
            early.driver[node] = NEVER if column == EARLY_START else early.driver[node]
    return begin, end


@step
def first_of(known: int, instant: int) -> int:
    """The earlier of two instants, of which the first may be ABSENT."""
    return instant if known == ABSENT else min(known, instant)


@step
def named(network: Network, dates: Instants, link: int, out: bool, column: int) -> int:
    """The date that a link names for a level of effort; ABSENT from one that takes its own from others. out: whether it leads out of it."""
    ties = network.ties
    other = ties.after[link] if out else ties.before[link]
    if network.limits.flags[other] & SPANS:
        return ABSENT
    of_finish = ties.kind[link] >= 2 if out else ties.kind[link] & 1 == 0
    instant = dates[other, column + 1] if of_finish else dates[other, column]
    axis = ties.via[link] if ties.via[link] != DIRECT else network.facts.axis[other]
    return add(network.axes, axis, instant, -ties.lag[link] if out else ties.lag[link])


@step
def stretch(network: Network, node: int, begin: int, end: int, dates: Instants, column: int) -> bool:
    """Write into dates, at column and the one behind it, where work on the node's calendar from one instant to another begins and ends."""
    axes, axis = network.axes, network.facts.axis[node]
    start = worked(axes, axis, begin) if begin != ABSENT else network.limits.floor[node]
    finish = worked(axes, axis, end) if end != ABSENT else start + network.limits.remaining[node]
    if start == OUTSIDE or finish == OUTSIDE:
        return False
    dates[column] = start_of(axes, axis, start)
    dates[column + 1] = finish_of(axes, axis, finish) if finish > start else dates[column]
    return bool(dates[column] != OUTSIDE and dates[column + 1] != OUTSIDE)


@kernel
def roll_up(
    network: Network, parent: Ints, project_start: Instants, done: Flags, dates: Instants, critical: Flags
) -> int:
    """Write the dates of all summaries into dates: [nodes, COLUMNS] and critical. parent: a node or NEVER; project_start: per project.

    done: which nodes are complete; summaries of nothing but complete ones are added. A summary spans its children; its floats are the
    least among its open children. NEVER when all is well; a node whose ancestors run in a circle; or, from -2 on, -2 - node for one
    that begins outside its calendar.
    """
    count = parent.size
    below = np.zeros(count, np.int32)
    for node in range(count):
        if parent[node] != NEVER:
            below[parent[node]] += 1
    waiting = below.copy()
    still_open = np.zeros(count, np.int32)
    queue = np.empty(count, np.int32)
    head, tail = 0, leaves(waiting, queue)
    while head < tail:
        node = queue[head]
        head += 1
        if network.facts.kind[node] == SUMMARY:
            if below[node] == 0:
                if not stand(network, project_start[network.facts.project[node]], node, dates[node]):
                    return -2 - int(node)
            elif still_open[node] == 0:
                dates[node, TOTAL_FLOAT], dates[node, FREE_FLOAT] = 0, 0
                done[node] = 1
        above = parent[node]
        if above != NEVER:
            absorb(dates, node, above, waiting[above] == below[above])
            critical[above] |= critical[node]
            if not done[node]:
                lessen(dates, node, above, still_open[above] == 0)
                still_open[above] += 1
            waiting[above] -= 1
            if waiting[above] == 0:
                queue[tail] = above
                tail += 1
    return NEVER if tail == count else int(waiting.argmax())


@step
def leaves(waiting: Ints, queue: Ints) -> int:
    """Write the nodes that wait for none into queue; how many there are."""
    count = 0
    for node in range(waiting.size):
        if waiting[node] == 0:
            queue[count] = node
            count += 1
    return count


@step
def stand(network: Network, start: int, node: int, dates: Instants) -> bool:
    """Put a summary without children at the first working minute from an instant on. False for one outside its calendar."""
    axes, axis = network.axes, network.facts.axis[node]
    at = start_of(axes, axis, worked(axes, axis, start))
    dates[:] = at
    dates[TOTAL_FLOAT], dates[FREE_FLOAT] = 0, 0
    return at != OUTSIDE


@step
def lessen(dates: Instants, node: int, above: int, is_first: bool) -> None:
    """Give a summary the floats of an open child if they are the least."""
    for column in (TOTAL_FLOAT, FREE_FLOAT):
        if is_first or dates[node, column] < dates[above, column]:
            dates[above, column] = dates[node, column]


@step
def absorb(dates: Instants, node: int, above: int, is_first: bool) -> None:
    """Stretch a summary over a child."""
    for column in (EARLY_START, LATE_START, SCHEDULED_START):
        if is_first or dates[node, column] < dates[above, column]:
            dates[above, column] = dates[node, column]
    for column in (EARLY_FINISH, LATE_FINISH, SCHEDULED_FINISH):
        if is_first or dates[node, column] > dates[above, column]:
            dates[above, column] = dates[node, column]
