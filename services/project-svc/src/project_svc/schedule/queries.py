"""A project's schedule as it is read: early dates, late dates and floats, from the raw records."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

import planning
from contracts.schedules import DrivenByDependency, DrivenByLink, Driving
from contracts.values import Duration
from contracts.vocabulary import Granularity
from planning import Plan, Schedule, WorkCalendar
from planning import ScheduledTask as Scheduled
from planning.engine.objects import plan_of
from project_svc.projects.reading import ReadProject
from project_svc.schedule.columns import LARGE, PlanColumns, plan_columns
from project_svc.schedule.dates import finish_of, start_of
from project_svc.schedule.models import ScheduledItem, ScheduleRead
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
    return (await _planned(project))[1]


async def plan_and_schedule_of(project: ReadProject) -> tuple[Plan, Planned]:
    """The project's plan and the schedule of it."""
    columns, planned = await _planned(project)
    return plan_of(columns.columns), planned


async def _planned(project: ReadProject) -> tuple[PlanColumns, Planned]:
    plan = await plan_columns(project)
    calendars = dict(zip(plan.tasks, plan.calendars_of(np.arange(len(plan.tasks), dtype=np.int32)), strict=True))
    is_large = len(plan.tasks) >= LARGE
    schedule = await asyncio.to_thread(_schedule, plan) if is_large else _schedule(plan)
    return plan, Planned(schedule, calendars, plan.columns.projects[0].calendar)


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


def driving(driver: planning.Link | planning.Imposed | None) -> Driving | None:
    """What drives a task, as it goes over the wire."""
    match driver:
        case planning.Link():
            return DrivenByLink(link_id=driver.id)
        case planning.Imposed():
            return DrivenByDependency(dependency_id=driver.source_id)
        case None:
            return None
