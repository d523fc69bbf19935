"""The last move of a value, as it goes over the wire."""

from typing import TYPE_CHECKING
from uuid import UUID

from contracts.values import Duration
from planning.explaining import FLOATS, STARTS, DateField
from project_svc.schedule.dates import finish_of, start_of, worked
from project_svc.schedule.explained import LastMove, ProjectMove, ValueMove
from project_svc.schedule.last_moves import last_move, moved_at
from project_svc.schedule.trials import Asked, Found, search

if TYPE_CHECKING:
    from project_svc.schedule.explaining import Explaining

F = DateField
EARLY = {F.EARLY_START: "early_start", F.EARLY_FINISH: "early_finish"}
SCHEDULED = {F.SCHEDULED_START: F.EARLY_START, F.SCHEDULED_FINISH: F.EARLY_FINISH}


async def last_move_of(explaining: "Explaining", task_id: UUID, field: DateField) -> LastMove | ValueMove | None:
    """What moved a task's date or float last. None when it never moved since it was first there, or nobody can tell."""
    if field in EARLY and (kept := await last_move(explaining, task_id, [field])) is not None:
        return kept
    until = await moved_at(explaining, task_id) if field in EARLY else None
    answer = await search(explaining.project, explaining.plan, Asked(task_id, field), until)
    if answer.found is not None:
        return _told(explaining, task_id, field, answer.found)
    item = explaining.planned.schedule.items[task_id]
    if answer.is_known or field not in SCHEDULED or getattr(item, field) != getattr(item, SCHEDULED[field]):
        return None
    return await last_move(explaining, task_id, [SCHEDULED[field]])


async def last_move_of_project(
    explaining: "Explaining", task_id: UUID, field: DateField
) -> LastMove | ProjectMove | None:
    """What moved the project's start or finish last. task_id: the task that sets it now, whose move is told if it is the one."""
    answer = await search(explaining.project, explaining.plan, Asked(None, field))
    kept = await last_move(explaining, task_id, [field])
    found = answer.found
    if found is None:
        return None if answer.is_known else kept
    if kept is not None and kept.revision == found.revision:
        return kept
    schedule, calendar = explaining.planned.schedule, explaining.planned.calendar
    now = schedule.start if field is F.EARLY_START else schedule.finish
    return ProjectMove.model_validate(
        {**_head(found), **_between(explaining, field, found.before, now), "shift": worked(calendar, found.before, now)}
    )


def _told(explaining: "Explaining", task_id: UUID, field: DateField, found: Found) -> ValueMove:
    calendar = explaining.planned.calendar_of(task_id)
    now = int(getattr(explaining.planned.schedule.items[task_id], field))
    if field in FLOATS:
        shift = Duration(now - found.before, calendar.minutes_per_day)
        values: dict[str, object] = {
            "from": Duration(found.before, calendar.minutes_per_day),
            "to": Duration(now, calendar.minutes_per_day),
        }
    else:
        shift, values = worked(calendar, found.before, now), _between(explaining, field, found.before, now)
    return ValueMove.model_validate({**_head(found), "task_id": task_id, "field": field, **values, "shift": shift})


def _head(found: Found) -> dict[str, object]:
    return {"revision": found.revision, "moved_at": found.at, "cause": found.cause}


def _between(explaining: "Explaining", field: DateField, before: int, now: int) -> dict[str, object]:
    shown = start_of if field in STARTS else finish_of
    return {"from": shown(before, explaining.granularity), "to": shown(now, explaining.granularity)}
