"""work = duration x units: what follows for the others when one of them changes, by the task's work mode."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from uuid import UUID

from sqlmodel import col, select

from chassis import rows
from chassis.problem import Conflict
from chassis.statements import fetch_row
from contracts.project_events import TaskUpdated
from contracts.project_events.resource_events import AssignmentDeleted, AssignmentUpdated
from contracts.project_events.resources import ResourceKind, WorkMode
from contracts.values.durations import MAX_MINUTES
from contracts.vocabulary import TaskKind, TaskStatus
from project_svc.assignments.models import Assignment
from project_svc.projects.locked import LockedProject
from project_svc.tasks.models import Task

ASSIGNED = "SELECT FROM assignments WHERE task_id = $1 LIMIT 1"
SMALLEST = Decimal("0.0001")
OVER = frozenset({TaskStatus.COMPLETE, TaskStatus.CANCELLED})


class TooMuchWork(Conflict):
    """work = duration x units would be more than 100,000 days."""

    slug, title = "too-much-work", "This would be too much work"


def work_of(duration: int, units: Decimal) -> int:
    """Minutes of work that units of a resource do in so many minutes. Raises TooMuchWork."""
    return _minutes(duration * units, ROUND_HALF_EVEN)


def units_of(work: int, duration: int) -> Decimal | None:
    """The units that do the work in so many minutes; None where there is no time."""
    return (Decimal(work) / duration).quantize(SMALLEST) if duration else None


def duration_of(work: int, units: Decimal) -> int | None:
    """Minutes in which the units do the work; None without units. Raises TooMuchWork."""
    return _minutes(Decimal(work) / units, ROUND_CEILING) if units else None


def is_driven(task: Task) -> bool:
    """Whether the task's duration follows from its assignments."""
    return task.kind is TaskKind.TASK and task.work_mode is not WorkMode.FIXED_DURATION and task.state not in OVER


async def assignments_of(project: LockedProject, task_id: UUID) -> Sequence[Assignment]:
    """The assignments of a task, oldest first."""
    found = select(Assignment).where(col(Assignment.task_id) == task_id).order_by(col(Assignment.id))
    return (await project.session.scalars(found)).all()


async def follow_duration(project: LockedProject, task: Task) -> None:
    """The task's duration was changed: fixed work takes other units, else the same units do other work. Raises TooMuchWork."""
    if project.lone is not None and not project.lone.is_assigned:
        return
    await rows.flush(project.session)
    if await fetch_row(project.session, ASSIGNED, task.id) is None:  # as of most tasks: cheaper than to load none
        return
    for assignment in await assignments_of(project, task.id):
        if assignment.kind is not ResourceKind.WORK:
            continue
        before = assignment.wire()
        if task.work_mode is WorkMode.FIXED_WORK:
            units = units_of(assignment.work, task.duration)
            assignment.units = assignment.units if units is None else units
        else:
            assignment.reckon(work_of(task.duration, assignment.units))
        project.changed(assignment, before, AssignmentUpdated)


async def drive_duration(project: LockedProject, task: Task) -> None:
    """Let a task take as long as the longest one of its assignments. Raises TooMuchWork."""
    if not is_driven(task):
        return
    await project.session.flush()
    worked = [each for each in await assignments_of(project, task.id) if each.kind is ResourceKind.WORK]
    longest = max((duration_of(each.work, each.units) or 0 for each in worked), default=0)
    if longest in (0, task.duration):
        return
    before = task.wire()
    task.duration = longest
    project.changed(task, before, TaskUpdated)
    project.disturb(task_id=task.id)
    await rows.update(project.session, task)


async def drop_assignments(project: LockedProject, task_id: UUID) -> None:
    """Remove the assignments of a task that goes."""
    for assignment in await assignments_of(project, task_id):
        project.record(AssignmentDeleted.of(assignment.wire()))
        await project.session.delete(assignment)
    await project.session.flush()


def _minutes(exact: Decimal, rounding: str) -> int:
    if exact > MAX_MINUTES:
        raise TooMuchWork("Work and durations are at most 100,000 days of eight hours long.")
    return int(exact.to_integral_value(rounding))
