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
from project_svc.exchange.names import ImportForm
from project_svc.imports.fitting import Fitting, working
from project_svc.imports.known import read_id
from project_svc.tasks.models import Task

WHOLE = 100
UNSAID = {ImportForm.CSV: ("calendar_id",)}
"""Fields of tasks that a form has no place for."""
OF_PROJECT = frozenset({ImportForm.MSPDI, ImportForm.FOREIGN})
"""Forms with Project's words alone."""
ON_START = frozenset({Bound.SNET, Bound.SNLT, Bound.MSO})


def task_fields(
    task: DocumentTask,
    fitting: Fitting,
    calendars: Mapping[str, UUID],
    parent_id: UUID | None,
    work: int,
    *,
    form: ImportForm,
    known_as: UUID | None,
) -> dict[str, Any]:
    """The fields of a `TaskCreate` or `TaskUpdate`; reports what is lost.

    calendars: ours, by source id. work: minutes in all its assignments. known_as: the task that is here already.
    """
    _report(task, fitting, work, known_as)
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
        for name in ("planned_start", "planned_finish"):
            fitting.dropped(name, getattr(task, name), source_id, "a summary has none of its own")
        fitting.dropped("constraint", task.constraint, source_id, "a summary has none of its own", usual=Bound.ASAP)
        return fields
    fields |= {"mode": SchedulingMode(task.mode.value), "constraint": _constraint(task, fitting)}
    start = task.start if _is_held_by_start(task, form) else task.planned_start
    fields["planned_start"] = fitting.start("planned_start", start, source_id)
    fields["planned_finish"] = fitting.finish("planned_finish", task.planned_finish, source_id)
    fields["work_mode"] = WorkMode(task.work_mode.value)
    return fields | _work(task, fitting)


def _is_held_by_start(task: DocumentTask, form: ImportForm) -> bool:
    """Whether the start of a task by hand is the one that somebody set: in Project, where nothing else says so."""
    planned = (task.planned_start, task.planned_finish, task.constraint_date)
    return form in OF_PROJECT and task.mode is Mode.MANUAL and planned == (None, None, None)


def fields_to_change(fields: dict[str, Any], task: DocumentTask, row: Task, form: ImportForm) -> dict[str, Any]:
    """Of the fields of a task that is here, those that the file can say anything of.

    Parts of a percentage stay where the file has the whole one, and white space around a text where it has the same text.
    """
    unsaid = set(UNSAID.get(form, ()))
    is_finished = task.actual_finish is not None
    if int(row.percent_complete) == task.percent_complete and is_finished is (row.actual_finish is not None):
        unsaid.add("percent_complete")
    if row.description.strip() == fields["description"]:
        unsaid.add("description")
    if row.planned_start is None and _is_held_by_start(task, form) and row.mode is SchedulingMode.MANUAL:
        unsaid.add("planned_start")
    if form in OF_PROJECT and task.mode is not Mode.MANUAL:
        unsaid |= {"planned_start", "planned_finish"}
    if form in OF_PROJECT and row.mode is SchedulingMode.AUTO_ALAP and task.mode is Mode.AUTO_ASAP:
        unsaid |= _as_late_as_possible(task.constraint, row.constraint_type)
    return {name: value for name, value in fields.items() if name not in unsaid}


def _as_late_as_possible(told: Bound, known: ConstraintType | None) -> set[str]:
    """What Project cannot say of such a task: its mode is the constraint ALAP there, and nothing beside a constraint with a date."""
    if told is Bound.ALAP:
        return {"mode"} if known is ConstraintType.ALAP else {"mode", "constraint"}
    return {"mode"} if known is not None and told.value == known.value else set()


def work_by_task(document: Document) -> Counter[str]:
    """Minutes of work in the assignments of each task, by source id."""
    kinds = {resource.source_id: resource.kind for resource in document.resources}
    worked: Counter[str] = Counter()
    for assignment in document.assignments:
        if kinds[assignment.resource_id] is ResourceKind.WORK:
            worked[assignment.task_id] += assignment.work or 0
    return worked


def _constraint(task: DocumentTask, fitting: Fitting) -> dict[str, Any] | None:
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


def _report(task: DocumentTask, fitting: Fitting, work: int, known_as: UUID | None) -> None:
    source_id, reason = task.source_id, "a task has no such field"
    fitting.dropped("is_estimated", task.is_estimated, source_id, reason, usual=False)
    fitting.dropped("physical_percent_complete", task.physical_percent_complete, source_id, reason, usual=0)
    fitting.dropped("priority", task.priority, source_id, reason, usual=DEFAULT_PRIORITY)
    if task.work != work:
        fitting.dropped("work", task.work, source_id, "a task's work is that of its assignments", usual=0)
    fitting.dropped("actual_cost", task.actual_cost, source_id, "costs without a day are no entries", usual=0)
    if read_id(task.guid) != known_as or known_as is None:
        fitting.dropped("guid", task.guid, source_id, "the id in the file says which task it is")
    if task.cost and task.kind is Kind.SUMMARY:
        fitting.dropped("cost", task.cost, source_id, "the sum of its tasks")
    elif task.fixed_cost and task.fixed_cost != task.cost:
        fitting.converted("fixed_cost", source_id, "part of the task's cost, which is a budget line")
