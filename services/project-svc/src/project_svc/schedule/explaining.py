"""Explaining derived dates: `planning.explaining` finds the path, this puts it in the project's words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.problem import NotFound
from contracts.values import Duration
from contracts.vocabulary import Granularity
from planning import Imposed, Plan, Task
from planning import Project as PlannedProject
from planning.explaining import FLOATS, STARTS, Bound, DateField, Explainer, Step
from planning.limits import ON_START
from project_svc.projects.reading import ReadProject
from project_svc.schedule.columns import LARGE
from project_svc.schedule.dates import finish_of, start_of
from project_svc.schedule.ends import first_task, last_task
from project_svc.schedule.explained import ExplainedTask, Explanation, ProjectDate, Root
from project_svc.schedule.queries import Planned, driving, plan_and_schedule_of
from project_svc.schedule.value_moves import last_move_of, last_move_of_project

F = DateField


async def explanation_of(project: ReadProject, task_id: UUID, field: DateField) -> Explanation:
    """Why the task's date lies where it lies. Raises NotFound, also for a cancelled task, which lies nowhere."""
    explaining = await Explaining.of(project)
    items = explaining.planned.schedule.items
    if task_id not in items:
        raise NotFound("There is no such task in the schedule.")
    path = await explaining.path(task_id, field)
    item = items[task_id]
    return Explanation(
        task_id=task_id,
        field=field,
        value=explaining.value(task_id, field),
        early_start=start_of(item.early_start, explaining.granularity),
        early_finish=finish_of(item.early_finish, explaining.granularity),
        path=explaining.shown(path),
        root=explaining.root(path[-1]),
        last_move=await last_move_of(explaining, task_id, field),
    )


async def project_date(project: ReadProject, field: str) -> ProjectDate:
    """Why the project starts or finishes when it does. field: `start` or `finish`."""
    explaining = await Explaining.of(project)
    schedule, granularity = explaining.planned.schedule, explaining.granularity
    shown = start_of(schedule.start, granularity) if field == "start" else finish_of(schedule.finish, granularity)
    if not schedule.items:
        root = Root(task_id=None, kind=Bound.PROJECT_START, on=shown, dependency_id=None)
        return ProjectDate(field=field, value=shown, path=[], root=root, last_move=None)
    task_id = explaining.first_task() if field == "start" else explaining.last_task()
    early = F.EARLY_START if field == "start" else F.EARLY_FINISH
    path = await explaining.path(task_id, early)
    return ProjectDate(
        field=field,
        value=shown,
        path=explaining.shown(path),
        root=explaining.root(path[-1]),
        last_move=await last_move_of_project(explaining, task_id, early),
    )


@dataclass(frozen=True, slots=True)
class Explaining:
    """A project's plan and schedule, and what explains them."""

    project: ReadProject
    plan: Plan
    planned: Planned
    explainer: Explainer

    @classmethod
    async def of(cls, project: ReadProject) -> "Explaining":
        """The present plan's. Raises Cycle, OutsideTime, Unschedulable."""
        plan, planned = await plan_and_schedule_of(project)
        return cls(project, plan, planned, Explainer(plan, planned.schedule))

    @property
    def granularity(self) -> Granularity:
        """How the project shows dates."""
        return self.project.row.granularity

    async def path(self, task_id: UUID, field: DateField) -> list[Step]:
        """From the task to what holds the field; through a large plan in a thread, so that this process goes on."""
        if len(self.plan.tasks) < LARGE:
            return self.explainer.path(task_id, field)
        return await asyncio.to_thread(self.explainer.path, task_id, field)

    def value(self, task_id: UUID, field: DateField) -> date | Duration:
        """The field as the schedule shows it."""
        told = getattr(self.planned.schedule.items[task_id], field.value)
        if field in FLOATS:
            return Duration(told, self.planned.calendar_of(task_id).minutes_per_day)
        return (start_of if field in STARTS else finish_of)(told, self.granularity)

    def shown(self, path: Sequence[Step]) -> list[ExplainedTask]:
        """The path as it goes over the wire."""
        return [self._step(step) for step in path]

    def _step(self, step: Step) -> ExplainedTask:
        item, granularity = self.planned.schedule.items[step.task_id], self.granularity
        return ExplainedTask(
            task_id=step.task_id,
            early_start=start_of(item.early_start, granularity),
            early_finish=finish_of(item.early_finish, granularity),
            late_start=start_of(item.late_start, granularity),
            late_finish=finish_of(item.late_finish, granularity),
            bound=step.bound,
            driven_by=driving(step.by),
        )

    def root(self, last: Step) -> Root:
        """What the path ends with."""
        whole = {Bound.PROJECT_START, Bound.DATA_DATE, Bound.PROJECT_DEADLINE, Bound.PROJECT_FINISH}
        return Root(
            task_id=None if last.bound in whole - {Bound.PROJECT_FINISH} else self._root_task(last),
            kind=last.bound,
            on=self._root_date(last),
            dependency_id=last.by.source_id if isinstance(last.by, Imposed) else None,
        )

    def _root_task(self, last: Step) -> UUID:
        return self.last_task() if last.bound is Bound.PROJECT_FINISH else last.task_id

    def _root_date(self, last: Step) -> date | None:
        task = next(each for each in self.plan.tasks if each.id == last.task_id)
        home: PlannedProject = self.plan.projects[0]
        schedule, granularity = self.planned.schedule, self.granularity
        match last.bound:
            case Bound.PROJECT_START:
                return self.project.row.start
            case Bound.DATA_DATE:
                return self.project.row.data_date
            case Bound.PROJECT_DEADLINE:
                return None if home.deadline is None else finish_of(home.deadline, granularity)
            case Bound.PROJECT_FINISH:
                return finish_of(schedule.finish, granularity)
            case Bound.DEADLINE:
                return None if task.deadline is None else finish_of(task.deadline, granularity)
            case Bound.CONSTRAINT:
                return self._constraint_date(task)
            case Bound.ACTUAL:
                shown = start_of if last.at == task.actual_start else finish_of
                return None if last.at is None else shown(last.at, granularity)
            case Bound.IMPOSED if isinstance(last.by, Imposed):
                return (start_of if last.by.side == "start" else finish_of)(last.by.at, granularity)
            case Bound.SUCCESSOR:
                return start_of(schedule.items[last.task_id].early_start, granularity)
        return None

    def _constraint_date(self, task: Task) -> date | None:
        constraint = task.constraint
        if constraint is None or constraint.at is None:
            return None
        return (start_of if constraint.type in ON_START else finish_of)(constraint.at, self.granularity)

    def first_task(self) -> UUID:
        """The task that starts first; of several, the first of the plan."""
        return first_task(self.plan, self.planned.schedule)

    def last_task(self) -> UUID:
        """The task that finishes last: at the end of the longest path."""
        return last_task(self.plan, self.planned.schedule)
