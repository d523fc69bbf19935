"""A levelling problem in steps of a grid, and as the arrays of both directions of time that the kernels run over."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from planning.cycle import topological_order
from planning.levelling.capacity import left_beside
from planning.levelling.course import FREE, Course, Ints, no_clock
from planning.levelling.packing import Packing, packing_for


@dataclass(frozen=True, slots=True)
class Edge:
    """start of `after` ≥ start of `before` + gap steps. A finish-to-start link has its predecessor's duration as gap."""

    before: int
    after: int
    gap: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Activities 0 … n-1. The edges form no cycle, none ends at a fixed activity or leaves one, and no demand exceeds its capacity.

    durations: steps ≥ 0. demands: units per activity and resource, held while the activity lasts; capacities: units per resource.
    floors: the earliest starts, ≥ 0. fixed: where an activity stands whatever happens, or None.
    """

    durations: Sequence[int]
    edges: Sequence[Edge]
    demands: Sequence[Sequence[int]]
    capacities: Sequence[int]
    floors: Sequence[int]
    fixed: Sequence[int | None]

    @classmethod
    def of(
        cls,
        durations: Sequence[int],
        edges: Sequence[Edge],
        demands: Sequence[Sequence[int]],
        capacities: Sequence[int],
    ) -> "Problem":
        """One without floors and fixed activities."""
        return cls(durations, edges, demands, capacities, [0] * len(durations), [None] * len(durations))

    @property
    def size(self) -> int:
        """How many activities."""
        return len(self.durations)

    @property
    def sequence(self) -> list[int]:
        """A topological order."""
        return topological_order(len(self.durations), [(edge.before, edge.after) for edge in self.edges])

    def earliest_starts(self) -> list[int]:
        """Of every activity, were there enough of every resource."""
        starts = [floor if at is None else at for floor, at in zip(self.floors, self.fixed, strict=True)]
        into: dict[int, list[Edge]] = {}
        for edge in self.edges:
            into.setdefault(edge.after, []).append(edge)
        for activity in self.sequence:
            for edge in into.get(activity, ()):
                starts[activity] = max(starts[activity], starts[edge.before] + edge.gap)
        return starts

    def latest_finishes(self, makespan: int) -> list[int]:
        """Of every activity, so that the makespan holds, were there enough of every resource: the priority of the first member."""
        finishes = [makespan] * len(self.durations)
        out: dict[int, list[Edge]] = {}
        for edge in self.edges:
            out.setdefault(edge.before, []).append(edge)
        for activity in reversed(self.sequence):
            for edge in out.get(activity, ()):
                start = finishes[edge.after] - self.durations[edge.after] - edge.gap
                finishes[activity] = min(finishes[activity], start + self.durations[activity])
        return finishes

    def bound(self) -> int:
        """No schedule is shorter: the longest path, and each resource's work over its capacity."""
        ends = (start + length for start, length in zip(self.earliest_starts(), self.durations, strict=True))
        path = max(ends, default=0)
        for resource, capacity in enumerate(self.capacities):
            work = sum(length * demand[resource] for length, demand in zip(self.durations, self.demands, strict=True))
            path = max(path, -(-work // capacity) if capacity else 0)
        return path

    def courses(self) -> tuple[Course, Course]:
        """The problem forward and backward in time. Backward, the fixed ones are placed by the kernel, for they depend on the makespan."""
        packing = packing_for(self.capacities)
        turned = turned_round(self.edges, self.durations)
        sequence = self.sequence
        latest = [floor if at is None else at for floor, at in zip(self.floors, self.fixed, strict=True)]
        # Whatever the order, an activity starts no later than the end of all before it, or its longest gap after that.
        reach = max(latest, default=0) + _stretch(self.durations, self.edges)
        steps = reach + _stretch(self.durations, turned) + 1
        whole = np.tile(packing.pack(self.capacities), (steps, 1))
        stands = [(at, at + length) for at, length in zip(self.fixed, self.durations, strict=True) if at is not None]
        asked = [row for at, row in zip(self.fixed, self.demands, strict=True) if at is not None]
        left = packing.columns(
            (
                left_beside(stands, [row[resource] for row in asked], capacity, 1, steps)
                for resource, capacity in enumerate(self.capacities)
            ),
            steps,
        )
        demands = packing.rows(self.demands)
        return (
            _course(self, self.edges, sequence, self.floors, demands, packing, left),
            _course(self, turned, sequence[::-1], [0] * len(sequence), demands, packing, whole),
        )


def turned_round(edges: Sequence[Edge], durations: Sequence[int]) -> list[Edge]:
    """The edges seen backward in time."""
    return [Edge(edge.after, edge.before, edge.gap + durations[edge.after] - durations[edge.before]) for edge in edges]


def _course(
    problem: Problem,
    edges: Sequence[Edge],
    sequence: Sequence[int],
    floors: Sequence[int],
    demands: Ints,
    packing: Packing,
    room: Ints,
) -> Course:
    first, order = grouped([edge.after for edge in edges], len(sequence))
    return Course(
        duration=np.array(problem.durations, np.int64),
        demand=demands,
        guard=packing.guard,
        first=np.array(first, np.int64),
        before=np.array([edges[edge].before for edge in order], np.int64),
        gap=np.array([edges[edge].gap for edge in order], np.int64),
        floor=np.array(floors, np.int64),
        fixed=np.array([FREE if at is None else at for at in problem.fixed], np.int64),
        sequence=np.array(sequence, np.int64),
        room=room,
        clock=no_clock(),
    )


def grouped(ends: Sequence[int], count: int) -> tuple[list[int], list[int]]:
    """first, edges: the numbers of the edges that end at activity v, of so many, are first[v] … first[v+1]-1 of these."""
    into: list[list[int]] = [[] for _ in range(count)]
    for edge, end in enumerate(ends):
        into[end].append(edge)
    return [0, *accumulate(map(len, into))], [edge for group in into for edge in group]


def _stretch(durations: Sequence[int], edges: Sequence[Edge]) -> int:
    """The most that placing every activity after the others can add to a schedule."""
    excess = [0] * len(durations)
    for edge in edges:
        excess[edge.after] = max(excess[edge.after], edge.gap - durations[edge.before])
    return sum(durations) + sum(excess)
