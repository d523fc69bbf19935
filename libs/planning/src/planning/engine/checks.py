"""What no network can be laid out of, whichever way its dates are computed then."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from planning.engine import codes
from planning.engine.arrays import ABSENT, LIMIT, NEVER, Ints
from planning.engine.columns import Columns, TaskColumns
from planning.errors import (
    DuplicateLink,
    DuplicateProject,
    DuplicateTask,
    HierarchyCycle,
    InvalidTask,
    OutsideCalendar,
    PlanError,
    SummaryLinked,
)
from planning.plan import Id
from planning.size import check_size


@runtime_checkable
class Packed(Protocol):
    """Ids that know without being looked at one by one whether one of them is there twice."""

    def has_repeats(self) -> bool:
        """Whether some id is there twice."""
        ...


def check(columns: Columns) -> None:
    """Raises TooLarge, DuplicateTask, DuplicateLink, DuplicateProject, HierarchyCycle, InvalidTask, SummaryLinked, OutsideCalendar."""
    check_size(len(columns.tasks.ids), len(columns.links.ids))
    check_ids(columns.tasks.ids, DuplicateTask)
    check_ids(columns.links.ids, DuplicateLink)
    check_ids([project.id for project in columns.projects], DuplicateProject)
    check_tasks(columns.tasks)
    check_parents(columns.tasks)
    check_links(columns)


def check_ids(ids: Sequence[Id], duplicate: Callable[[Id], PlanError]) -> None:
    """Raises what `duplicate` makes of an id that is there twice."""
    if isinstance(ids, Packed) and not ids.has_repeats():
        return
    last = {each: row for row, each in enumerate(ids)}
    if len(last) < len(ids):
        raise duplicate(next(each for row, each in enumerate(ids) if last[each] != row))


def check_tasks(tasks: TaskColumns) -> None:
    """Raises InvalidTask, OutsideCalendar for tasks whose own values contradict each other or are out of all bounds."""
    given = tasks.remaining != ABSENT
    started, finished = tasks.actual_start != ABSENT, tasks.actual_finish != ABSENT
    plain = tasks.kind != codes.SUMMARY
    rules = (
        ((tasks.duration < 0) | (given & (tasks.remaining < 0)), "has a negative duration"),
        ((tasks.kind == codes.MILESTONE) & (tasks.duration != 0), "is a milestone with a duration"),
        (
            ~((tasks.percent_complete >= 0) & (tasks.percent_complete <= 100)),
            "is complete to less than 0 or more than 100 percent",
        ),
        (finished & ~started & (tasks.duration != 0), "has an actual finish and no actual start"),
        (finished & started & (tasks.actual_start > tasks.actual_finish), "finished before it started"),
    )
    for broken, reason in rules:
        if (broken & plain).any():
            raise InvalidTask(tasks.ids[int((broken & plain).argmax())], reason)
    beyond = plain & ((tasks.duration > LIMIT) | (given & (tasks.remaining > LIMIT)))
    if beyond.any():
        raise OutsideCalendar("A duration longer than any calendar", tasks.ids[int(beyond.argmax())])


def check_parents(tasks: TaskColumns) -> None:
    """Raises InvalidTask for a task below one that is no summary, HierarchyCycle."""
    parents = tasks.parent[tasks.parent != NEVER]
    wrong = tasks.kind[parents] != codes.SUMMARY
    if wrong.any():
        raise InvalidTask(tasks.ids[parents[int(wrong.argmax())]], "has tasks below it and is no summary")
    # Twice as far up at each step: who has somebody above after more steps than there are tasks goes round in a circle.
    above = np.append(tasks.parent, np.int32(NEVER))
    for _ in range(int(parents.size).bit_length()):
        above = above[above]
    endless = (above[:-1] != NEVER) & (tasks.kind == codes.SUMMARY)
    if endless.any():
        raise HierarchyCycle([tasks.ids[row] for row in _ancestry(tasks.parent, int(endless.argmax()))])


def _ancestry(parent: Ints, row: int) -> list[int]:
    """The circle that the ancestors of a row run into, closed."""
    path: list[int] = []
    while row not in path:
        path.append(row)
        row = int(parent[row])
    return [*path[path.index(row) :], row]


def check_links(columns: Columns) -> None:
    """Raises SummaryLinked, OutsideCalendar for links that no network can have."""
    tasks, links = columns.tasks, columns.links
    for ends in (links.predecessor, links.successor):
        on_summary = tasks.kind[ends] == codes.SUMMARY
        if on_summary.any():
            number = int(on_summary.argmax())
            raise SummaryLinked(links.ids[number], tasks.ids[ends[number]])
    beyond = np.abs(links.lag) > LIMIT
    if beyond.any():
        raise OutsideCalendar("A lag longer than any calendar", tasks.ids[links.successor[int(beyond.argmax())]])
