"""What can happen to a task."""

from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, select

from chassis import rows
from chassis.patch import changes_of
from chassis.problem import Conflict, invalid
from contracts.project_events import LinkDeleted, TaskCreated, TaskDeleted, TaskUpdated
from contracts.values import WrittenDuration
from contracts.vocabulary import TaskKind, TaskStatus
from project_svc.assignments.effort import assignments_of, drop_assignments, follow_duration
from project_svc.budgets.models import Actual, BudgetLine
from project_svc.calendars.days import bound, spread_days, task_day
from project_svc.commitments.models import Commitment
from project_svc.imposed.history import keep_imposed_on
from project_svc.outside_links.actions import drop_outside_links
from project_svc.projects.locked import LockedProject
from project_svc.records import table_of
from project_svc.registers import ALL
from project_svc.risks.models import Risk
from project_svc.tasks.foreseen import foresee_new
from project_svc.tasks.models import LIMITS, SCHEDULED_FROM, ConstraintUpdate, Task, TaskCreate, TaskUpdate
from project_svc.tasks.reports import report_progress
from project_svc.tasks.rules import check_parent, check_place, check_task, children_of, links_of
from project_svc.tasks.wbs import encode, encode_below, follow_place

ASKS_FOR_THE_TASK = frozenset({"wbs_code", "calendar_id", "percent_complete"})
"""Fields whose change has effects that are worked out in the database, where the task has to be as it is now."""
DECIDE_ON_LIMITS = frozenset({"deadline", "constraint", "state", "mode", "planned_start", "planned_finish"})
"""Fields that decide how late a task may be; a cancelled one holds nobody."""
USES = {
    "budget_lines": table_of(BudgetLine),
    "actuals": table_of(Actual),
    "commitments": table_of(Commitment),
    "risks": table_of(Risk),
    **{declared.collection: declared.table for declared in ALL if "task_id" in declared.table.c},
}
"""Tables whose records name a task."""


class TaskInUse(Conflict):
    """Something is recorded for the task: costs, work, risks, issues and so on; `uses` counts them. Cancel it instead."""

    slug, title = "task-in-use", "Something is recorded for this task"


async def create_task(project: LockedProject, body: TaskCreate) -> Task:
    """A new task. Raises InvalidRequest, NotFound for an unknown parent or calendar, Conflict for a parent that is no summary."""
    durationless = body.kind in {TaskKind.MILESTONE, TaskKind.SUMMARY}
    if body.duration is None and not durationless:
        raise invalid("/duration", "missing", "Say how long it takes, for example P5D.")
    day = await task_day(project, body.calendar_id)
    task = rows.new(
        Task,
        **project.heading(body.external_ref),
        parent_id=body.parent_id,
        wbs_code=body.wbs_code,
        wbs_number=None,
        name=body.name,
        description=body.description,
        kind=body.kind,
        calendar_id=body.calendar_id,
        minutes_per_day=day,
        duration=0 if body.duration is None else bound(body.duration, day, "/duration").minutes,
        remaining_duration=None
        if body.remaining_duration is None
        else bound(body.remaining_duration, day, "/remaining_duration").minutes,
        mode=body.mode,
        constraint_type=body.constraint.type if body.constraint else None,
        constraint_date=body.constraint.date if body.constraint else None,
        deadline=body.deadline,
        percent_complete=body.percent_complete,
        actual_start=body.actual_start,
        actual_finish=body.actual_finish,
        state=body.state or TaskStatus.NOT_STARTED,
        quality_criteria=body.quality_criteria,
        assignees=body.assignees,
        work_mode=body.work_mode,
        planned_start=body.planned_start,
        planned_finish=body.planned_finish,
        updated_at=project.now,
    )
    told = body.model_fields_set - ({"state"} if body.state is None else set())
    task.follow_progress(told)
    check_task(task, project.row)
    await encode(project, task, await check_parent(project, task), await foresee_new(project, task))
    await project.insert(task)
    if task.percent_complete:
        await project.catch_up()
        await report_progress(project, task)
    project.created(task, TaskCreated)
    project.disturb(task_id=task.id)
    project.has_other_limits |= task.is_limited
    return task


