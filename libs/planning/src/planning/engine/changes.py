"""What can happen to a live network: a task or a link is put (there or in the place of the one of its id) or removed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from planning.engine.arrays import ABSENT, OUTSIDE, Facts, Instants, Ints
from planning.engine.codes import LAG_CALENDAR, LINK
from planning.plan import Id, Link, Task, TaskKind

_KIND, _DURATION, _ACTUAL_START, _ACTUAL_FINISH = map(
    Facts._fields.index, ("kind", "duration", "actual_start", "actual_finish")
)


@dataclass(frozen=True, slots=True)
class Removed:
    """A task that is no more, and with it its links; or a link."""

    id: Id


class TaskRow(NamedTuple):
    """A task as the engine holds it. facts: the columns of planning.engine.arrays.Facts up to the imposed dates. turn: its place in the
    order of the plan, None for a new one.
    """

    id: Id
    facts: tuple[int, ...]
    parent: Id | None
    imposed: tuple[tuple[Id, int, int], ...]
    turn: int | None

    @property
    def kind(self) -> TaskKind:
        return tuple(TaskKind)[self.facts[_KIND]]

    @property
    def duration(self) -> int:
        return self.facts[_DURATION]

    @property
    def actual_start(self) -> int | None:
        return None if self.facts[_ACTUAL_START] == ABSENT else self.facts[_ACTUAL_START]

    @property
    def actual_finish(self) -> int | None:
        return None if self.facts[_ACTUAL_FINISH] == ABSENT else self.facts[_ACTUAL_FINISH]


class LinkRow(NamedTuple):
    """A link as the engine holds it."""

    id: Id
    predecessor: Id
    successor: Id
    kind: int
    lag: int
    lag_calendar: int
    turn: int | None

    @classmethod
    def of(cls, link: Link) -> "LinkRow":
        kind, lag_calendar = LINK[link.type], LAG_CALENDAR[link.lag_calendar]
        return cls(link.id, link.predecessor_id, link.successor_id, kind, link.lag, lag_calendar, None)


Change: TypeAlias = Task | Link | Removed | TaskRow | LinkRow
"""TaskRow and LinkRow are those of Outcome.undo."""


class Moved(NamedTuple):
    """A task whose early dates are others now; instants. previous_*: None for a task that was not there."""

    task_id: Id
    early_start: int
    early_finish: int
    previous_start: int | None
    previous_finish: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What changes did. finish, previous_finish: of the whole plan. undo: the changes that lead back.

    nodes: of the tasks that moved, summaries left out; early, previous: [nodes, 2], their start and finish now and before, ABSENT for
    a task that was not there. task_ids: by node.
    """

    finish: int
    previous_finish: int
    undo: list[Change]
    nodes: Ints
    early: Instants
    previous: Instants
    task_ids: Sequence[Id]

    def moves(self) -> Iterator[Moved]:
        """The tasks that moved, one by one."""
        for node, early, previous in zip(self.nodes.tolist(), self.early.tolist(), self.previous.tolist(), strict=True):
            was = previous if previous[0] > OUTSIDE else (None, None)
            yield Moved(self.task_ids[node], early[0], early[1], was[0], was[1])
