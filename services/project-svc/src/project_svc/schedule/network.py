"""A project's plan, read from its raw records: what its schedule is computed from, here and in the program service alike."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

import planning
from contracts.vocabulary import TaskSide, TaskStatus
from planning import WorkCalendar
from planning.written import (
    at_actual_finish,
    at_actual_start,
    at_finish,
    at_start,
    constraint,
    frame_finish,
    frame_start,
)
from project_svc.calendars.queries import ProjectCalendars, calendars_of
from project_svc.imposed.models import ImposedDate
from project_svc.links.models import Link
from project_svc.projects.models import Project
from project_svc.records import table_of
from project_svc.schedule.problems import explained
from project_svc.tasks.models import Task

TASKS = table_of(Task)
LINKS = table_of(Link)

TASK_COLUMNS = (
    TASKS.c.id,
    TASKS.c.parent_id,
    TASKS.c.kind,
    TASKS.c.duration,
    TASKS.c.remaining_duration,
    TASKS.c.calendar_id,
    TASKS.c.mode,
    TASKS.c.constraint_type,
    TASKS.c.constraint_date,
    TASKS.c.deadline,
    TASKS.c.percent_complete,
    TASKS.c.actual_start,
    TASKS.c.actual_finish,
)
LINK_COLUMNS = (
    LINKS.c.id,
    LINKS.c.predecessor_id,
    LINKS.c.successor_id,
    LINKS.c.type,
    LINKS.c.lag,
    LINKS.c.lag_calendar,
)

ImposedDates = dict[UUID, list[ImposedDate]]


async def plan_of(session: AsyncSession, project: Project) -> planning.Plan:
    """The plan as this transaction sees it. Cancelled tasks take no part in it, nor do their links. Four statements.

    Records come in the order of their ids, since where two links drive a task alike, the first one is named.
    """
    calendars = await calendars_of(session, project)
    imposed = await _imposed_dates(session, project.id)
    tasks = await session.execute(
        select(*TASK_COLUMNS)
        .where(TASKS.c.project_id == project.id, TASKS.c.state != TaskStatus.CANCELLED)
        .order_by(TASKS.c.id)
    )
    links = await session.execute(select(*LINK_COLUMNS).where(LINKS.c.project_id == project.id).order_by(LINKS.c.id))
    planned = {
        row.id: _task(row, project.id, calendars.of_task(row.calendar_id), imposed.get(row.id, ())) for row in tasks
    }
    return planning.Plan(
        projects=[_project(project, calendars)],
        tasks=list(planned.values()),
        links=[_link(row) for row in links if row.predecessor_id in planned and row.successor_id in planned],
    )


def computed(plan: planning.Plan) -> planning.Schedule:
    """The plan's schedule. Raises Cycle, OutsideTime, Unschedulable (409)."""
    try:
        return planning.schedule(plan)
    except planning.PlanError as error:
        raise explained(error) from error


def calendars_in(plan: planning.Plan) -> dict[UUID, WorkCalendar]:
    """The calendar that each task of a plan of one project works by."""
    own = plan.projects[0].calendar
    return {task.id: task.calendar or own for task in plan.tasks}


def _project(project: Project, calendars: ProjectCalendars) -> planning.Project:
    return planning.Project(
        id=project.id,
        start=frame_start(project.start, calendars.all),
        deadline=None if project.deadline is None else frame_finish(project.deadline, calendars.all),
        data_date=None if project.data_date is None else frame_finish(project.data_date, calendars.all),
        calendar=calendars.own,
    )


def _task(row: Any, project_id: UUID, calendar: WorkCalendar, imposed: Sequence[ImposedDate]) -> planning.Task:
    return planning.Task(
        id=row.id,
        project_id=project_id,
        kind=planning.TaskKind(row.kind),
        duration=row.duration,
        remaining=row.remaining_duration,
        parent_id=row.parent_id,
        calendar=calendar,
        mode=planning.SchedulingMode(row.mode),
        constraint=None
        if row.constraint_type is None
        else constraint(row.constraint_type, row.constraint_date, calendar),
        deadline=None if row.deadline is None else at_finish(row.deadline, calendar),
        percent_complete=float(row.percent_complete),
        actual_start=None if row.actual_start is None else at_actual_start(row.actual_start, calendar),
        actual_finish=None if row.actual_finish is None else at_actual_finish(row.actual_finish, calendar),
        imposed=tuple(_imposed(each, calendar) for each in imposed),
    )


def _link(row: Any) -> planning.Link:
    return planning.Link(
        id=row.id,
        predecessor_id=row.predecessor_id,
        successor_id=row.successor_id,
        type=planning.LinkType(row.type),
        lag=row.lag,
        lag_calendar=planning.LagCalendar(row.lag_calendar),
    )


async def _imposed_dates(session: AsyncSession, project_id: UUID) -> ImposedDates:
    by_task: ImposedDates = defaultdict(list)
    found = (
        select(ImposedDate).where(col(ImposedDate.project_id) == project_id).order_by(col(ImposedDate.dependency_id))
    )
    for each in await session.scalars(found):
        by_task[each.task_id].append(each)
    return by_task


def _imposed(imposed: ImposedDate, calendar: WorkCalendar) -> planning.Imposed:
    at = imposed.moment or imposed.at
    if imposed.side is TaskSide.START:
        return planning.Imposed(imposed.dependency_id, at_start(at, calendar), "start")
    return planning.Imposed(imposed.dependency_id, at_finish(at, calendar), "finish")
