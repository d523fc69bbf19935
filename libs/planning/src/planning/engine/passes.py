"""The passes over a whole network: one kernel for those on one axis, where memory is all that takes time, and one for the others."""

from planning.engine.arrays import NEVER, OUTSIDE, Early, Ints, Late, Network
from planning.engine.steps import move, open_up, recede, settle
from planning.kernel import lean


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
    """Where no link leads between axes. Of nodes with work left, nobody asks whether they open."""
    remaining = network.limits.remaining
    for place in range(network.order.size):
        node = network.order[place]
        if move(network, early, node, False) == OUTSIDE:
            return int(node)
        if remaining[node] == 0 and open_up(network, early, node, False) == OUTSIDE:
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
    """Where no link leads between axes and no node is as late as possible."""
    for place in range(network.order.size - 1, -1, -1):
        node = network.order[place]
        if recede(network, early, late, anchor, whole, node, False, False) == OUTSIDE:
            return int(node)
    return NEVER


@lean
def backward_across(network: Network, early: Early, late: Late, anchor: Ints, whole: Ints, yields: bool) -> int:
    """Where links may lead between axes, or nodes be as late as possible."""
    for place in range(network.order.size - 1, -1, -1):
        node = network.order[place]
        if recede(network, early, late, anchor, whole, node, True, yields) == OUTSIDE:
            return int(node)
    return NEVER
