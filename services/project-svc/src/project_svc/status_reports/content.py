"""What a status report freezes: the project's figures as its own routes tell them, at one revision."""

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from contracts.project_events.log import IssueStatus
from pictures.reporting import LISTED, extent
from project_svc.assessment.queries import assessment_of
from project_svc.change_requests.models import CHANGE_REQUESTS
from project_svc.earned_value.answer import shown
from project_svc.earned_value.queries import standing_of
from project_svc.projects.reading import ReadProject
from project_svc.records import as_written, day_written
from project_svc.register.actions import all_of
from project_svc.register.declared import Declared
from project_svc.registers import DELIVERABLES, ISSUES
from project_svc.schedule.dates import finish_of, start_of
from project_svc.schedule.queries import schedule_of
from project_svc.status_reports.bars import bars_of
from project_svc.status_reports.curve import curve_of
from project_svc.status_reports.floats import float_burn_of, float_of
from project_svc.tasks.models import Task
from project_svc.tolerances.models import EXCEPTIONS

MOST_LISTED = 100


async def content_of(project: ReadProject) -> dict[str, Any]:
    """The project's figures as JSON. Raises Cycle, OutsideTime, Unschedulable."""
    planned = await schedule_of(project)
    standing = await standing_of(project, None)
    data_date = day_written(standing.data_date)
    schedule, granularity = planned.schedule, project.row.granularity
    states = await project.session.scalars(select(col(Task.state)).where(col(Task.project_id) == project.id))
    assessment = await assessment_of(project)
    left = await float_of(project, planned, data_date)
    lists = {
        "risks": [each.model_dump(mode="json") for each in assessment.items],
        "issues": [
            each.model_dump(mode="json", include={"id", "title", "priority", "state", "owner", "due_on", "escalated"})
            for each in await all_of(project, ISSUES)
            if each.state not in {IssueStatus.RESOLVED, IssueStatus.CLOSED}
        ],
    }
    first = {name: each[:MOST_LISTED] for name, each in lists.items()}
    return {
        "project": project.row.wire().model_dump(mode="json"),
        "data_date": data_date.isoformat(),
        "schedule": {
            "start": as_written(start_of(schedule.start, granularity)) if schedule.items else None,
            "finish": as_written(finish_of(schedule.finish, granularity)) if schedule.items else None,
            "tasks": dict(sorted(Counter(state.value for state in states).items())),
            "critical": sum(item.critical for item in schedule.items.values()),
            **await bars_of(project, planned),
        },
        "float": left,
        "float_burn": [*await float_burn_of(project), left],
        "earned_value": shown(project, standing).model_dump(mode="json"),
        "curve": await curve_of(project, standing.data_date),
        "risks": assessment.model_dump(mode="json", exclude={"matrix", "items"}) | {"items": first["risks"]},
        "issues": first["issues"],
        LISTED: {name: extent(each, len(lists[name])) for name, each in first.items()},
        **{each.collection: await _states(project, each) for each in (DELIVERABLES, CHANGE_REQUESTS, EXCEPTIONS)},
    }


async def _states(project: ReadProject, declared: Declared[Any]) -> dict[str, int]:
    """How many records are in each state."""
    table = declared.table
    found = await project.session.scalars(select(table.c.state).where(table.c.project_id == project.id))
    return dict(sorted(Counter(state.value for state in found).items()))
