"""What moved a task's early dates last: that is kept with them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from contracts.schedules import Cause
from project_svc.schedule.dates import finish_of, start_of, worked
from project_svc.schedule.explained import LastMove, MovedDates
from project_svc.schedule.models import ScheduledTask

if TYPE_CHECKING:
    from project_svc.schedule.explaining import Explaining

BOTH = ("early_start", "early_finish")


async def last_move(explaining: "Explaining", task_id: UUID, sides: Sequence[str] = BOTH) -> LastMove | None:
    """The last move of a task. sides: of which dates; the shift is that of the last one.

    None when it never moved since it was first scheduled, and when its last move left these sides where they were.
    """
    kept = await explaining.project.session.get(ScheduledTask, task_id)
    return None if kept is None else _shown(explaining, kept, sides)


async def moved_at(explaining: "Explaining", task_id: UUID) -> int | None:
    """The revision that moved the task's early dates last, or was their first; None where nothing is kept."""
    kept = await explaining.project.session.get(ScheduledTask, task_id)
    return None if kept is None else kept.moved_revision


def _shown(explaining: "Explaining", kept: ScheduledTask, sides: Sequence[str]) -> LastMove | None:
    before_start, before_finish = kept.previous_early_start, kept.previous_early_finish
    if before_start is None or before_finish is None:
        return None
    shifts = {"early_start": (before_start, kept.early_start), "early_finish": (before_finish, kept.early_finish)}
    if all(shifts[side][0] == shifts[side][1] for side in sides):
        return None
    granularity = explaining.granularity
    before, after = (
        MovedDates(early_start=start_of(start, granularity), early_finish=finish_of(finish, granularity))
        for start, finish in ((before_start, before_finish), (kept.early_start, kept.early_finish))
    )
    return LastMove.model_validate(
        {
            "task_id": kept.task_id,
            "revision": kept.moved_revision,
            "moved_at": kept.moved_at,
            "from": before,
            "to": after,
            "shift": worked(explaining.planned.calendar_of(kept.task_id), *shifts[sides[-1]]),
            "cause": _cause_of(kept),
        }
    )


def _cause_of(kept: ScheduledTask) -> Cause:
    return Cause.model_validate({"project_id": kept.project_id, kept.cause_kind: kept.cause_id})
