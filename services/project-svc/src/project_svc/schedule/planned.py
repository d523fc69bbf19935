"""A task as plans see it: its dates as instants on the calendar that it works by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import planning
from contracts.project_events import TaskState
from contracts.vocabulary import ConstraintType, SchedulingMode, TaskKind
from planning import Imposed, WorkCalendar
from planning.plan import Side
from planning.written import at_actual_finish, at_actual_start, at_finish, at_start, constraint, held
from project_svc.calendars.queries import ProjectCalendars
from project_svc.tasks.models import Task


@dataclass(frozen=True, slots=True)
class WrittenTask:
    """What plans take of a task, as its row keeps it: durations in minutes, dates as they were written."""

    id: UUID
    project_id: UUID
    kind: TaskKind
    duration: int
    remaining_duration: int | None
    parent_id: UUID | None
    calendar_id: UUID | None
    mode: SchedulingMode
    planned_start: date | None
    planned_finish: date | None
    constraint_type: ConstraintType | None
    constraint_date: date | None
    deadline: date | None
    percent_complete: float
    actual_start: date | None
    actual_finish: date | None

    @property
    def held(self) -> tuple[str | None, date | None]:
        """The type and date of the constraint that its dates are computed with."""
        return held(self.mode, self.planned_start, self.planned_finish, self.constraint_type, self.constraint_date)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "WrittenTask":
        """From a state that an event carries."""
        state = TaskState.model_validate(told, extra="ignore")
        return cls(
            state.id,
            state.project_id,
            state.kind,
            state.duration.minutes,
            None if state.remaining_duration is None else state.remaining_duration.minutes,
            state.parent_id,
            state.calendar_id,
            state.mode,
            state.planned_start,
            state.planned_finish,
            None if state.constraint is None else state.constraint.type,
            None if state.constraint is None else state.constraint.date,
            state.deadline,
            float(state.percent_complete),
            state.actual_start,
            state.actual_finish,
        )


def planned_task(task: Task | WrittenTask, calendars: ProjectCalendars, imposed: tuple[Imposed, ...]) -> planning.Task:
    """The task; that its summary takes part in the plan is up to the caller."""
    calendar = calendars.of_task(task.calendar_id)
    (kind, on), deadline = task.held, task.deadline
    start, finish = task.actual_start, task.actual_finish
    return planning.Task(
        task.id,
        task.project_id,
        planning.TaskKind(task.kind),
        task.duration,
        task.remaining_duration,
        task.parent_id,
        calendar=calendar,
        mode=planning.SchedulingMode(task.mode),
        constraint=None if kind is None else constraint(planning.ConstraintType(kind), on, calendar),
        deadline=None if deadline is None else at_finish(deadline, calendar),
        percent_complete=float(task.percent_complete),
        actual_start=None if start is None else at_actual_start(start, calendar),
        actual_finish=None if finish is None else at_actual_finish(finish, calendar),
        imposed=imposed,
    )


def imposed_on(calendar: WorkCalendar, dependency_id: UUID, side: Side, at: date) -> Imposed:
    """What a dependency imposes on a task that works by this calendar."""
    return Imposed(dependency_id, (at_start if side == "start" else at_finish)(at, calendar), side)
