"""What must hold of one task, and of its place in the work breakdown."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, text
from sqlmodel import col, select

from chassis import rows
from chassis.problem import Conflict, FieldError, InvalidRequest, NotFound
from contracts.project_events import TaskState
from contracts.vocabulary import ConstraintType, TaskKind, TaskStatus
from project_svc.assignments.effort import assignments_of
from project_svc.links.models import Link
from project_svc.projects.locked import LockedProject
from project_svc.projects.models import Project
from project_svc.schedule.problems import Cycle
from project_svc.tasks.models import WHOLE, Task

DATELESS = frozenset({ConstraintType.ASAP, ConstraintType.ALAP})
ABOVE = text("""
    WITH RECURSIVE above (id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM tasks WHERE id = :lowest
        UNION ALL
        SELECT tasks.id, tasks.parent_id, depth + 1 FROM tasks JOIN above ON tasks.id = above.parent_id
    )
    SELECT id FROM above ORDER BY depth
""")
BY_PROGRESS = frozenset({TaskStatus.IN_PROGRESS, TaskStatus.COMPLETE})


class OtherProject(Conflict):
    """A record names a task of another project."""

    slug, title = "other-project", "The task belongs to another project"


def check_task(task: Task, project: Project) -> None:
    """Raise InvalidRequest with everything that is wrong with the task."""
    dates = {
        "/constraint/date": task.constraint_date,
        "/deadline": task.deadline,
        "/actual_start": task.actual_start,
        "/actual_finish": task.actual_finish,
        "/planned_start": task.planned_start,
        "/planned_finish": task.planned_finish,
    }
    errors = project.refused_dates(dates) or [*_kind(task), *_planned(task), *_constraint(task), *_progress(task)]
    if errors:
        raise InvalidRequest(errors[0].message, errors=errors)


def _error(pointer: str, rule: str, message: str) -> FieldError:
    return FieldError(location="body", pointer=pointer, rule=rule, message=message)


def _kind(task: Task) -> Iterator[FieldError]:
    if task.kind is TaskKind.MILESTONE and (task.duration or task.remaining_duration):
        yield _error("/duration", "milestone_duration", "A milestone has no duration: send P0D or leave it out.")
    if task.kind is not TaskKind.SUMMARY:
        return
    own: dict[str, object] = {
        "/duration": task.duration,
        "/remaining_duration": task.remaining_duration,
        "/constraint": task.constraint_type,
        "/planned_start": task.planned_start,
        "/planned_finish": task.planned_finish,
        "/percent_complete": task.percent_complete,
        "/actual_start": task.actual_start,
        "/actual_finish": task.actual_finish,
    }
    if task.state in BY_PROGRESS:
        own["/state"] = task.state
    for pointer, value in own.items():
        if value:
            yield _error(pointer, "summary_is_rolled_up", "A summary has none of its own: it is the sum of its tasks.")


def _planned(task: Task) -> Iterator[FieldError]:
    start, finish = task.planned_start, task.planned_finish
    if start is not None and finish is not None and _is_before(finish, start):
        yield _error("/planned_finish", "finish_before_start", "The planned finish lies before the planned start.")


def _constraint(task: Task) -> Iterator[FieldError]:
    if task.constraint_type is None:
        return
    if task.constraint_type in DATELESS and task.constraint_date is not None:
        yield _error("/constraint/date", "constraint_date", f"{task.constraint_type} takes no date.")
    if task.constraint_type not in DATELESS and task.constraint_date is None:
        yield _error("/constraint/date", "constraint_date", f"{task.constraint_type} needs a date.")


def _progress(task: Task) -> Iterator[FieldError]:
    if task.kind is TaskKind.SUMMARY:
        return
    start, finish = task.actual_start, task.actual_finish
    if finish is not None and start is None:
        yield _error("/actual_start", "actual_start_missing", "What is finished was started: send actual_start too.")
    if start is not None and finish is not None and _is_before(finish, start):
        yield _error("/actual_finish", "finish_before_start", "The actual finish lies before the actual start.")
    match task.state:
        case TaskStatus.COMPLETE:
            if finish is None:
                yield _error("/state", "complete_needs_dates", "Complete needs actual_start and actual_finish.")
            if task.percent_complete != WHOLE:
                yield _error("/percent_complete", "complete_is_whole", "What is complete is complete by 100 percent.")
            if task.remaining_duration:
                yield _error("/remaining_duration", "complete_is_whole", "What is complete has nothing remaining.")
        case TaskStatus.NOT_STARTED if start is not None or task.percent_complete > 0:
            yield _error("/state", "already_started", "It has progress, so it has been started.")
        case _ if finish is not None:
            yield _error("/state", "already_finished", "It has an actual finish, so it is complete.")


def _is_before(finish: date, start: date) -> bool:
    """Whether a finish lies before a start, as written: work may be done on days that no calendar knows."""
    if isinstance(finish, datetime) and isinstance(start, datetime):
        return finish < start
    return finish.isoformat()[:10] < start.isoformat()[:10]


async def check_place(project: LockedProject, task: Task, before: TaskState) -> None:
    """Raise Conflict, Cycle or NotFound if the changed task no longer fits among the others. Nothing of it may be flushed yet."""
    if task.parent_id != before.parent_id or task.state is not before.state:
        await check_parent(project, task)
    if task.kind is not before.kind:
        if before.kind is TaskKind.SUMMARY and await children_of(project, task.id):
            raise Conflict("It has tasks below it, so it stays a summary.")
        if task.kind is TaskKind.SUMMARY and await links_of(project, task.id):
            raise Conflict("It has links, so it cannot become a summary: link the tasks below it instead.")
        if task.kind is TaskKind.SUMMARY and await assignments_of(project, task.id):
            raise Conflict("Work is assigned to it, so it cannot become a summary: assign the tasks below it instead.")
    if task.state is TaskStatus.CANCELLED and task.state is not before.state:
        below = await children_of(project, task.id)
        if any(child.state is not TaskStatus.CANCELLED for child in below):
            raise Conflict("It has tasks below it that are not cancelled: cancel or move them first.")


async def check_parent(project: LockedProject, task: Task) -> Task | None:
    """The task's parent. Raises NotFound for an unknown one, Conflict for one that cannot have tasks, Cycle for one below the task."""
    if task.parent_id is None:
        return None
    parent = await task_of(project, task.parent_id, "/parent_id")
    above: Sequence[UUID] = (await project.session.execute(ABOVE, {"lowest": parent.id})).scalars().all()
    if task.id in above:
        path = [task.id, *above[: above.index(task.id) + 1]]
        raise Cycle("The parent is below the task itself.", path=[str(task_id) for task_id in path])
    if parent.kind is not TaskKind.SUMMARY:
        raise Conflict("The parent is not a summary: make it one first.")
    if parent.state is TaskStatus.CANCELLED and task.state is not TaskStatus.CANCELLED:
        raise Conflict("The parent is cancelled.")
    return parent


