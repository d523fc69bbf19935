"""What is assessed: the plan with its schedule, and the questions that several checks ask of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from planning.calendar import WorkCalendar
from planning.plan import Id, Link, Plan, Task, TaskKind
from planning.quality.finding import Thresholds
from planning.scheduled import Schedule, ScheduledTask

COUNTED = (TaskKind.TASK, TaskKind.MILESTONE)
"""Summaries and levels of effort have no logic and no dates of their own; they are not looked at."""


@dataclass(frozen=True)
class Subject:
    """baseline: the finish, an instant, that each task once had; resourced: the tasks with somebody or some cost assigned."""

    plan: Plan
    schedule: Schedule
    baseline: Mapping[Id, int] | None
    resourced: Collection[Id] | None
    thresholds: Thresholds

    @cached_property
    def tasks(self) -> list[Task]:
        return [task for task in self.plan.tasks if task.kind in COUNTED]

    @cached_property
    def incomplete(self) -> list[Task]:
        return [task for task in self.tasks if task.actual_finish is None]

    @cached_property
    def links(self) -> list[Link]:
        """Those that still matter: into work that is not complete."""
        incomplete = {task.id for task in self.incomplete}
        return [link for link in self.plan.links if link.successor_id in incomplete]

    @cached_property
    def _data_dates(self) -> dict[Id, int | None]:
        return {project.id: project.data_date for project in self.plan.projects}

    @cached_property
    def _calendars(self) -> dict[Id, WorkCalendar]:
        return {project.id: project.calendar for project in self.plan.projects}

    def data_date(self, task: Task) -> int | None:
        return self._data_dates[task.project_id]

    def calendar(self, task: Task) -> WorkCalendar:
        return task.calendar or self._calendars[task.project_id]

    def row(self, task: Task) -> ScheduledTask:
        return self.schedule.items[task.id]

    def is_after(self, task: Task, instant: int, other: int) -> bool:
        """Whether working time lies between `other` and, later, `instant`: Friday evening is Monday morning."""
        calendar = self.calendar(task)
        return calendar.worked(instant) > calendar.worked(other)
