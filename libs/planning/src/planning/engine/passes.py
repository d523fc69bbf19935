"""The passes over a whole network: one kernel for those on one axis, where memory is all that takes time, and one for the others."""

import numpy as np

from planning.engine.arrays import BEGUN, LIMIT, NEVER, OUTSIDE, PINNED, Early, Ints, Late, Network
from planning.engine.steps import open_up, recede, settle
from planning.kernel import lean

ONE = np.uint32(1)


def forward(network: Network, early: Early, crossing: bool) -> int:
    """Early dates of all nodes. NEVER, or the node that has a date outside its calendar. crossing: see settle."""
    return (forward_across if crossing else forward_within)(network, early)


def backward(
    network: Network, early: Early, late: Late, anchor: Ints, whole: Ints, crossing: bool, yields: bool
) -> int:
    """Late dates and room of all nodes. NEVER, or the node that has a date outside its calendar. See recede."""
    if crossing or yields:
        return backward_across(network, early, late, anchor, whole, yields)
    return backward_within(network, early, late, anchor, whole)


@lean
def forward_within(network: Network, early: Early) -> int:
    """Where no link leads between axes. The same as `settle` for every node, and no more than is needed when all of them are written.

    Indices are unsigned, since for others numba asks each time whether they count from the end. Links are walked from the last to the
    first, so that of several that hold a node alike the first one is left as its driver without another question.
    """
    limits, into = network.limits, network.into
    for place in range(network.order.size):
        node = np.uint32(network.order[place])
        best, by = limits.floor[node], NEVER
        at, first = np.uint32(into.end[node]), np.uint32(into.begin[node])
        while at > first:
            at = np.uint32(at - ONE)
            bound = np.int32(early.ends[np.uint32(into.source[at])] + into.offset[at])
            if bound >= best:
                best, by = bound, into.link[at]
        if best > LIMIT:
            return int(node)
        early.start[node], early.driver[node] = best, by
        end = np.uint32(node + node)
        early.ends[end] = limits.begun[node] if limits.flags[node] & BEGUN else best
        early.ends[np.uint32(end + ONE)] = best + limits.remaining[node]
        # Of nodes with work left, nobody asks whether they open.
        if limits.remaining[node] == 0 and open_up(network, early, int(node), False) == OUTSIDE:
            return int(node)
    return NEVER


@lean
def forward_across(network: Network, early: Early) -> int:
    """Where links may lead between axes."""
    for place in range(network.order.size):
        node = network.order[place]
        if settle(network, early, node, True) == OUTSIDE:
            return int(node)
    return NEVER


@lean
def backward_within(network: Network, early: Early, late: Late, anchor: Ints, whole: Ints) -> int:
    """Where no link leads between axes and no node is as late as possible. The same as `recede` for every node; see forward_within."""
    limits, out = network.limits, network.out
    for back in range(network.order.size):
        node = np.uint32(network.order[network.order.size - 1 - back])
        axis = np.uint32(network.facts.axis[node])
        last, room = min(anchor[axis], limits.ceiling[node]), whole[axis]
        at, beyond = np.uint32(out.begin[node]), np.uint32(out.end[node])
        while at < beyond:
            target, reach = np.uint32(out.target[at]), out.reach[at]
            last = min(last, np.int32(late.start[target] + reach))
            room = min(room, np.int32(early.start[target] + reach))
            at = np.uint32(at + ONE)
        if limits.flags[node] & PINNED:
            last = limits.pinned[node]
        start = np.int32(last - limits.remaining[node])
        if start < 0:
            return int(node)
        late.start[node], late.room[node] = start, room
    return NEVER


@lean
def backward_across(network: Network, early: Early, late: Late, anchor: Ints, whole: Ints, yields: bool) -> int:
    """Where links may lead between axes, or nodes be as late as possible."""
    for place in range(network.order.size - 1, -1, -1):
        node = network.order[place]
        if recede(network, early, late, anchor, whole, node, True, yields) == OUTSIDE:
            return int(node)
    return NEVER
