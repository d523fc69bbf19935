"""How every write to a project ends: one recalculation, then the record, or what a preview would have moved."""

from collections.abc import Iterator
from typing import Any

from fastapi import Response

from chassis.etag import stamp
from contracts.vocabulary import Granularity
from planning.engine import ABSENT
from project_svc.projects.locked import LockedProject, Shown, StateT
from project_svc.schedule.dates import worked
from project_svc.schedule.models import Moved, Preview
from project_svc.schedule.moves import Moves
from project_svc.schedule.settlement import settle
from project_svc.tolerances.actions import draft_exceptions

PREVIEWED: dict[int | str, dict[str, Any]] = {
    200: {"model": Preview, "description": "with `dry_run=true`: what would move; nothing is written"}
}
"""The OpenAPI response of a preview, for routes that otherwise answer 201 or 204."""


async def conclude(project: LockedProject, record: Shown[StateT], response: Response) -> StateT | Preview:
    """Settle the schedule; answer the record with its ETag, or what a dry run would move. Raises what `settle` does."""
    if (preview := await _settled(project, response)) is not None:
        return preview
    stamp(response, record)
    return project.shown(record)


async def conclude_deletion(project: LockedProject, response: Response) -> Preview | None:
    """The same for a record that is gone."""
    return await _settled(project, response)


async def _settled(project: LockedProject, response: Response) -> Preview | None:
    moves = await settle(project)
    if project.is_preview:
        response.status_code = 200
        return Preview(moved=[] if moves is None else list(moved_dates(moves, project.row.granularity)))
    if project.is_changed:
        await draft_exceptions(project)
    else:
        await project.give_back()
    return None


def moved_dates(moves: Moves, granularity: Granularity) -> Iterator[Moved]:
    """Each date that moved, as answers show it."""
    starts = zip(moves.previous_early_start.tolist(), moves.early_start.tolist(), strict=True)
    finishes = zip(moves.previous_early_finish.tolist(), moves.early_finish.tolist(), strict=True)
    each = zip(moves.written(granularity), moves.calendars, starts, finishes, strict=True)
    for move, calendar, start, finish in each:
        for field, (before, after) in (("early_start", start), ("early_finish", finish)):
            if before == after:
                continue
            driving = move["driving"]
            yield Moved.model_validate(
                {
                    "task_id": move["task_id"],
                    "field": field,
                    "from": move[f"previous_{field}"],
                    "to": move[field],
                    "shift": None if before == ABSENT else worked(calendar, before, after),
                    "cause": move["cause"],
                    "driving_link_id": driving.get("link_id") if isinstance(driving, dict) else None,
                    "driving": driving,
                }
            )
