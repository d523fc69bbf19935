"""Explaining derived dates: `planning.explaining` finds the path, this puts it in the project's words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.problem import NotFound
from contracts.schedules import Cause
from contracts.values import Duration
from contracts.vocabulary import Granularity
from planning import Imposed, Plan, Task
from planning import Project as PlannedProject
from planning.explaining import STARTS, Bound, DateField, Explainer, Step
from planning.limits import ON_START
from planning.plan import TaskKind
from project_svc.projects.reading import ReadProject
from project_svc.schedule.columns import LARGE
from project_svc.schedule.dates import finish_of, start_of, worked
from project_svc.schedule.explained import ExplainedTask, Explanation, LastMove, MovedDates, ProjectDate, Root
from project_svc.schedule.models import ScheduledTask
from project_svc.schedule.queries import Planned, driving, plan_and_schedule_of

F = DateField
FLOATS = frozenset({F.TOTAL_FLOAT, F.FREE_FLOAT})
COUNTED_BACK = frozenset({F.LATE_START, F.LATE_FINISH, F.TOTAL_FLOAT})


async def explanation_of(project: ReadProject, task_id: UUID, field: DateField) -> Explanation:
    """Why the task's date lies where it lies. Raises NotFound, also for a cancelled task, which lies nowhere."""
    explaining = await Explaining.of(project)
    items = explaining.planned.schedule.items
    if task_id not in items:
        raise NotFound("There is no such task in the schedule.")
    path = await explaining.path(task_id, field)
    moved = task_id
    if field in COUNTED_BACK:
        is_by_end = path[-1].bound is Bound.PROJECT_FINISH
        moved = explaining.last_task() if is_by_end else path[-1].task_id
    item = items[task_id]
    return Explanation(
        task_id=task_id,
        field=field,
        value=explaining.value(task_id, field),
        early_start=start_of(item.early_start, explaining.granularity),
        early_finish=finish_of(item.early_finish, explaining.granularity),
        path=explaining.shown(path),
        root=explaining.root(path[-1]),
        last_move=await explaining.last_move(moved),
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
    path = await explaining.path(task_id, F.EARLY_START if field == "start" else F.EARLY_FINISH)
    return ProjectDate(
        field=field,
        value=shown,
        path=explaining.shown(path),
        root=explaining.root(path[-1]),
        last_move=await explaining.last_move(task_id),
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
            return Duration(told, self.planned.calendars[task_id].minutes_per_day)
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
        items = self.planned.schedule.items
        return min(self._counted(), key=lambda task_id: items[task_id].early_start)

    def last_task(self) -> UUID:
        """The task that finishes last: at the end of the longest path."""
        longest = self.planned.schedule.longest_path
        items = self.planned.schedule.items
        return longest[-1] if longest else max(self._counted(), key=lambda task_id: items[task_id].early_finish)

    def _counted(self) -> list[UUID]:
        """The tasks that set the project's dates: those with dates of their own, levels of effort where there is nothing else."""
        own = [task for task in self.plan.tasks if task.kind is not TaskKind.SUMMARY]
        working = [task.id for task in own if task.kind is not TaskKind.LEVEL_OF_EFFORT]
        return working or [task.id for task in own or self.plan.tasks]

    async def last_move(self, task_id: UUID) -> LastMove | None:
        """The last move of a task; None when it never moved since it was first scheduled."""
        kept = await self.project.session.get(ScheduledTask, task_id)
        if kept is None or kept.previous_early_start is None or kept.previous_early_finish is None:
            return None
        calendar = self.planned.calendar_of(task_id)
        return LastMove.model_validate(
            {
                "task_id": task_id,
                "revision": kept.moved_revision,
                "moved_at": kept.moved_at,
                "from": self._dates(kept.previous_early_start, kept.previous_early_finish),
                "to": self._dates(kept.early_start, kept.early_finish),
                "shift": worked(calendar, kept.previous_early_finish, kept.early_finish),
                "cause": Cause.model_validate({"project_id": kept.project_id, kept.cause_kind: kept.cause_id}),
            }
        )

    def _dates(self, start: int, finish: int) -> MovedDates:
        shown = start_of(start, self.granularity), finish_of(finish, self.granularity)
        return MovedDates(early_start=shown[0], early_finish=shown[1])
