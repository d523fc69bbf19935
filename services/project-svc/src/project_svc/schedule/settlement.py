"""One recalculation at the end of a write, however many changes led to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import planning
from contracts.project_events import ProjectRecalculation, ProjectScheduleRecalculated
from contracts.schedules import MOST_MOVES, Cause, DrivenByDependency, DrivenByLink, Driving, Move
from contracts.vocabulary import Granularity
from project_svc.projects.locked import LockedProject
from project_svc.schedule import stored
from project_svc.schedule.dates import finish_of, start_of
from project_svc.schedule.network import computed, plan_of


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a write moved, in the order of the tasks' ids, and the causes by their record's id."""

    moves: Sequence[planning.Move]
    causes: dict[UUID, Cause]


async def settle(project: LockedProject) -> Settlement:
    """Compute the schedule anew if anything disturbed it, keep what changed, and say what moved.

    Raises Cycle, OutsideTime or Unschedulable (409): then nothing of the write may stand.
    """
    if not project.disturbances:
        return Settlement([], {})
    await project.session.flush()
    plan = await plan_of(project.session, project.row)
    after = computed(plan)
    kept = await stored.kept_dates(project)
    before = stored.remembered(kept, plan)
    known = planning.Plan(plan.projects, [task for task in plan.tasks if task.id in kept], plan.links)
    root = next(iter(project.disturbances))
    moves = planning.moves(before, after, known, plan, project.disturbances.keys(), root)

    rows = ((task_id, stored.kept_of(item)) for task_id, item in after.items.items())
    named = {move.task_id: _named(project.disturbances[move.cause]) for move in moves}
    changed = ((task_id, dates) for task_id, dates in rows if kept.get(task_id) != dates)
    await stored.keep(project, changed, named, _named(project.disturbances[root]))
    await stored.forget(project, kept.keys() - after.items.keys())

    if moves or _frame(before) != _frame(after):
        _say(project, after, moves, root)
    return Settlement(moves, project.disturbances)


def _frame(schedule: planning.Schedule) -> tuple[int, int] | None:
    return (schedule.start, schedule.finish) if schedule.items else None


def _named(cause: Cause) -> tuple[str, UUID]:
    """The field that says what the cause was, and its id."""
    named = cause.model_dump(exclude_none=True)
    field = next((name for name in named if name != "project_id"), "project_id")
    return field, named[field]


def _say(project: LockedProject, after: planning.Schedule, moves: Sequence[planning.Move], root: UUID) -> None:
    """Record the recalculation, in parts of at most 1,000 moves."""
    granularity = project.row.granularity
    parts = max(1, -(-len(moves) // MOST_MOVES))
    for part in range(parts):
        chunk = moves[part * MOST_MOVES : (part + 1) * MOST_MOVES]
        recalculation = ProjectRecalculation(
            project_id=project.id,
            cause=project.disturbances[root],
            start=start_of(after.start, granularity) if after.items else None,
            finish=finish_of(after.finish, granularity) if after.items else None,
            part=part + 1,
            parts=parts,
            moves=[_move(move, project.disturbances[move.cause], granularity) for move in chunk],
        )
        project.record(ProjectScheduleRecalculated(data=recalculation))


def _move(move: planning.Move, cause: Cause, granularity: Granularity) -> Move:
    start, finish = move.previous_early_start, move.previous_early_finish
    return Move(
        task_id=move.task_id,
        early_start=start_of(move.early_start, granularity),
        early_finish=finish_of(move.early_finish, granularity),
        previous_early_start=None if start is None else start_of(start, granularity),
        previous_early_finish=None if finish is None else finish_of(finish, granularity),
        cause=cause,
        driving=driving(move.driving),
    )


def driving(driver: planning.Link | planning.Imposed | None) -> Driving | None:
    """What drives a task, as it goes over the wire."""
    match driver:
        case planning.Link():
            return DrivenByLink(link_id=driver.id)
        case planning.Imposed():
            return DrivenByDependency(dependency_id=driver.source_id)
        case None:
            return None
