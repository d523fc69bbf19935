"""Keeping the order when a link is added, after D. Pearce and P. Kelly 2006: only nodes between its ends change places."""

import numpy as np

from planning.engine.arrays import Flags, Ints, Network
from planning.kernel import kernel, step

KEPT = 0
"""The order holds, changed where it had to be."""
CYCLE = 1
"""There is a way back. The order is as it was."""
TOO_WIDE = 2
"""More nodes lie between the ends than allowed. The order is as it was."""


@kernel
def make_way(network: Network, rank: Ints, before: int, after: int, most: int, met: Flags) -> int:
    """Put `before` ahead of `after`. rank: place of each node in the order; both are changed. met: [nodes], all 0 before and after.

    most: how many nodes may be looked at. KEPT, CYCLE or TOO_WIDE.
    """
    if rank[before] < rank[after]:
        return KEPT
    if before == after:
        return CYCLE
    found = np.empty(most, np.int32)
    count, outcome = followers(network, rank, before, after, found, met)
    following = count
    if outcome == KEPT:
        count, outcome = leaders(network, rank, before, after, found, count, met)
    for number in range(count):
        met[found[number]] = 0
    if outcome == KEPT:
        rearrange(network.order, rank, found[:count], following)
    return outcome


@step
def followers(network: Network, rank: Ints, before: int, after: int, found: Ints, met: Flags) -> tuple[int, int]:
    """Find what follows `after` up to the rank of `before`. How many they are, and whether the order can be KEPT."""
    found[0] = after
    met[after] = 1
    count, place, outcome = 1, 0, KEPT
    while place < count:  # found grows while it is walked
        node = found[place]
        place += 1
        for at in range(network.out.begin[node], network.out.end[node]):
            target = network.out.target[at]
            if target == before:
                outcome = CYCLE
            elif not met[target] and rank[target] < rank[before]:
                if count == found.size:
                    return count, TOO_WIDE
                met[target] = 1
                found[count] = target
                count += 1
        if outcome == CYCLE:
            break
    return count, outcome


@step
def leaders(
    network: Network, rank: Ints, before: int, after: int, found: Ints, count: int, met: Flags
) -> tuple[int, int]:
    """Find what leads to `before` down to the rank of `after`, behind the `count` that are found."""
    place = count
    if count == found.size:
        return count, TOO_WIDE
    found[count] = before
    met[before] = 1
    count += 1
    while place < count:
        node = found[place]
        place += 1
        for at in range(network.into.begin[node], network.into.end[node]):
            source = network.into.source[at] >> 1
            if not met[source] and rank[source] > rank[after]:
                if count == found.size:
                    return count, TOO_WIDE
                met[source] = 1
                found[count] = source
                count += 1
    return count, KEPT


@kernel
def rearrange(order: Ints, rank: Ints, found: Ints, following: int) -> None:
    """Give the places of all that were found to the leaders first and then to the followers, each in the order that they had."""
    ranks = rank[found]
    moved = np.concatenate((order[np.sort(ranks[following:])], order[np.sort(ranks[:following])]))
    ranks.sort()
    for number in range(found.size):
        order[ranks[number]] = moved[number]
        rank[moved[number]] = ranks[number]
