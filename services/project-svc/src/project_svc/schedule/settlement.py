"""One recalculation at the end of a write, however many changes led to it."""

from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np

from chassis import rows
from contracts.project_events import ProjectRecalculation, ProjectScheduleRecalculated
from contracts.schedules import MOST_MOVES, Cause
from planning.engine import Dates
from project_svc.projects.locked import LockedProject
from project_svc.schedule.alone import lone_task, settle_alone
from project_svc.schedule.columns import PlanColumns, computed, plan_columns_of
from project_svc.schedule.dates import finish_of, start_of
from project_svc.schedule.kept import Drivers, Kept, forget_cancelled, keep
from project_svc.schedule.moves import ROOT, Moves, moves_of
from project_svc.schedule.rows import plan_rows, with_link


async def settle(project: LockedProject) -> Moves | None:
    """Compute the schedule anew if anything disturbed it, keep what changed, and say what moved.

    Raises Cycle, OutsideTime or Unschedulable (409): then nothing of the write may stand.
    """
    if not project.disturbances:
        return None
    await rows.flush(project.session)
    if await _is_settled_alone(project):
        return None
    planned = await _rows_of(project)
    plan, kept = plan_columns_of(project.row, planned), Kept.of(planned)
    dates = await computed(plan)
    drivers = Drivers.of(plan, dates)
    moves = moves_of(project, plan, kept, dates, drivers)
    await _keep(project, plan, kept, dates, drivers, moves)
    if len(moves) or (kept.start, kept.finish) != _frame(dates):
        _say(project, dates, moves)
    return moves


async def _rows_of(project: LockedProject) -> Any:
    """The plan with all that was changed, whether it is written or not."""
    if project.added_link is not None:
        planned = with_link(await plan_rows(project.session, project.id), project.added_link)
        if planned is not None:
            return planned
    await project.catch_up()
    return await plan_rows(project.session, project.id)


async def _is_settled_alone(project: LockedProject) -> bool:
    """Whether all that was disturbed is one task that could be planned alone, and has been. A preview shows the moves of whole plans."""
    cause, *others = project.disturbances.values()
    if others or cause.task_id is None or project.has_untied or project.is_preview:
        return False
    lone = await lone_task(project, cause.task_id)
    if lone is not None:
        settle_alone(project, lone)
    return lone is not None


async def _keep(
    project: LockedProject, plan: PlanColumns, kept: Kept, dates: Dates, drivers: Drivers, moves: Moves
) -> None:
    """Keep the new dates of what moved or is driven by something else; drop those of tasks that are no longer scheduled."""
    if kept.has_more:
        await forget_cancelled(project)
    changed = kept.changed(dates, drivers).nonzero()[0].astype(np.int32)
    if not changed.size:
        return
    behind = np.full(len(plan.tasks), ROOT, np.int32)
    behind[kept.moved(dates)] = moves.behind
    causes = [_named(change) for change in moves.changes]
    keep(
        project,
        plan.tasks.taken(changed),
        (dates.early_start[changed], dates.early_finish[changed]),
        drivers.taken(changed),
        [causes[number] for number in behind[changed].tolist()],
    )


def _frame(dates: Dates) -> tuple[int, int] | tuple[None, None]:
    return (dates.start, dates.finish) if len(dates.table) else (None, None)


def _named(cause: Cause) -> tuple[str, UUID]:
    """The field that says what a cause was, and its id."""
    told = cause.model_dump(exclude_none=True)
    field = next((name for name in told if name != "project_id"), "project_id")
    return field, told[field]


def _say(project: LockedProject, dates: Dates, moves: Moves) -> None:
    """Record the recalculation, in parts of at most 1,000 moves."""
    granularity = project.row.granularity
    parts = max(1, -(-len(moves) // MOST_MOVES))
    told = moves.written(granularity)
    has_tasks = len(dates.table) > 0
    for part in range(1, parts + 1):
        head = ProjectRecalculation(
            project_id=project.id,
            cause=next(iter(project.disturbances.values())),
            start=start_of(dates.start, granularity) if has_tasks else None,
            finish=finish_of(dates.finish, granularity) if has_tasks else None,
            part=part,
            parts=parts,
            moves=[],
        )
        project.record(ProjectScheduleRecalculated.written(head, list(islice(told, MOST_MOVES))))
