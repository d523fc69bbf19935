"""Levelling a project, as a job: a preview, which somebody may take over while the project is as it was."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from chassis.problem import NotFound
from contracts.project_events.resources import ResourceKind
from contracts.values import Duration
from planning import Plan, Task, WorkCalendar
from planning.engine.objects import plan_of
from planning.plan import ConstraintType
from project_svc.assignments.models import Assignment
from project_svc.calendars.queries import calendars_of
from project_svc.jobs.computing import compute
from project_svc.jobs.running import RunningJob
from project_svc.levelling.models import LevelledTask, LevellingAsk, LevellingRead
from project_svc.projects.models import Project
from project_svc.projects.reading import ReadProject, read_whole
from project_svc.resources.models import Resource
from project_svc.schedule.columns import plan_columns
from project_svc.schedule.dates import finish_of, start_of

RUN = "project_svc.levelling.computing:run"
PERCENT = 100
TAKEABLE = frozenset({None, ConstraintType.ASAP, ConstraintType.SNET})
"""Constraints in whose place a start no earlier than the levelled one may stand."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is levelled, as it was read. Units are percent of one person or machine; capacities have the calendar of who has one."""

    project: Project
    plan: Plan
    capacities: list[tuple[UUID, int, WorkCalendar | None]]
    demands: list[tuple[UUID, UUID, int]]


async def level_project(job: RunningJob) -> None:
    """The job behind `POST /projects/{id}/schedule/level`. Raises NotFound, CannotLevel, and what a plan cannot be scheduled for."""
    ask = LevellingAsk.model_validate(job.asked)
    await job.tell("reading", 0, at_once=True)
    subject = await _read(job)

    async def told(share: float) -> None:
        await job.tell("searching", share)

    answer = await compute(RUN, subject.plan, subject.capacities, subject.demands, ask, told=told)
    by_id = {task.id: task for task in subject.plan.tasks}
    granularity = subject.project.granularity
    result = LevellingRead(
        project_id=subject.project.id,
        revision=subject.project.revision,
        seed=ask.seed,
        evaluations=answer.evaluations,
        unlevelled_finish=finish_of(answer.unlevelled_finish, granularity),
        finish=finish_of(answer.finish, granularity),
        is_shortest=answer.is_shortest,
        understaffed=list(answer.understaffed),
        moved=[_moved(subject.project, by_id, *each) for each in answer.moved],
    )
    async with job.writing() as session:
        await job.finish(session, result.model_dump(mode="json"))


async def _read(job: RunningJob) -> _Subject:
    if job.project_id is None:
        raise NotFound
    async with job.reading() as session:
        project = await read_whole(session, job.organization_id, job.project_id)
        plan = plan_of((await plan_columns(project)).columns)
        capacities = await _capacities(project)
        known = {resource_id for resource_id, _, _ in capacities}
        return _Subject(project.row, plan, capacities, await _demands(project, plan, known))


async def _capacities(project: ReadProject) -> list[tuple[UUID, int, WorkCalendar | None]]:
    """Who and what works, how many at a time, and when they are there. Material and costs are not waited for."""
    calendars = (await calendars_of(project.session, project.row)).by_id
    rows = await project.session.scalars(
        select(Resource).where(col(Resource.project_id) == project.id, col(Resource.kind) == ResourceKind.WORK)
    )
    return [
        (row.id, round(row.units * PERCENT), None if row.calendar_id is None else calendars[row.calendar_id])
        for row in sorted(rows, key=lambda row: row.id)
    ]


async def _demands(project: ReadProject, plan: Plan, known: Collection[UUID]) -> list[tuple[UUID, UUID, int]]:
    """What each task with work left asks of them."""
    left = {task.id for task in plan.tasks if task.actual_finish is None}
    rows = await project.session.scalars(
        select(Assignment).where(col(Assignment.project_id) == project.id).order_by(col(Assignment.id))
    )
    return [
        (row.task_id, row.resource_id, round(row.units * PERCENT))
        for row in rows
        if row.resource_id in known and row.task_id in left
    ]


def _moved(
    project: Project, tasks: Mapping[UUID, Task], task_id: UUID, start: int, finish: int, delay: int
) -> LevelledTask:
    task = tasks[task_id]
    day = project.minutes_per_day if task.calendar is None else task.calendar.minutes_per_day
    kind = None if task.constraint is None else task.constraint.type
    return LevelledTask(
        task_id=task_id,
        start=start_of(start, project.granularity),
        finish=finish_of(finish, project.granularity),
        delay=Duration(delay, day),
        is_takeable=kind in TAKEABLE and task.actual_start is None,
    )
