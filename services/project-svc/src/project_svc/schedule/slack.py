"""A link that holds nothing back moves nothing: then no plan has to be computed to know that all dates stay.

That is so of a link from finish to start between tasks that are further apart already, in a project where every link is of that type, without a
lead, and every task is where the links put it: none is under way, held to a date or planned from its end. Nothing drives the later task that did
not before, since the link alone would let it begin earlier. Nor can the link close a circle: along such links no task begins before the one
that it waits for has ended, so whoever waits for the later task is behind it, and the earlier one is not.
"""

from typing import Any

from contracts.vocabulary import LagCalendar, LinkType
from project_svc.calendars.queries import ProjectCalendars
from project_svc.links.models import Link
from project_svc.projects.models import Project

# What is asked of all tasks and links is asked only where the dates leave room, and of a project that has dates for all of them.
FACTS = """
(SELECT before.early_finish AS before_finish, after.early_start AS after_start
 FROM scheduled_tasks AS before, scheduled_tasks AS after, tasks AS earlier, tasks AS later
 WHERE before.task_id = $2 AND after.task_id = $3 AND earlier.id = $2 AND later.id = $3 AND before.early_finish < after.early_start
   AND num_nonnulls(earlier.calendar_id, later.calendar_id) = 0 AND 'cancelled' NOT IN (earlier.state, later.state)
   AND NOT EXISTS (SELECT FROM links WHERE project_id = $1 AND (type <> 'FS' OR lag < 0))
   AND NOT EXISTS (
       SELECT FROM tasks LEFT JOIN scheduled_tasks ON task_id = id AND scheduled_tasks.project_id = $1
       WHERE tasks.project_id = $1 AND state <> 'cancelled'
         AND (task_id IS NULL OR kind = 'level_of_effort' OR mode <> 'auto_asap' OR percent_complete <> 0
              OR num_nonnulls(remaining_duration, actual_start, actual_finish) > 0 OR constraint_type NOT IN ('SNET', 'FNET')))
) AS apart
"""
"""To select from: where the tasks `$2` and `$3` end and begin in the project `$1`, if that tells enough; no row otherwise."""


def is_slack(project: Project, link: Link, facts: Any) -> bool:
    """Whether a new link holds nothing back. facts: `FACTS` of its ends, and `CALENDARS`."""
    if facts["before_finish"] is None or link.type is not LinkType.FS or link.lag < 0:
        return False
    if link.lag and link.lag_calendar is LagCalendar.ALWAYS:
        return False
    calendar = ProjectCalendars.of(project, facts).own
    return calendar.worked(facts["before_finish"]) + link.lag < calendar.worked(facts["after_start"])
