"""Order of a network, and the proof that there is none: a closed path."""

from collections import deque
from collections.abc import Iterable, Sequence

from planning.errors import UnknownTask
from planning.plan import Id, Link, Task


def find_cycle(tasks: Iterable[Task], links: Iterable[Link], extra: Iterable[Link] = ()) -> list[Id] | None:
    """A closed path of task ids along links and `extra` ones, or None.

    The path begins at the successor of the link that comes last among those on the cycle and ends with that link, so the
    cycle that a new link K → C closes reads [C, …, K, C], by the fewest tasks. Raises UnknownTask for an end that is no task.
    """
    ids = [task.id for task in tasks]
    position = {task_id: index for index, task_id in enumerate(ids)}
    ends: list[tuple[int, int]] = []
    for link in (*links, *extra):
        for end in (link.predecessor_id, link.successor_id):
            if end not in position:
                raise UnknownTask(end, link.id)
        ends.append((position[link.predecessor_id], position[link.successor_id]))
    order = topological_order(len(ids), ends)
    if len(order) == len(ids):
        return None
    return [ids[index] for index in closed_path(len(ids), ends, order)]


def topological_order(count: int, ends: Sequence[tuple[int, int]]) -> list[int]:
    """Kahn's order of 0 … count-1 under (before, after) pairs; shorter than count when there is a cycle."""
    waiting = [0] * count
    after: list[list[int]] = [[] for _ in range(count)]
    for before, successor in ends:
        after[before].append(successor)
        waiting[successor] += 1
    order = [node for node in range(count) if not waiting[node]]
    for node in order:  # grows while it is walked
        for successor in after[node]:
            waiting[successor] -= 1
            if not waiting[successor]:
                order.append(successor)
    return order


def closed_path(count: int, ends: Sequence[tuple[int, int]], order: Sequence[int]) -> list[int]:
    """The shortest cycle through the last link of some cycle, given the incomplete `order` of the same pairs."""
    ordered = bytearray(count)
    for node in order:
        ordered[node] = True
    left = [index for index, (before, _) in enumerate(ends) if not ordered[before]]
    closing = max(_any_cycle(ends, left))
    last, first = ends[closing]
    return [*_shortest(ends, left, first, last), first]


def _any_cycle(ends: Sequence[tuple[int, int]], left: Sequence[int]) -> list[int]:
    """Links of one cycle: every task that has no place in the order has a predecessor that has none, so walk back until one repeats."""
    into = {ends[index][1]: index for index in left}
    trail: list[int] = []
    seen: dict[int, int] = {}
    node = ends[left[0]][0]
    while node not in seen:
        seen[node] = len(trail)
        trail.append(into[node])
        node = ends[into[node]][0]
    return trail[seen[node] :]


def _shortest(ends: Sequence[tuple[int, int]], left: Sequence[int], first: int, last: int) -> list[int]:
    after: dict[int, list[int]] = {}
    for index in left:
        before, successor = ends[index]
        after.setdefault(before, []).append(successor)
    came_from: dict[int, int] = {first: first}
    queue = deque([first])
    while last not in came_from:
        node = queue.popleft()
        for successor in after.get(node, ()):
            if successor not in came_from:
                came_from[successor] = node
                queue.append(successor)
    path = [last]
    while path[-1] != first:
        path.append(came_from[path[-1]])
    return path[::-1]