async def task_of(project: LockedProject, task_id: UUID, pointer: str) -> Task:
    """The task of this project that a body names. Raises NotFound, and OtherProject (409) for one of another project."""
    task = await rows.find(project.session, Task, "id = $1", task_id)
    check_named(project, task_id, None if task is None else task.project_id, pointer)
    assert task is not None, "an unknown one is refused"
    return task


def check_named(project: LockedProject, task_id: UUID, project_id: UUID | None, pointer: str) -> None:
    """That a body may name a task, which is in a project; None for one that is in none. Raises what `task_of` raises."""
    if project_id is None:
        message = f"There is no task {task_id}."
        raise NotFound(message, errors=[_error(pointer, "unknown_task", message)])
    if project_id != project.id:
        message = "This is a task of another project; between projects, propose a dependency in their program."
        raise OtherProject(message, errors=[_error(pointer, "other_project", message)])


async def children_of(project: LockedProject, task_id: UUID) -> Sequence[Task]:
    """The tasks right below one."""
    below = select(Task).where(col(Task.project_id) == project.id, col(Task.parent_id) == task_id)
    return (await project.session.scalars(below)).all()


async def links_of(project: LockedProject, task_id: UUID) -> Sequence[Link]:
    """The links that begin or end at a task, oldest first."""
    ends = or_(col(Link.predecessor_id) == task_id, col(Link.successor_id) == task_id)
    found = select(Link).where(col(Link.project_id) == project.id, ends).order_by(col(Link.id))
    return (await project.session.scalars(found)).all()
