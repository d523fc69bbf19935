"""A project's plan as the database hands it over: one statement, whose answer has a column of the plan in each column.

Ten thousand rows cost more to be taken one by one than to be scheduled. So numbers and ids come packed, one string of bytes a column; what
few tasks have (a constraint, a deadline, progress …) comes for those tasks alone, which `special` marks with a 1. With them come the
dates that are kept. Records are in the order of their ids, since where two links drive a task alike, the first one is named.
"""

import struct
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import fetch_row
from planning import LagCalendar
from planning.engine.codes import LAG_CALENDAR
from project_svc.calendars.queries import CALENDARS
from project_svc.links.models import Link

# What holds a task is `planning.written.held`. -4611686018427387904 is planning.engine.ABSENT; the digits of lag calendars are planning.engine.codes.LAG_CALENDAR.
PLAN = f"""
SELECT * FROM ({CALENDARS}) AS of_calendars, (
    SELECT string_agg(uuid_send(id), '') AS task_id,
           string_agg(int8send(duration), '') AS duration,
           string_agg(CASE WHEN parent_id IS NULL THEN '0' ELSE '1' END, '') AS has_parent,
           string_agg(uuid_send(parent_id), '') AS parent_id,
           string_agg(CASE WHEN special THEN '1' ELSE '0' END, '') AS special,
           array_agg(kind) FILTER (WHERE special) AS kind,
           array_agg(remaining_duration) FILTER (WHERE special) AS remaining_duration,
           array_agg(calendar_id) FILTER (WHERE special) AS calendar_id,
           array_agg(mode) FILTER (WHERE special) AS mode,
           array_agg(CASE WHEN mode <> 'manual' THEN constraint_type WHEN planned_start IS NOT NULL THEN 'MSO'
                          WHEN planned_finish IS NOT NULL THEN 'MFO' ELSE constraint_type END) FILTER (WHERE special)
               AS constraint_type,
           array_agg(CASE WHEN mode = 'manual' THEN coalesce(planned_start, planned_finish, constraint_date)
                          ELSE constraint_date END) FILTER (WHERE special) AS constraint_date,
           array_agg(deadline) FILTER (WHERE special) AS deadline,
           array_agg(percent_complete::float8) FILTER (WHERE special) AS percent_complete,
           array_agg(actual_start) FILTER (WHERE special) AS actual_start,
           array_agg(actual_finish) FILTER (WHERE special) AS actual_finish,
           string_agg(int8send(coalesce(early_start, -4611686018427387904)), '') AS early_start,
           string_agg(int8send(coalesce(early_finish, -4611686018427387904)), '') AS early_finish,
           string_agg(uuid_send(coalesce(driving_link_id, '00000000-0000-0000-0000-000000000000')), '') AS driving_link_id,
           string_agg(uuid_send(coalesce(driving_dependency_id, '00000000-0000-0000-0000-000000000000')), '')
               AS driving_dependency_id
    FROM (
        SELECT tasks.*, early_start, early_finish, driving_link_id, driving_dependency_id,
               kind <> 'task' OR mode <> 'auto_asap' OR percent_complete <> 0 OR num_nonnulls(
                   remaining_duration, constraint_type, deadline, actual_start, actual_finish, calendar_id) > 0 AS special
        FROM tasks LEFT JOIN scheduled_tasks ON task_id = id AND scheduled_tasks.project_id = $1
        WHERE tasks.project_id = $1 AND state <> 'cancelled'
        ORDER BY id
    ) AS planned
) AS of_tasks, (
    SELECT string_agg(uuid_send(id), '') AS link_id,
           string_agg(uuid_send(predecessor_id), '') AS predecessor_id,
           string_agg(uuid_send(successor_id), '') AS successor_id,
           string_agg(type, '') AS type,
           string_agg(int8send(lag), '') AS lag,
           string_agg(CASE lag_calendar WHEN 'project' THEN '0' WHEN 'predecessor' THEN '1' WHEN 'successor' THEN '2' ELSE '3' END, '')
               AS lag_calendar
    FROM (SELECT * FROM links WHERE project_id = $1 ORDER BY id) AS linking
) AS of_links, (
    SELECT string_agg(uuid_send(dependency_id), '') AS dependency_id,
           string_agg(uuid_send(task_id), '') AS imposed_on,
           array_agg(side) AS side,
           array_agg(coalesce(moment, at)) AS at
    FROM (SELECT * FROM imposed_dates WHERE project_id = $1 ORDER BY task_id, dependency_id) AS imposed
) AS of_imposed_dates, (
    SELECT count(*) AS kept, min(early_start) AS start, max(early_finish) AS finish FROM scheduled_tasks WHERE project_id = $1
) AS of_all_that_is_kept
"""  # noqa: S608  (constants)


async def plan_rows(session: AsyncSession, project_id: UUID) -> Any:
    """The answer: one record with the columns that the statement names."""
    return await fetch_row(session, PLAN, project_id)


def with_link(rows: Any, link: Link) -> Any:
    """The same with a new link, which the database does not know yet; None if that is not the last one in the order of ids."""
    known: bytes = rows["link_id"] or b""
    if known[-16:] > link.id.bytes:
        return None
    added = {
        "link_id": link.id.bytes,
        "predecessor_id": link.predecessor_id.bytes,
        "successor_id": link.successor_id.bytes,
        "type": link.type.value,
        "lag": struct.pack(">q", link.lag),
        "lag_calendar": str(LAG_CALENDAR[LagCalendar(link.lag_calendar.value)]),
    }
    return dict(rows) | {name: value if rows[name] is None else rows[name] + value for name, value in added.items()}
