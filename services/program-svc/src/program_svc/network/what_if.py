"""What if these tasks changed? Applied to the facts in memory; nothing is ever written."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from pydantic import Field

import planning
from chassis.patch import changes_of, unset
from chassis.problem import FieldError, InvalidRequest
from contracts.project_events import Constraint
from contracts.values import Id, NonNegativeWrittenDuration, Shape
from program_svc.network.facts import Facts
from program_svc.network.instants import constraint_of

MOST_CHANGES = 1_000


class TaskChange(Shape):
    """One task as it might be; what is absent stays."""

    project_id: Id
    task_id: Id
    duration: NonNegativeWrittenDuration = unset()
    remaining_duration: NonNegativeWrittenDuration | None = unset()
    constraint: Constraint | None = unset()


class WhatIf(Shape):
    """The changes to think through, all of them together."""

    changes: list[TaskChange] = Field(min_length=1, max_length=MOST_CHANGES)


def imagined(facts: Facts, changes: Sequence[TaskChange]) -> Facts:
    """The facts with these changes. Raises InvalidRequest for a task that is not in the program, or that takes no duration."""
    tasks = dict(facts.tasks)
    errors = []
    for index, change in enumerate(changes):
        task = tasks.get(change.task_id)
        if task is None or task.project_id != change.project_id:
            errors.append(_error(index, "task_id", "unknown_task", "This is no task of this project in the program."))
            continue
        if (
            "duration" in change.model_fields_set
            and task.kind is not planning.TaskKind.TASK
            and task.kind is not planning.TaskKind.LEVEL_OF_EFFORT
        ):
            errors.append(
                _error(index, "duration", "no_duration", "Milestones and summaries have no duration of their own.")
            )
            continue
        try:
            tasks[change.task_id] = _changed(task, change, facts.calendar_of(change.task_id))
        except ValueError as error:
            errors.append(_error(index, "duration", "duration_out_of_range", f"{error}."))
    if errors:
        raise InvalidRequest(errors[0].message, errors=errors)
    return replace(facts, tasks=tasks)


def _changed(task: planning.Task, change: TaskChange, calendar: planning.WorkCalendar) -> planning.Task:
    """Raises ValueError for a duration that is too long on the task's calendar."""
    day = calendar.minutes_per_day
    values = changes_of(change)
    if "duration" in values:
        task = replace(task, duration=values["duration"].on(day).minutes)
    if "remaining_duration" in values:
        remaining = values["remaining_duration"]
        task = replace(task, remaining=None if remaining is None else remaining.on(day).minutes)
    if "constraint" in values:
        asked = change.constraint
        constraint = (
            None
            if asked is None
            else constraint_of(asked.type.value, None if asked.date is None else asked.date.isoformat()[:16], calendar)
        )
        task = replace(task, constraint=constraint)
    return task


def changed_ids(changes: Sequence[TaskChange]) -> set[UUID]:
    """The tasks that would change."""
    return {change.task_id for change in changes}


def _error(index: int, field: str, rule: str, message: str) -> FieldError:
    return FieldError(location="body", pointer=f"/changes/{index}/{field}", rule=rule, message=message)
