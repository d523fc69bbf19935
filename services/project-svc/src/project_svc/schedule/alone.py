"""A task that nothing ties to others is planned alone: no early date of theirs depends on it, and none of its own on them.

That is most tasks when they are made, and then a write costs the same in a project of any size. One statement asks whether it is one, and
for all that its dates follow from; one that is written with the events keeps them.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

import planning
from chassis import outbox, rows
from chassis.statements import fetch_row
from contracts.project_events import ProjectRecalculation, ProjectScheduleRecalculated
from contracts.vocabulary import Granularity, TaskKind, TaskStatus
from planning.reference import run
from project_svc.calendars.queries import CALENDARS, ProjectCalendars
from project_svc.projects.locked import LockedProject, Lone
from project_svc.records import as_written, read_written
from project_svc.schedule.columns import planned_project
from project_svc.schedule.dates import finish_of, start_of
from project_svc.schedule.kept import UPSERT
from project_svc.schedule.planned import imposed_on, planned_task
from project_svc.schedule.problems import explained
from project_svc.tasks.models import Task

# The first two conditions ask nothing of the rows that they are asked beside, so PostgreSQL answers them first, and reads no row where the
# answer is no. Kept dates are looked for by their project, too, so that a plan for projects of the usual size reads no other project's.
# `first` and `last` are the dates of all others, as planning counts them; `unkept` says how many of them have none yet.
_UNTIED = """
    NOT EXISTS (SELECT FROM links WHERE predecessor_id = $2) AND NOT EXISTS (SELECT FROM links WHERE successor_id = $2)
"""
FACTS = f"""
(SELECT) AS one LEFT JOIN (SELECT * FROM (
    SELECT true AS is_untied, early_start, early_finish, driving_link_id, driving_dependency_id
    FROM (SELECT) AS task LEFT JOIN scheduled_tasks ON task_id = $2
    WHERE {_UNTIED}
) AS kept, (
    SELECT array_agg(dependency_id) AS dependency_ids, array_agg(side) AS sides, array_agg(coalesce(moment, at)) AS dates
    FROM (SELECT * FROM imposed_dates WHERE project_id = $1 AND task_id = $2 ORDER BY dependency_id) AS imposed
) AS imposed, ({CALENDARS}) AS of_calendars, (
    SELECT min(early_start) FILTER (WHERE kind IN ('task', 'milestone')) AS first,
           max(early_finish) FILTER (WHERE kind IN ('task', 'milestone')) AS last,
           count(*) FILTER (WHERE task_id IS NULL) AS unkept
    FROM tasks LEFT JOIN scheduled_tasks ON task_id = id AND scheduled_tasks.project_id = $1
    WHERE tasks.project_id = $1 AND state <> 'cancelled' AND id <> $2 AND {_UNTIED}
) AS others) AS facts ON true
"""  # noqa: S608  (constants)
"""To select from: what there is to know of the task `$2` of the project `$1` beside the task itself. One row, of nulls if links tie it to others."""
READ_FACTS = f"SELECT * FROM {FACTS}"  # noqa: S608  (constants)
ANY = UUID(int=0)
"""In place of ids where it does not matter whose they are."""
KINDS = frozenset({TaskKind.TASK, TaskKind.MILESTONE})


async def lone_task(project: LockedProject, task_id: UUID) -> Lone | None:
    """A task that can be planned alone; None for any other, and while dates of others are not kept."""
    lone = project.lone
    if lone is None or lone.task.id != task_id:
        await project.catch_up()
        lone = Lone(await rows.find(project.session, Task, "id = $1", task_id), None)
    if lone.task is None or not _may_be_alone(lone.task):
        return None
    if lone.facts is None:
        lone = Lone(lone.task, await fetch_row(project.session, READ_FACTS, project.id, task_id))
    return lone if lone.facts["is_untied"] and not lone.facts["unkept"] else None


def _may_be_alone(task: Task) -> bool:
    return task.parent_id is None and task.kind in KINDS and task.state is not TaskStatus.CANCELLED


def settle_alone(project: LockedProject, lone: Lone) -> None:
    """Compute the dates of a task that can be planned alone, keep them if they changed, and say so.

    Raises OutsideTime or Unschedulable (409): then nothing of the write may stand.
    """
    task_id, row = lone.task.id, lone.facts
    planned = _planned(project, lone)
    before, after = (row["early_start"], row["early_finish"]), (planned.early_start, planned.early_finish)
    driver = planned.driving.source_id if isinstance(planned.driving, planning.Imposed) else None
    if before == after and (row["driving_link_id"], row["driving_dependency_id"]) == (None, driver):
        return
    organization_id, cause = project.row.organization_id, ([task_id], *([each] for each in after), [None], [driver])
    told = (organization_id, project.id, project.revision, project.now, *cause, ["task_id"], [task_id])
    outbox.send_along(project.session, "scheduled_tasks", UPSERT, *told)
    if before != after:
        _say(project, task_id, row, planned, driver)


def _planned(project: LockedProject, lone: Lone) -> planning.ScheduledTask:
    calendars = ProjectCalendars.of(project.row, lone.facts)
    frame, task = planned_project(project.row, calendars), _task(lone.task, lone.facts, calendars)
    try:
        return _scheduled(replace(frame, id=ANY), replace(task, id=ANY, project_id=ANY))
    except planning.PlanError:
        pass  # it names a task that nobody knows
    try:
        return _scheduled(frame, task)
    except planning.PlanError as error:
        raise explained(error) from error


@lru_cache(maxsize=4096)  # tasks are much alike when they are made
def _scheduled(project: planning.Project, task: planning.Task) -> planning.ScheduledTask:
    (planned,) = run(planning.Plan([project], [task], [])).rows
    return planned


def _task(task: Task, row: Any, calendars: ProjectCalendars) -> planning.Task:
    told = zip(row["dependency_ids"] or (), row["sides"] or (), row["dates"] or (), strict=True)
    calendar = calendars.of_task(task.calendar_id)
    imposed = (imposed_on(calendar, each, side, read_written(at)) for each, side, at in told)
    return planned_task(task, calendars, tuple(imposed))


def _say(project: LockedProject, task_id: UUID, row: Any, planned: planning.ScheduledTask, driver: UUID | None) -> None:
    granularity, cause = project.row.granularity, project.disturbances[task_id]
    first = planned.early_start if row["first"] is None else min(planned.early_start, row["first"])
    last = planned.early_finish if row["last"] is None else max(planned.early_finish, row["last"])
    move = {
        "task_id": str(task_id),
        "early_start": _start(planned.early_start, granularity),
        "early_finish": _finish(planned.early_finish, granularity),
        "previous_early_start": _start(row["early_start"], granularity),
        "previous_early_finish": _finish(row["early_finish"], granularity),
        "cause": cause.model_dump(mode="json"),
        "driving": None if driver is None else {"dependency_id": str(driver)},
    }
    head = ProjectRecalculation(
        project_id=project.id,
        cause=cause,
        start=start_of(first, granularity),
        finish=finish_of(last, granularity),
        part=1,
        parts=1,
        moves=[],
    )
    project.record(ProjectScheduleRecalculated.written(head, [move]))


def _start(instant: int | None, granularity: Granularity) -> str | None:
    return None if instant is None else as_written(start_of(instant, granularity))


def _finish(instant: int | None, granularity: Granularity) -> str | None:
    return None if instant is None else as_written(finish_of(instant, granularity))
