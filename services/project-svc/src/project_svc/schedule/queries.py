"""A project's schedule as it is read: early dates, late dates and floats, from the raw records."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

import planning
from chassis.problem import NotFound
from contracts.schedules import Cause, DrivenByDependency, DrivenByLink, Driving
from contracts.values import Duration
from contracts.vocabulary import Granularity
from planning import Schedule, WorkCalendar, driving_path
from planning import ScheduledTask as Scheduled
from planning.engine.objects import plan_of
from project_svc.projects.reading import ReadProject
from project_svc.schedule.columns import LARGE, PlanColumns, plan_columns
from project_svc.schedule.dates import finish_of, start_of, worked
from project_svc.schedule.models import (
    ExplainedTask,
    Explanation,
    LastMove,
    MovedDates,
    ScheduledItem,
    ScheduledTask,
    ScheduleRead,
)
from project_svc.schedule.problems import explained


@dataclass(frozen=True, slots=True)
class Planned:
    """A computed schedule, and what each of its tasks works by."""

    schedule: Schedule
    calendars: Mapping[UUID, WorkCalendar]
    calendar: WorkCalendar
    """The project's own."""

    def calendar_of(self, task_id: UUID | None) -> WorkCalendar:
        """What a task works by; the project's own for none, and for one that is not in the plan."""
        return self.calendar if task_id is None else self.calendars.get(task_id, self.calendar)


async def schedule_of(project: ReadProject) -> Planned:
    """The project's schedule, computed."""
    plan = await plan_columns(project)
    calendars = dict(zip(plan.tasks, plan.calendars_of(np.arange(len(plan.tasks), dtype=np.int32)), strict=True))
    is_large = len(plan.tasks) >= LARGE
    schedule = await asyncio.to_thread(_schedule, plan) if is_large else _schedule(plan)
    return Planned(schedule, calendars, plan.columns.projects[0].calendar)


def _schedule(plan: PlanColumns) -> Schedule:
    try:
        return planning.schedule(plan_of(plan.columns))
    except planning.PlanError as error:
        raise explained(error) from error


def shown(project: ReadProject, planned: Planned) -> ScheduleRead:
    """The schedule as it goes over the wire."""
    schedule = planned.schedule
    granularity = project.row.granularity
    return ScheduleRead(
        project_id=project.id,
        revision=project.row.revision,
        start=start_of(schedule.start, granularity),
        finish=finish_of(schedule.finish, granularity),
        longest_path=schedule.longest_path,
        items=[_item(item, planned.calendars[item.task_id], granularity) for item in schedule.items.values()],
    )


async def explanation_of(project: ReadProject, task_id: UUID) -> Explanation:
    """Why the task lies where it lies. Raises NotFound, also for a cancelled task, which lies nowhere."""
    planned = await schedule_of(project)
    schedule = planned.schedule
    if task_id not in schedule.items:
        raise NotFound("There is no such task in the schedule.")
    item, granularity = schedule.items[task_id], project.row.granularity
    return Explanation(
        task_id=task_id,
        early_start=start_of(item.early_start, granularity),
        early_finish=finish_of(item.early_finish, granularity),
        path=list(_path(schedule, task_id, granularity)),
        last_move=_last_move(
            await project.session.get(ScheduledTask, task_id), planned.calendars[task_id], granularity
        ),
    )


def _item(item: Scheduled, calendar: WorkCalendar, granularity: Granularity) -> ScheduledItem:
    return ScheduledItem(
        task_id=item.task_id,
        early_start=start_of(item.early_start, granularity),
        early_finish=finish_of(item.early_finish, granularity),
        late_start=start_of(item.late_start, granularity),
        late_finish=finish_of(item.late_finish, granularity),
        scheduled_start=start_of(item.scheduled_start, granularity),
        scheduled_finish=finish_of(item.scheduled_finish, granularity),
        total_float=Duration(item.total_float, calendar.minutes_per_day),
        free_float=Duration(item.free_float, calendar.minutes_per_day),
        critical=item.critical,
        driving=driving(item.driving),
    )


def _path(schedule: Schedule, task_id: UUID, granularity: Granularity) -> Iterator[ExplainedTask]:
    for step, driver in driving_path(schedule, task_id):
        item = schedule.items[step]
        yield ExplainedTask(
            task_id=step,
            early_start=start_of(item.early_start, granularity),
            early_finish=finish_of(item.early_finish, granularity),
            driven_by=driving(driver),
        )


def _last_move(kept: ScheduledTask | None, calendar: WorkCalendar, granularity: Granularity) -> LastMove | None:
    if kept is None or kept.previous_early_start is None or kept.previous_early_finish is None:
        return None
    before = kept.previous_early_start, kept.previous_early_finish
    return LastMove.model_validate(
        {
            "revision": kept.moved_revision,
            "moved_at": kept.moved_at,
            "from": _dates(*before, granularity),
            "to": _dates(kept.early_start, kept.early_finish, granularity),
            "shift": worked(calendar, before[1], kept.early_finish),
            "cause": Cause.model_validate({"project_id": kept.project_id, kept.cause_kind: kept.cause_id}),
        }
    )


def _dates(start: int, finish: int, granularity: Granularity) -> MovedDates:
    return MovedDates(early_start=start_of(start, granularity), early_finish=finish_of(finish, granularity))


def driving(driver: planning.Link | planning.Imposed | None) -> Driving | None:
    """What drives a task, as it goes over the wire."""
    match driver:
        case planning.Link():
            return DrivenByLink(link_id=driver.id)
        case planning.Imposed():
            return DrivenByDependency(dependency_id=driver.source_id)
        case None:
            return None
