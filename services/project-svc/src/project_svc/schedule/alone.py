"""A task that nothing ties to others is planned alone: no early date of theirs depends on it, and none of its own on them.

That is most tasks when they are made, and then a write costs the same in a project of any size. One statement asks whether it is one, and
for all that its dates follow from; one that is written with the events keeps them.
"""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

import planning
from chassis import outbox
from chassis.statements import fetch_row
from contracts.project_events import ProjectRecalculation, ProjectScheduleRecalculated
from contracts.vocabulary import Granularity
from planning.reference import run
from planning.written import at_actual_finish, at_actual_start, at_finish, at_start, constraint
from project_svc.calendars.queries import CALENDARS, ProjectCalendars
from project_svc.projects.locked import LockedProject
from project_svc.records import as_written, read_written
from project_svc.schedule.columns import planned_project
from project_svc.schedule.dates import finish_of, start_of
from project_svc.schedule.kept import UPSERT
from project_svc.schedule.problems import explained

# The first two conditions ask nothing of the rows that they are asked beside, so PostgreSQL answers them first, and reads no row where the
# answer is no. `first` and `last` are the dates of all others, as planning counts them; `unkept` says how many of them have none yet.
_UNTIED = """
    NOT EXISTS (SELECT FROM links WHERE predecessor_id = $2) AND NOT EXISTS (SELECT FROM links WHERE successor_id = $2)
"""
ALONE = f"""
SELECT * FROM (
    SELECT kind, duration, remaining_duration, calendar_id, mode, constraint_type, constraint_date, deadline, percent_complete,
           actual_start, actual_finish, early_start, early_finish, driving_link_id, driving_dependency_id
    FROM tasks LEFT JOIN scheduled_tasks ON task_id = id
    WHERE id = $2 AND parent_id IS NULL AND kind IN ('task', 'milestone') AND state <> 'cancelled' AND {_UNTIED}
) AS task, (
    SELECT array_agg(dependency_id) AS dependency_ids, array_agg(side) AS sides, array_agg(coalesce(moment, at)) AS dates
    FROM (SELECT * FROM imposed_dates WHERE project_id = $1 AND task_id = $2 ORDER BY dependency_id) AS imposed
) AS imposed, ({CALENDARS}) AS of_calendars, (
    SELECT min(early_start) FILTER (WHERE kind <> 'level_of_effort') AS first,
           max(early_finish) FILTER (WHERE kind <> 'level_of_effort') AS last,
           count(*) FILTER (WHERE task_id IS NULL) AS unkept
    FROM tasks LEFT JOIN scheduled_tasks ON task_id = id
    WHERE tasks.project_id = $1 AND state <> 'cancelled' AND id <> $2 AND {_UNTIED}
) AS others
"""  # noqa: S608  (constants)
WRITTEN = ("constraint_date", "deadline", "actual_start", "actual_finish")


async def lone_row(session: AsyncSession, project_id: UUID, task_id: UUID) -> Any:
    """What the dates of a task follow from that can be planned alone; None for any other, and while dates of others are not kept."""
    row = await fetch_row(session, ALONE, project_id, task_id)
    return row if row is not None and not row["unkept"] else None


def settle_alone(project: LockedProject, task_id: UUID, row: Any) -> None:
    """Compute the dates of a task that can be planned alone, keep them if they changed, and say so.

    Raises OutsideTime or Unschedulable (409): then nothing of the write may stand.
    """
    planned = _planned(project, task_id, row)
    before, after = (row["early_start"], row["early_finish"]), (planned.early_start, planned.early_finish)
    driver = planned.driving.source_id if isinstance(planned.driving, planning.Imposed) else None
    if before == after and (row["driving_link_id"], row["driving_dependency_id"]) == (None, driver):
        return
    organization_id, cause = project.row.organization_id, ([task_id], *([each] for each in after), [None], [driver])
    told = (organization_id, project.id, project.revision, project.now, *cause, ["task_id"], [task_id])
    outbox.send_along(project.session, UPSERT, *told)
    if before != after:
        _say(project, task_id, row, planned, driver)


def _planned(project: LockedProject, task_id: UUID, row: Any) -> planning.ScheduledTask:
    calendars = ProjectCalendars.of(project.row, row)
    plan = planning.Plan([planned_project(project.row, calendars)], [_task(project.id, task_id, row, calendars)], [])
    try:
        (planned,) = run(plan, critical_float=0).rows
    except planning.PlanError as error:
        raise explained(error) from error
    return planned


def _task(project_id: UUID, task_id: UUID, row: Any, calendars: ProjectCalendars) -> planning.Task:
    calendar = calendars.of_task(row["calendar_id"])
    bound = {name: None if row[name] is None else read_written(row[name]) for name in WRITTEN}
    kind, deadline = row["constraint_type"], bound["deadline"]
    start, finish = bound["actual_start"], bound["actual_finish"]
    imposed = zip(row["dependency_ids"] or (), row["sides"] or (), row["dates"] or (), strict=True)
    return planning.Task(
        task_id,
        project_id,
        planning.TaskKind(row["kind"]),
        row["duration"],
        row["remaining_duration"],
        calendar=calendar,
        mode=planning.SchedulingMode(row["mode"]),
        constraint=None
        if kind is None
        else constraint(planning.ConstraintType(kind), bound["constraint_date"], calendar),
        deadline=None if deadline is None else at_finish(deadline, calendar),
        percent_complete=float(row["percent_complete"]),
        actual_start=None if start is None else at_actual_start(start, calendar),
        actual_finish=None if finish is None else at_actual_finish(finish, calendar),
        imposed=tuple(
            planning.Imposed(
                dependency_id,
                (at_start if side == "start" else at_finish)(read_written(at), calendar),
                side,
            )
            for dependency_id, side, at in imposed
        ),
    )


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
