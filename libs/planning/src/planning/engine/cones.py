"""What follows from a change, and no more: nodes are visited in the order of the network, each once, and those that do not change end it.

A cone that is too wide costs more than a whole pass; the walk gives up at a number of visits that it is told.
"""

from planning.engine.arrays import OUTSIDE, Early, Flags, Instants, Ints, Late, Log, Network
from planning.engine.steps import instant_at, instant_of, recede, settle
from planning.kernel import lean, step

WHOLE = 0
"""The cone was walked to its end."""
TOO_WIDE = 1
"""More visits than allowed."""
BEYOND = 2
"""A node has a date outside its calendar."""


@step
def push(heap: Ints, size: int, key: int) -> None:
    """Add a key to the `size` ones of a binary heap; the least is the first."""
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if heap[above] <= key:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = key


@step
def pop(heap: Ints, size: int) -> int:
    """Take the least key out of the `size` ones of a heap."""
    least, last = heap[0], heap[size - 1]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size - 1:
            break
        if below + 1 < size - 1 and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= last:
            break
        heap[place] = heap[below]
        place = below
    heap[place] = last
    return int(least)


@step
def enqueue(queue: Ints, queued: Flags, size: int, node: int, key: int) -> int:
    """Add a node to a queue by its key unless it is there; how many there are then."""
    if queued[node]:
        return size
    queued[node] = 1
    push(queue, size, key)
    return size + 1


@lean
def spread(
    network: Network,
    early: Early,
    log: Log,
    rank: Ints,
    seeds: Ints,
    queue: Ints,
    queued: Flags,
    crossing: bool,
) -> int:
    """Early dates after a change at `seeds`: WHOLE, TOO_WIDE or BEYOND. rank: places in the order.

    log: written, what nodes had that have other dates now, even if they are too many. queue: [nodes]; queued: [nodes], all 0 before and
    after.
    """
    order, out = network.order, network.out
    size, visits, outcome = 0, 0, 0
    log.written[0] = 0
    for number in range(seeds.size):
        size = enqueue(queue, queued, size, seeds[number], rank[seeds[number]])
    while size and visits < log.node.size and outcome != OUTSIDE:
        node = order[pop(queue, size)]
        size -= 1
        queued[node] = 0
        visits += 1
        note(log, early, node)
        outcome = settle(network, early, node, crossing)
        if outcome != 0:
            log.written[0] += 1
            for at in range(out.begin[node], out.end[node]):
                size = enqueue(queue, queued, size, out.target[at], rank[out.target[at]])
    for number in range(size):
        queued[order[queue[number]]] = 0
    if outcome == OUTSIDE:
        return BEYOND
    return TOO_WIDE if size else WHOLE


@step
def note(log: Log, early: Early, node: int) -> None:
    """Write the early dates of a node behind what the log holds."""
    place = log.written[0]
    log.node[place], log.start[place], log.opens[place] = node, early.start[node], early.opens[node]
    log.ends[2 * place], log.ends[2 * place + 1] = early.ends[2 * node], early.ends[2 * node + 1]


@lean
def ebb(
    network: Network,
    early: Early,
    late: Late,
    anchor: Ints,
    whole: Ints,
    log: Log,
    rank: Ints,
    seeds: Ints,
    queue: Ints,
    queued: Flags,
    crossing: bool,
    yields: bool,
) -> int:
    """Late dates and room after a change at `seeds`, and of early dates where the log says. The rest as in spread and in recede."""
    order, into = network.order, network.into
    last = order.size - 1
    size, visits, outcome = 0, 0, 0
    for number in range(seeds.size):
        size = enqueue(queue, queued, size, seeds[number], last - rank[seeds[number]])
    for number in range(log.written[0]):
        node = log.node[number]
        for at in range(into.begin[node], into.end[node]):
            source = into.source[at] >> 1
            size = enqueue(queue, queued, size, source, last - rank[source])
    while size and visits < log.node.size and outcome != OUTSIDE:
        node = order[last - pop(queue, size)]
        size -= 1
        queued[node] = 0
        visits += 1
        outcome = recede(network, early, late, anchor, whole, node, crossing, yields)
        if outcome != 0:
            for at in range(into.begin[node], into.end[node]):
                source = into.source[at] >> 1
                size = enqueue(queue, queued, size, source, last - rank[source])
    for number in range(size):
        queued[order[last - queue[number]]] = 0
    if outcome == OUTSIDE:
        return BEYOND
    return TOO_WIDE if size else WHOLE


@lean
def instants_before(network: Network, log: Log, instants: Instants) -> None:
    """Write the start and finish that the nodes of the log had into instants: [nodes of the log, 2]."""
    for number in range(log.written[0]):
        node = log.node[number]
        axis = network.facts.axis[node]
        for side in range(2):
            instants[number, side] = instant_at(
                network.axes, axis, network.limits, 2 * node + side, log.ends[2 * number + side], log.opens[number]
            )


@lean
def instants_now(network: Network, early: Early, nodes: Ints, instants: Instants) -> None:
    """Write the early start and finish of some nodes into instants: [nodes, 2]."""
    for number in range(nodes.size):
        node = nodes[number]
        for side in range(2):
            end = 2 * node + side
            instants[number, side] = instant_of(network.axes, network.facts.axis[node], network.limits, early, end)
