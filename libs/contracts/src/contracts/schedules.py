"""What a recalculation says, in the project's and the program's events alike: which dates moved, from where, and why."""

from typing import Annotated

from pydantic import Field

from contracts.values import DayOrMoment, Id, Shape

MOST_MOVES = 1_000
"""Rows in one part of a recalculation; more of them come as further parts of the same revision."""


def is_none(value: object) -> bool:
    """For fields that are left out where they say nothing."""
    return value is None


_OnlyIfSet = Field(default=None, exclude_if=is_none)


class Cause(Shape):
    """The root change that set a recalculation off: one of a task, link, dependency or calendar, or the project itself.

    The fields that do not apply are left out.
    """

    project_id: Id | None = _OnlyIfSet
    """The project in which it happened; alone, the change was to the project's own start, deadline or data date."""
    task_id: Id | None = _OnlyIfSet
    link_id: Id | None = _OnlyIfSet
    dependency_id: Id | None = _OnlyIfSet
    calendar_id: Id | None = _OnlyIfSet


class DrivenByLink(Shape):
    """A link inside the project holds the task where it is."""

    link_id: Id


class DrivenByDependency(Shape):
    """A dependency on another project holds the task where it is."""

    dependency_id: Id


Driving = DrivenByLink | DrivenByDependency
"""What decides a task's early dates; null in its place when only the project's start or a constraint does."""


class Move(Shape):
    """The early dates of one task that changed."""

    task_id: Id
    early_start: DayOrMoment
    early_finish: DayOrMoment
    previous_early_start: DayOrMoment | None
    """Null when the task had no dates before."""
    previous_early_finish: DayOrMoment | None
    cause: Cause
    driving: Driving | None


class ProgramMove(Move):
    """A move in a program's schedule names the project that the task belongs to."""

    project_id: Id


class Recalculation(Shape):
    """What all recalculations say; in parts, all within one revision."""

    cause: Cause
    start: DayOrMoment | None
    """Of the whole schedule; null when it has no tasks."""
    finish: DayOrMoment | None
    part: Annotated[int, Field(ge=1)]
    """This is part k …"""
    parts: Annotated[int, Field(ge=1)]
    """… of n."""
