"""What a preview tells: early dates that move, and beside them when work is scheduled and by when it has to be done."""

import asyncio
from collections.abc import Iterator, Mapping
from uuid import UUID

import numpy as np

from chassis import rows
from contracts.schedules import Cause
from contracts.vocabulary import Granularity
from planning.engine import ABSENT, Dates
from planning.engine.arrays import Flags, Instants
from planning.explaining import STARTS, DateField
from project_svc.projects.locked import LockedProject
from project_svc.schedule.columns import LARGE, PlanColumns, computed, plan_columns_of
from project_svc.schedule.dates import finishes_of, starts_of, worked
from project_svc.schedule.leading import Leading, scheduled
from project_svc.schedule.models import Moved
from project_svc.schedule.moves import Moves
from project_svc.schedule.rows import plan_rows

F = DateField
SCHEDULED = {F.SCHEDULED_START: F.EARLY_START, F.SCHEDULED_FINISH: F.EARLY_FINISH}
"""Scheduled dates, and the early dates that most of them are."""
LATE = (F.LATE_START, F.LATE_FINISH)


async def moved_dates(project: LockedProject, moves: Moves | None) -> list[Moved]:
    """Each date that moved, as answers show it. moves: what settling found of early dates, None where none could move.

    Raises what `settle` does.
    """
    early = [] if moves is None else list(_early(moves, project.row.granularity))
    causes = _causes(project)
    if project.before is None or not causes:
        return early
    await rows.flush(project.session)
    await project.catch_up()
    plan = plan_columns_of(project.row, await plan_rows(project.session, project.id))
    before, after = await computed(project.before), await computed(plan)
    told = _Compared(project, project.before, plan, before, after, causes, {each.task_id: each.cause for each in early})
    return early + (told.moved() if len(plan.tasks) < LARGE else await asyncio.to_thread(told.moved))


def _causes(project: LockedProject) -> dict[UUID, Cause]:
    """Everything that was changed of what dates are computed from, by its id."""
    return project.disturbances | project.limits


def _early(moves: Moves, granularity: Granularity) -> Iterator[Moved]:
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


class _Compared:
    """A plan before and after a command, and their schedules. early: by task, the causes of early dates that moved."""

    def __init__(
        self,
        project: LockedProject,
        plan_before: PlanColumns,
        plan: PlanColumns,
        before: Dates,
        after: Dates,
        causes: Mapping[UUID, Cause],
        early: Mapping[UUID, Cause],
    ) -> None:
        self._plan, self._granularity = plan, project.row.granularity
        self._has_other_limits = project.has_other_limits
        self._now = after
        none = np.full((1, before.table.shape[1]), ABSENT)
        rows_before = plan.tasks.rows_in(plan_before.tasks)  # NEVER, where a task is new, is the last
        self._then = Dates(
            before.start,
            before.finish,
            np.vstack([before.table, none])[rows_before],
            *(before.critical, before.driving_link, before.driving_imposed, before.longest_path),
        )
        plans = ((plan, after), (plan_before, before))
        self._leading = Leading((scheduled(*each) for each in plans), causes, early.get)

    def moved(self) -> list[Moved]:
        """Scheduled dates that are not the early ones, and late dates where limits changed."""
        fields = [*SCHEDULED, *(LATE if self._has_other_limits else ())]
        return [each for field in fields for each in self._of(field)]

    def _of(self, field: DateField) -> Iterator[Moved]:
        then, now = self._columns(field)
        found = self._differing(field, then, now).nonzero()[0].astype(np.int32)
        if not found.size:
            return
        shown = starts_of if field in STARTS else finishes_of
        for task_id, calendar, before, after, *written in zip(
            self._plan.tasks.taken(found),
            self._plan.calendars_of(found),
            then[found].tolist(),
            now[found].tolist(),
            shown(then[found], self._granularity),
            shown(now[found], self._granularity),
            strict=True,
        ):
            yield Moved.model_validate(
                {
                    "task_id": task_id,
                    "field": field.value,
                    "from": written[0],
                    "to": written[1],
                    "shift": None if before == ABSENT else worked(calendar, before, after),
                    "cause": self._leading.cause(task_id, field),
                    "driving_link_id": None,
                    "driving": None,
                }
            )

    def _differing(self, field: DateField, then: Instants, now: Instants) -> Flags:
        differing: Flags = then != now
        if field in SCHEDULED:
            early_then, early_now = self._columns(SCHEDULED[field])
            differing &= (then != early_then) | (now != early_now)
        return differing

    def _columns(self, field: DateField) -> tuple[Instants, Instants]:
        return getattr(self._then, field.value), getattr(self._now, field.value)
