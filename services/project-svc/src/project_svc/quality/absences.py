"""Who is assigned to work on days on which they are not there."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from contracts.project_events.resources import ResourceKind
from contracts.values import Duration
from planning import Plan
from project_svc.assignments.models import Assignment
from project_svc.assignments.presence import Presence
from project_svc.projects.reading import ReadProject
from project_svc.quality.models import Absence
from project_svc.records import table_of
from project_svc.resources.models import Resource
from project_svc.schedule.queries import Planned

ASSIGNMENTS, RESOURCES = table_of(Assignment), table_of(Resource)


async def absences_of(project: ReadProject, plan: Plan, planned: Planned) -> list[Absence]:
    """The assignments to open tasks that fall on days without their resource, in the order of their ids."""
    rows = await project.session.execute(
        select(ASSIGNMENTS.c.id, ASSIGNMENTS.c.task_id, ASSIGNMENTS.c.resource_id, RESOURCES.c.calendar_id)
        .join(RESOURCES, RESOURCES.c.id == ASSIGNMENTS.c.resource_id)
        .where(
            ASSIGNMENTS.c.project_id == project.id,
            ASSIGNMENTS.c.kind == ResourceKind.WORK,
            RESOURCES.c.calendar_id.is_not(None),
        )
        .order_by(ASSIGNMENTS.c.id)
    )
    assigned = [(row.id, row.task_id, row.resource_id, row.calendar_id) for row in rows]
    return list(_absences(plan, planned, await Presence.of(project, planned), assigned)) if assigned else []


def _absences(
    plan: Plan, planned: Planned, presence: Presence, assigned: list[tuple[UUID, UUID, UUID, UUID]]
) -> Iterator[Absence]:
    now = plan.projects[0].data_date
    still_open = {task.id for task in plan.tasks if task.actual_finish is None}
    for assignment_id, task_id, resource_id, calendar_id in assigned:
        shared = presence.shared(task_id, calendar_id)
        if shared is None or task_id not in still_open:
            continue
        item = planned.schedule.items[task_id]
        begin = item.scheduled_start if now is None else max(now, item.scheduled_start)
        missed = shared.missed(begin, item.scheduled_finish) if begin < item.scheduled_finish else 0
        if missed:
            away = Duration(missed, planned.calendar_of(task_id).minutes_per_day)
            yield Absence(assignment_id=assignment_id, task_id=task_id, resource_id=resource_id, away=away)
