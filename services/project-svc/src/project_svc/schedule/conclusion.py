"""How every write to a project ends: one recalculation, then the record, or what a preview would have moved."""

from typing import Any

from fastapi import Response

from chassis.etag import stamp
from project_svc.projects.locked import LockedProject, Shown, StateT
from project_svc.schedule.models import Preview
from project_svc.schedule.previewing import moved_dates
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
        return Preview(moved=await moved_dates(project, moves))
    await end_write(project)
    return None


async def end_write(project: LockedProject) -> None:
    """The last thing of a write that was settled: exceptions from tolerances are drafted; one that changed nothing gives its revision back."""
    if project.is_changed:
        await draft_exceptions(project)
    else:
        await project.give_back()