async def update_task(project: LockedProject, task: Task, body: TaskUpdate) -> None:
    """Change a task that was loaded for it.

    Raises InvalidRequest, IllegalStep, Conflict, NotFound for an unknown calendar, and Cycle for a parent that is below the task.
    """
    before, was_limited = task.wire(), task.is_limited
    changes = changes_of(body)
    if "calendar_id" in changes:
        task.minutes_per_day = await task_day(project, changes["calendar_id"])
    _apply(task, changes)
    task.follow_progress(body.model_fields_set)
    check_task(task, project.row)
    await check_place(project, task, before)
    await follow_place(project, task, before, is_code_told="wbs_code" in changes)
    changed = project.changed(task, before, TaskUpdated)
    if changed & SCHEDULED_FROM:
        project.disturb(task_id=task.id)
        project.has_untied |= "parent_id" in changed
    if changed & LIMITS:
        project.relimit(task_id=task.id)
    project.has_other_limits |= bool(changed & DECIDE_ON_LIMITS) and (was_limited or task.is_limited)
    if changed:
        await project.update(task)
    if changed & ASKS_FOR_THE_TASK:
        await project.catch_up()
    if "wbs_code" in changed:
        await encode_below(project, task)
    if "duration" in changed:
        await follow_duration(project, task)
    if task.calendar_id != before.calendar_id:
        await spread_days(project)
    if "percent_complete" in changed:
        await report_progress(project, task)


async def delete_task(project: LockedProject, task: Task) -> None:
    """Remove a task, its links and its assignments. Raises Conflict while it has tasks below it, TaskInUse while a record names it."""
    if await children_of(project, task.id):
        raise Conflict("The summary still has tasks below it: delete or move them first.")
    uses = {name: await _count(project, table, task.id) for name, table in USES.items()}
    uses["assignments"] = sum(1 for each in await assignments_of(project, task.id) if each.actual_work)
    if any(uses.values()):
        raise TaskInUse("Something is recorded for this task: cancel it instead.", uses=uses)
    for link in await links_of(project, task.id):
        project.record(LinkDeleted.of(link.wire()))
        project.disturb_with(link.id, task_id=task.id)
        await project.session.delete(link)
    await keep_imposed_on(project, task.id)
    await drop_assignments(project, task.id)
    await drop_outside_links(project, task.id)
    project.record(TaskDeleted.of(task.wire()))
    project.disturb(task_id=task.id)
    project.has_other_limits |= task.is_limited
    await project.session.delete(task)
    await project.session.flush()


def _apply(task: Task, changes: dict[str, Any]) -> None:
    if "constraint" in changes:
        _constrain(task, changes.pop("constraint"))
    state = changes.pop("state", None)
    for name, value in changes.items():
        is_duration = isinstance(value, WrittenDuration)
        setattr(task, name, bound(value, task.minutes_per_day, f"/{name}").minutes if is_duration else value)
    if state is not None:
        task.step(state)  # as the kind that it is by now


def _constrain(task: Task, change: ConstraintUpdate | None) -> None:
    """Merge a change into the constraint, as JSON Merge Patch merges objects."""
    if change is None:
        task.constraint_type = task.constraint_date = None
        return
    if task.constraint_type is None and "type" not in change.model_fields_set:
        raise invalid("/constraint/type", "missing", "Say which constraint it is.")
    for name, value in changes_of(change).items():
        setattr(task, f"constraint_{name}", value)


async def _count(project: LockedProject, table: Table, task_id: UUID) -> int:
    counted = select(func.count()).select_from(table).where(table.c.task_id == task_id)
    return (await project.session.scalars(counted)).one()
