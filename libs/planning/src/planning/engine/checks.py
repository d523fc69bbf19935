"""What no network can be laid out of, whichever way its dates are computed then."""

import numpy as np

from planning.engine import codes
from planning.engine.arrays import ABSENT, LIMIT, NEVER
from planning.engine.columns import Columns, TaskColumns
from planning.errors import DuplicateTask, InvalidTask, OutsideCalendar, SummaryLinked


def check(columns: Columns) -> None:
    """Raises DuplicateTask, InvalidTask, SummaryLinked, OutsideCalendar."""
    check_ids(columns.tasks)
    check_tasks(columns.tasks)
    check_parents(columns.tasks)
    check_links(columns)


def check_ids(tasks: TaskColumns) -> None:
    """Raises DuplicateTask."""
    last = {task_id: row for row, task_id in enumerate(tasks.ids)}
    if len(last) < len(tasks.ids):
        raise DuplicateTask(next(task_id for row, task_id in enumerate(tasks.ids) if last[task_id] != row))


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
    """Raises InvalidTask for a task below one that is no summary."""
    parents = tasks.parent[tasks.parent != NEVER]
    wrong = tasks.kind[parents] != codes.SUMMARY
    if wrong.any():
        raise InvalidTask(tasks.ids[parents[int(wrong.argmax())]], "has tasks below it and is no summary")


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
