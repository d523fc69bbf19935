"""A file's tasks as a project takes them: the bodies of their creation or change, and what of them has no place here."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from contracts.project_events.resources import WorkMode
from contracts.vocabulary import ConstraintType, SchedulingMode, TaskKind, TaskStatus
from planning.exchange import Document, DocumentTask, ResourceKind
from planning.exchange.document import DEFAULT_PRIORITY
from planning.plan import ConstraintType as Bound
from planning.plan import SchedulingMode as Mode
from planning.plan import TaskKind as Kind
from project_svc.imports.fitting import Fitting, working

WHOLE = 100
ON_START = frozenset({Bound.SNET, Bound.SNLT, Bound.MSO})
DATELESS = frozenset({Bound.ASAP, Bound.ALAP})


def task_fields(
    task: DocumentTask, fitting: Fitting, calendars: Mapping[str, UUID], parent_id: UUID | None, work: int
) -> dict[str, Any]:
    """The fields of a `TaskCreate` or `TaskUpdate`; reports what is lost.

    calendars: ours, by source id. work: minutes in all its assignments.
    """
    _report(task, fitting, work)
    source_id = task.source_id
    fields: dict[str, Any] = {
        "name": fitting.name(task.name, source_id),
        "description": fitting.text("notes", task.notes, source_id),
        "wbs_code": fitting.label("wbs", task.wbs, source_id),
        "kind": TaskKind(task.kind.value),
        "parent_id": parent_id,
        "deadline": fitting.finish("deadline", task.deadline, source_id),
        "calendar_id": None if task.calendar_id is None else calendars[task.calendar_id],
    }
    if not task.is_active:
        fields["state"] = TaskStatus.CANCELLED
    if task.kind is Kind.SUMMARY:
        fitting.dropped("constraint", task.constraint, source_id, "a summary has none of its own", usual=Bound.ASAP)
        return fields
    fields |= {"mode": SchedulingMode(task.mode.value), "constraint": _constraint(task, fitting)}
    fields["work_mode"] = WorkMode(task.work_mode.value)
    return fields | _work(task, fitting)


def work_by_task(document: Document) -> Counter[str]:
    """Minutes of work in the assignments of each task, by source id."""
    kinds = {resource.source_id: resource.kind for resource in document.resources}
    worked: Counter[str] = Counter()
    for assignment in document.assignments:
        if kinds[assignment.resource_id] is ResourceKind.WORK:
            worked[assignment.task_id] += assignment.work or 0
    return worked


def _constraint(task: DocumentTask, fitting: Fitting) -> dict[str, Any] | None:
    if task.mode is Mode.MANUAL and task.start is not None and task.constraint in DATELESS:
        # By hand means: held to the date of the constraint.
        return {"type": ConstraintType.MSO, "date": fitting.start("start", task.start, task.source_id)}
    if task.constraint is Bound.ASAP:
        return None
    written = fitting.start if task.constraint in ON_START else fitting.finish
    on = written("constraint_date", task.constraint_date, task.source_id)
    return {"type": ConstraintType(task.constraint.value), "date": on}


def _work(task: DocumentTask, fitting: Fitting) -> dict[str, Any]:
    """Duration and progress, such that they go together."""
    source_id, percent = task.source_id, task.percent_complete
    start = fitting.start("actual_start", task.actual_start, source_id)
    finish = fitting.finish("actual_finish", task.actual_finish, source_id)
    if finish is not None and start is None:
        start = finish
        fitting.converted("actual_start", source_id, "what is finished was started: taken from the actual finish")
    if finish is not None and percent != WHOLE:
        percent = WHOLE
        fitting.converted("percent_complete", source_id, "what is finished is complete by 100 percent")
    if finish is None and percent == WHOLE:
        percent = WHOLE - 1
        fitting.converted("percent_complete", source_id, "what has no actual finish is not complete: 99 percent")
    fields: dict[str, Any] = {"percent_complete": percent, "actual_start": start, "actual_finish": finish}
    if task.kind is not Kind.MILESTONE:
        fields["duration"] = working(task.duration)
        fields["remaining_duration"] = None if finish or task.remaining is None else working(task.remaining)
    return fields


def _report(task: DocumentTask, fitting: Fitting, work: int) -> None:
    source_id, reason = task.source_id, "a task has no such field"
    fitting.dropped("is_estimated", task.is_estimated, source_id, reason, usual=False)
    fitting.dropped("physical_percent_complete", task.physical_percent_complete, source_id, reason, usual=0)
    fitting.dropped("priority", task.priority, source_id, reason, usual=DEFAULT_PRIORITY)
    if task.work != work:
        fitting.dropped("work", task.work, source_id, "a task's work is that of its assignments", usual=0)
    fitting.dropped("actual_cost", task.actual_cost, source_id, "costs without a day are no entries", usual=0)
    fitting.dropped("guid", task.guid, source_id, "the id in the file says which task it is")
    if task.cost and task.kind is Kind.SUMMARY:
        fitting.dropped("cost", task.cost, source_id, "the sum of its tasks")
    elif task.fixed_cost and task.fixed_cost != task.cost:
        fitting.converted("fixed_cost", source_id, "part of the task's cost, which is a budget line")
