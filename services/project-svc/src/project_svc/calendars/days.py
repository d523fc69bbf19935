"""How long `P1D` is in each record: the day of the calendar that applies to it, kept beside its minutes.

Durations are kept in minutes, so work that is planned stays as long as it is when the hours of a day change; what changes is how
many days it is written as.
"""

from uuid import UUID

from sqlalchemy import text

from chassis import rows
from chassis.problem import FieldError, InvalidRequest, NotFound
from contracts.values import MINUTES_PER_DAY, Duration, WrittenDuration
from contracts.vocabulary import LagCalendar
from planning import ROUND_THE_CLOCK
from project_svc.calendars.models import Calendar
from project_svc.projects.locked import LockedProject

# What applies to each record, from the outside in: a task's day hangs on its project's, a link's on its tasks'.
SPREAD = tuple(
    text(f"{statement} AND records.minutes_per_day <> applying.minutes_per_day")
    for statement in (
        """UPDATE tasks AS records SET minutes_per_day = applying.minutes_per_day
           FROM (SELECT tasks.id, coalesce(calendars.minutes_per_day, projects.minutes_per_day) AS minutes_per_day
                 FROM tasks JOIN projects ON projects.id = tasks.project_id LEFT JOIN calendars ON calendars.id = tasks.calendar_id
                 WHERE tasks.project_id = :project_id) AS applying
           WHERE records.id = applying.id""",
        """UPDATE links AS records SET minutes_per_day = applying.minutes_per_day
           FROM (SELECT links.id,
                        CASE lag_calendar WHEN '24h' THEN CAST(:round_the_clock AS bigint)
                                          WHEN 'project' THEN projects.minutes_per_day
                                          WHEN 'predecessor' THEN predecessors.minutes_per_day
                                          ELSE successors.minutes_per_day END AS minutes_per_day
                 FROM links JOIN projects ON projects.id = links.project_id
                      JOIN tasks AS predecessors ON predecessors.id = predecessor_id
                      JOIN tasks AS successors ON successors.id = successor_id
                 WHERE links.project_id = :project_id) AS applying
           WHERE records.id = applying.id""",
        """UPDATE assignments AS records SET minutes_per_day = applying.minutes_per_day
           FROM (SELECT id, minutes_per_day FROM tasks WHERE project_id = :project_id) AS applying
           WHERE records.task_id = applying.id""",
        """UPDATE risks AS records SET minutes_per_day = applying.minutes_per_day
           FROM (SELECT id, minutes_per_day FROM projects WHERE id = :project_id) AS applying
           WHERE records.project_id = applying.id""",
    )
)


async def spread_days(project: LockedProject) -> None:
    """Take the present days of calendars over to the project and every record in it, after one changed or another applies."""
    project.row.minutes_per_day = await day_of(project, project.row.calendar_id)
    await rows.save(project.session, project.row)
    told = {"project_id": project.id, "round_the_clock": ROUND_THE_CLOCK.minutes_per_day}
    for statement in SPREAD:
        used = {name: told[name] for name in statement.compile().params}
        await project.session.execute(statement, used)


async def day_of(project: LockedProject, calendar_id: UUID | None) -> int:
    """The minutes of a day on a calendar of this project; without one, on the standard calendar. Raises NotFound."""
    return MINUTES_PER_DAY if calendar_id is None else (await calendar_of(project, calendar_id)).minutes_per_day


async def task_day(project: LockedProject, calendar_id: UUID | None) -> int:
    """The minutes of a day of a task with this calendar; without one, of the project. Raises NotFound."""
    return project.row.minutes_per_day if calendar_id is None else await day_of(project, calendar_id)


def lag_day(project: LockedProject, lag_calendar: LagCalendar, predecessor_day: int, successor_day: int) -> int:
    """The minutes of a day of a lag, between tasks with days of so many minutes."""
    match lag_calendar:
        case LagCalendar.ALWAYS:
            return ROUND_THE_CLOCK.minutes_per_day
        case LagCalendar.PREDECESSOR:
            return predecessor_day
        case LagCalendar.SUCCESSOR:
            return successor_day
    return project.row.minutes_per_day


async def calendar_of(project: LockedProject, calendar_id: UUID) -> Calendar:
    """The calendar of this project that a body names as `calendar_id`. Raises NotFound, also for one of another project."""
    calendar = await project.session.get(Calendar, calendar_id)
    if calendar is None or calendar.project_id != project.id:
        message = f"There is no calendar {calendar_id} in this project."
        error = FieldError(location="body", pointer="/calendar_id", rule="unknown_calendar", message=message)
        raise NotFound(message, errors=[error])
    return calendar


def bound(written: WrittenDuration, minutes_per_day: int, pointer: str) -> Duration:
    """The duration on a calendar with this day. Raises InvalidRequest where it is too long there."""
    try:
        return written.on(minutes_per_day)
    except ValueError as error:
        field = FieldError(location="body", pointer=pointer, rule="duration_out_of_range", message=f"{error}.")
        raise InvalidRequest(f"{error}.", errors=[field]) from error
