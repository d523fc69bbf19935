"""The passes over a whole network."""

from planning.engine.arrays import NEVER, OUTSIDE, Early, Ints, Late, Network
from planning.engine.steps import recede, settle
from planning.kernel import lean


@lean
def forward(network: Network, early: Early, crossing: bool) -> int:
    """Early dates of all nodes. NEVER, or the node that has a date outside its calendar. crossing: see settle."""
    for place in range(network.order.size):
        node = network.order[place]
        if settle(network, early, node, crossing) == OUTSIDE:
            return int(node)
    return NEVER


@lean
def backward(
    network: Network, early: Early, late: Late, anchor: Ints, whole: Ints, crossing: bool, yields: bool
) -> int:
    """Late dates and room of all nodes. NEVER, or the node that has a date outside its calendar. See recede."""
    for place in range(network.order.size - 1, -1, -1):
        node = network.order[place]
        if recede(network, early, late, anchor, whole, node, crossing, yields) == OUTSIDE:
            return int(node)
    return NEVER
