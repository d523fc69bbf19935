"""Orders of a network: predecessors first, links grouped by their ends, and the path of a cycle."""

import numpy as np

from planning.engine.arrays import NEVER, Ints
from planning.kernel import kernel


@kernel
def grouped(count: int, key: Ints, first: Ints, member: Ints) -> None:
    """Write the indices of `key` into member, sorted by their keys 0 … count-1 and stable; first: [count + 1], where each begins."""
    first[:] = 0
    for number in range(key.size):
        first[key[number] + 1] += 1
    for group in range(count):
        first[group + 1] += first[group]
    place = first[:count].copy()
    for number in range(key.size):
        member[place[key[number]]] = number
        place[key[number]] += 1


@kernel
def sequence(waiting: Ints, begin: Ints, end: Ints, target: Ints, order: Ints) -> int:
    """Write the nodes into order, predecessors first, and return how many have a place: all of them, or there is a cycle.

    waiting: how many links lead into each node, counted down. begin, end, target: the links out of it. A successor comes as soon
    after its last predecessor as can be, so that the passes find it in the cache.
    """
    count = waiting.size
    stack = np.empty(count, np.int32)
    depth = 0
    for node in range(count - 1, -1, -1):
        if waiting[node] == 0:
            stack[depth] = node
            depth += 1
    placed = 0
    while depth:
        depth -= 1
        node = stack[depth]
        order[placed] = node
        placed += 1
        for at in range(end[node] - 1, begin[node] - 1, -1):
            successor = target[at]
            waiting[successor] -= 1
            if waiting[successor] == 0:
                stack[depth] = successor
                depth += 1
    return placed


@kernel
def closing_link(before: Ints, after: Ints, waiting: Ints) -> int:
    """The last link of some cycle, given what `sequence` left waiting: nodes that wait have a predecessor that waits."""
    into = np.full(waiting.size, NEVER, np.int32)
    node = NEVER
    for link in range(before.size):
        if waiting[before[link]] > 0:
            into[after[link]] = link
            node = before[link]
    seen = np.zeros(waiting.size, np.uint8)
    while not seen[node]:
        seen[node] = 1
        node = before[into[node]]
    begin, last = node, NEVER
    while True:
        last = max(last, into[node])
        node = before[into[node]]
        if node == begin:
            return int(last)


@kernel
def way(begin: Ints, end: Ints, target: Ints, origin: int, goal: int, came_from: Ints) -> bool:
    """Whether links lead from one node to another. came_from: [nodes], for each node met the one before it on a shortest way, else NEVER."""
    came_from[:] = NEVER
    came_from[origin] = origin
    queue = np.empty(came_from.size, np.int32)
    queue[0] = origin
    head, tail = 0, 1
    while head < tail and came_from[goal] == NEVER:
        node = queue[head]
        head += 1
        for at in range(begin[node], end[node]):
            successor = target[at]
            if came_from[successor] == NEVER:
                came_from[successor] = node
                queue[tail] = successor
                tail += 1
    return bool(came_from[goal] != NEVER)
