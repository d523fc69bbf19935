"""What led to where tasks are, over columns: each task led back along what drives it to what was changed. See planning.moves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.engine.arrays import ABSENT, NEVER, Instants, Ints
from planning.engine.codes import SUMMARY
from planning.engine.columns import Columns

UNCHANGED = -2
"""In place of a change: something that was not changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One schedule of a plan, by its rows of tasks; the schedule may be older than the plan.

    early_finish: ABSENT where the task had none. driving_link: row of the link that drives it, or NEVER. driven_by: where something
    else does (an imposed date, a link that is gone) the number of its change, or UNCHANGED; else NEVER.
    """

    early_finish: Instants
    driving_link: Ints
    driven_by: Ints


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed, in numbers from 0 on: for each task, link and project of a plan the number of its change, or NEVER."""

    tasks: Ints
    links: Ints
    projects: Ints


def causes(columns: Columns, standing: Standing, changed: Changed) -> Ints:
    """For each task the first change met when its drivers are walked back, the task itself included; NEVER where there is none.

    A summary that nothing drives is led back through its child that finishes last.
    """
    cause, onward = _steps(columns, standing, changed)
    # Each round doubles the length of the ways that are known, so a chain of a million takes twenty.
    for _ in range(len(cause).bit_length() + 1):
        going = ((cause == NEVER) & (onward != NEVER)).nonzero()[0]
        if not going.size:
            break
        towards = onward[going]
        cause[going], onward[going] = cause[towards], onward[towards]
    return cause


def _steps(columns: Columns, standing: Standing, changed: Changed) -> tuple[Ints, Ints]:
    """For each task its cause, where it is the task or what drives it; else the task to go on with."""
    cause = changed.tasks.copy()
    onward = np.full(cause.size, NEVER, np.int32)
    linked, driven = standing.driving_link != NEVER, standing.driven_by != NEVER
    rest = cause == NEVER
    by_link = (rest & linked).nonzero()[0]
    links = standing.driving_link[by_link]
    cause[by_link] = changed.links[links]
    onward[by_link] = columns.links.predecessor[links]
    otherwise = rest & ~linked
    cause[otherwise & driven] = np.maximum(standing.driven_by, NEVER)[otherwise & driven]
    free = otherwise & ~driven
    last = last_children(columns, standing.early_finish)
    onward[free] = last[free]
    alone = free & (last == NEVER)
    cause[alone] = changed.projects[columns.tasks.project[alone]]
    return cause, onward


def last_children(columns: Columns, early_finish: Instants) -> Ints:
    """For each summary the child that finishes last, of several the first; NEVER for all other tasks."""
    tasks = columns.tasks
    last = np.full(len(tasks.ids), NEVER, np.int32)
    if not (tasks.kind == SUMMARY).any():
        return last
    children = _children(columns, early_finish)
    order = np.lexsort((-children, early_finish[children]))
    # Where a parent is written several times, its last one stays.
    last[tasks.parent[children[order]]] = children[order]
    return last


def _children(columns: Columns, early_finish: Instants) -> NDArray[np.intp]:
    tasks = columns.tasks
    inside = (tasks.parent != NEVER) & (early_finish != ABSENT)
    return np.flatnonzero(inside & (tasks.kind[tasks.parent] == SUMMARY))
