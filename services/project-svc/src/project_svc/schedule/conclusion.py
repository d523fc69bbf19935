"""How every write to a project ends: one recalculation, then the record, or what a preview would have moved."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Literal

from fastapi import Response

import planning
from chassis.etag import stamp
from contracts.values import Duration
from contracts.vocabulary import Granularity
from planning import MON_TO_FRI
from project_svc.projects.locked import LockedProject, Shown, StateT
from project_svc.schedule.dates import finish_of, start_of
from project_svc.schedule.models import Moved, Preview
from project_svc.schedule.settlement import Settlement, driving, settle

PREVIEWED: dict[int | str, dict[str, Any]] = {
    200: {"model": Preview, "description": "with `dry_run=true`: what would move; nothing is written"}
}
"""The OpenAPI response of a preview, for routes that otherwise answer 201 or 204."""

Field = Literal["early_start", "early_finish"]


async def conclude(project: LockedProject, record: Shown[StateT], response: Response) -> StateT | Preview:
    """Settle the schedule; answer the record with its ETag, or what a dry run would move. Raises what `settle` does."""
    if (preview := await _settled(project, response)) is not None:
        return preview
    stamp(response, record)
    return record.wire()


async def conclude_deletion(project: LockedProject, response: Response) -> Preview | None:
    """The same for a record that is gone."""
    return await _settled(project, response)


async def _settled(project: LockedProject, response: Response) -> Preview | None:
    settlement = await settle(project)
    if project.is_preview:
        response.status_code = 200
        return Preview(moved=list(_moved(settlement, project.row.granularity)))
    if not project.is_changed:
        await project.give_back()
    return None


def _moved(settlement: Settlement, granularity: Granularity) -> Iterator[Moved]:
    for move in settlement.moves:
        dates: tuple[tuple[Field, int | None, int, Callable[[int, Granularity], date]], ...] = (
            ("early_start", move.previous_early_start, move.early_start, start_of),
            ("early_finish", move.previous_early_finish, move.early_finish, finish_of),
        )
        for field, before, after, shown in dates:
            if before == after:
                continue
            yield Moved.model_validate(
                {
                    "task_id": move.task_id,
                    "field": field,
                    "from": None if before is None else shown(before, granularity),
                    "to": shown(after, granularity),
                    "shift": None if before is None else Duration(MON_TO_FRI.between(before, after)),
                    "cause": settlement.causes[move.cause],
                    "driving_link_id": move.driving.id if isinstance(move.driving, planning.Link) else None,
                    "driving": driving(move.driving),
                }
            )
