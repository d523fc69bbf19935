"""Tasks: the outline, kinds, dates, progress, baselines."""

from dataclasses import dataclass, replace
from datetime import datetime

from planning.exchange.document import DEFAULT_PRIORITY, Baseline, DocumentTask, WorkMode
from planning.exchange.elements import Element
from planning.exchange.errors import BadValue, UnknownReference
from planning.exchange.fidelity import FidelityReport
from planning.exchange.mspdi.numbers import (
    COMPUTED_OF_TASK,
    CONSTRAINTS,
    ELAPSED,
    ESTIMATED,
    KIND_ALIAS,
    UNITS,
    UNKNOWN,
    WORK_MODES,
)
from planning.exchange.mspdi.outside import Outside, outside_of
from planning.exchange.mspdi.read_calendars import reference
from planning.exchange.mspdi.values import Record
from planning.plan import ConstraintType, SchedulingMode, TaskKind

UNDATED = (ConstraintType.ASAP, ConstraintType.ALAP)
NUMBERS_OF_BASELINES = 10
MOST_LEVELS = 10_000
OF_ANOTHER_PROJECT = "a task of another project"


@dataclass(frozen=True, slots=True)
class ReadTasks:
    """tasks in the file's order; left_out: ids of rows that are no tasks of this project; elapsed: ids of tasks in elapsed time.

    outside: of the rows that stand for tasks of other projects, by id, the records and where the tasks are.
    """

    tasks: list[DocumentTask]
    records: list[Record]
    left_out: set[str]
    elapsed: set[str]
    outside: dict[str, tuple[Record, Outside]]


def read_tasks(root: Element, calendars: set[str], report: FidelityReport) -> ReadTasks:
    """Every task of the file. Raises BadValue, UnknownReference."""
    aliases = _aliases(root)
    read = ReadTasks([], [], set(), set(), {})
    seen: set[str] = set()
    path: list[tuple[int, str]] = []
    for element in root.within("Tasks", "Task"):
        record = Record(element, "task", report)
        record.source_id = source_id = record.text("UID") or ""
        if not source_id or source_id in seen:
            raise record.bad("UID", "there, and of one task alone")
        seen.add(source_id)
        level = record.integer("OutlineLevel", 0, MOST_LEVELS)
        if (reason := _left_out(record, level)) is not None:
            read.left_out.add(source_id)
            place = outside_of(record.text("ExternalTaskProject"))
            if reason == OF_ANOTHER_PROJECT and place is not None:
                read.outside[source_id] = record, place
            else:
                record.dropped("Task", reason)
            continue
        while path and path[-1][0] >= (1 if level is None else level):
            path.pop()
        parent_id = path[-1][1] if path else None
        path.append((1 if level is None else level, source_id))
        read.tasks.append(_task(record, parent_id, calendars, aliases, read.elapsed))
        read.records.append(record)
    parents = {task.parent_id for task in read.tasks}
    read.tasks[:] = [replace(task, kind=TaskKind.SUMMARY) if task.source_id in parents else task for task in read.tasks]
    return read


def _left_out(record: Record, level: int | None) -> str | None:
    """Why a row is no task of this project, if it is none."""
    if record.flag("IsNull"):
        return "an empty row"
    if level == 0:
        return "the summary of the whole project, which is the project itself"
    if record.flag("ExternalTask"):
        return OF_ANOTHER_PROJECT
    return None


def _task(
    record: Record, parent_id: str | None, calendars: set[str], aliases: dict[str, str], elapsed: set[str]
) -> DocumentTask:
    duration = record.duration("Duration") or 0
    is_estimated = _format(record, elapsed)
    constraint = record.known("ConstraintType", CONSTRAINTS) or ConstraintType.ASAP
    date = record.moment("ConstraintDate")
    if constraint in UNDATED and date is not None:
        record.dropped("ConstraintDate", "a constraint without a date")
        date = None
    if constraint not in UNDATED and date is None:
        raise record.bad("ConstraintDate", "there, for this constraint needs a date")
    calendar_id = reference(record, "CalendarUID")
    if calendar_id is not None and calendar_id not in calendars:
        raise UnknownReference("Task/CalendarUID", record.element.line, calendar_id)
    is_manual = bool(record.flag("Manual"))
    task = DocumentTask(
        source_id=record.source_id,
        name=record.text("Name") or "",
        kind=_kind(record, duration, aliases),
        parent_id=parent_id,
        wbs=record.text("WBS") or "",
        duration=duration,
        remaining=record.duration("RemainingDuration"),
        is_estimated=bool(record.flag("Estimated")) or is_estimated,
        calendar_id=calendar_id,
        mode=SchedulingMode.MANUAL if is_manual else SchedulingMode.AUTO_ASAP,
        work_mode=record.known("Type", WORK_MODES) or WorkMode.FIXED_UNITS,
        start=record.moment("Start"),
        finish=record.moment("Finish"),
        planned_start=_planned(record, "Start", is_manual=is_manual),
        planned_finish=_planned(record, "Finish", is_manual=is_manual),
        constraint=constraint,
        constraint_date=date,
        deadline=record.moment("Deadline"),
        percent_complete=record.integer("PercentComplete", 0, 100) or 0,
        physical_percent_complete=record.integer("PhysicalPercentComplete", 0, 100) or 0,
        actual_start=record.moment("ActualStart"),
        actual_finish=record.moment("ActualFinish"),
        priority=_priority(record),
        work=record.duration("Work"),
        cost=record.money("Cost"),
        actual_cost=record.money("ActualCost"),
        fixed_cost=record.money("FixedCost"),
        notes=record.text("Notes") or "",
        is_active=record.flag("Active") is not False,
        baselines=tuple(_baseline(each, record) for each in record.element.every("Baseline")),
        guid=record.text("GUID"),
    )
    _check_progress(task, record)
    return task


def _planned(record: Record, name: str, *, is_manual: bool) -> datetime | None:
    """A manual task's own date. Project writes one for every task, that of others is the one that it computed."""
    own = record.moment(f"Manual{name}")
    return own if is_manual else None


def _priority(record: Record) -> int:
    priority = record.integer("Priority", 0, 1000)
    return DEFAULT_PRIORITY if priority is None else priority


def _format(record: Record, elapsed: set[str]) -> bool:
    """Whether the duration is an estimate; durations in elapsed time are noted."""
    number = record.integer("DurationFormat", 0, 99)
    if number is None:
        return False
    is_estimated = number > ESTIMATED
    unit = number - ESTIMATED if is_estimated else number
    if unit not in UNITS:
        raise record.bad("DurationFormat", "one of Project's formats of a duration")
    if unit in ELAPSED:
        elapsed.add(record.source_id)
    return is_estimated


def _kind(record: Record, duration: int, aliases: dict[str, str]) -> TaskKind:
    kind, is_milestone = _said_kind(record, aliases), record.flag("Milestone")
    if record.flag("Summary"):
        return TaskKind.SUMMARY
    if is_milestone:
        if not duration:
            return TaskKind.MILESTONE
        record.converted("Milestone", "a milestone with a duration is a task")
    return kind or TaskKind.TASK


def _said_kind(record: Record, aliases: dict[str, str]) -> TaskKind | None:
    """The kind that a custom field says; all other custom fields are dropped under their own names."""
    kind = None
    for element in record.element.every("ExtendedAttribute"):
        inside = Record(element, "task", record.report, record.source_id)
        field, value = inside.text("FieldID") or "", inside.text("Value")
        alias = aliases.get(field, f"custom field {field}")
        if alias != KIND_ALIAS:
            record.dropped(alias, UNKNOWN)
        elif value == TaskKind.LEVEL_OF_EFFORT.value:
            kind = TaskKind.LEVEL_OF_EFFORT
        else:
            raise inside.bad("Value", f"{TaskKind.LEVEL_OF_EFFORT.value} in the field {KIND_ALIAS}")
    return kind


def _aliases(root: Element) -> dict[str, str]:
    """The names of custom fields by their numbers."""
    names: dict[str, str] = {}
    for element in root.within("ExtendedAttributes", "ExtendedAttribute"):
        field, alias, name = element.child("FieldID"), element.child("Alias"), element.child("FieldName")
        if field is not None and (
            said := next((each.text for each in (alias, name) if each is not None and each.text), "")
        ):
            names[field.text] = said
    return names


def _baseline(element: Element, task: Record) -> Baseline:
    record = Record(element, "task baseline", task.report, task.source_id)
    number = record.integer("Number", 0, NUMBERS_OF_BASELINES)
    if number is None:
        raise record.bad("Number", "there")
    baseline = Baseline(
        number,
        record.moment("Start"),
        record.moment("Finish"),
        record.duration("Duration"),
        record.duration("Work"),
        record.money("Cost"),
    )
    record.close(ignored=["DurationFormat"])
    return baseline


def _check_progress(task: DocumentTask, record: Record) -> None:
    if task.actual_finish is not None and task.actual_start is not None and task.actual_finish < task.actual_start:
        raise record.bad("ActualFinish", "not before ActualStart")
    numbers = [baseline.number for baseline in task.baselines]
    if len(set(numbers)) < len(numbers):
        raise BadValue(
            "Task/Baseline/Number", record.element.line, str(numbers), "different for every baseline of a task"
        )


def close(read: ReadTasks) -> None:
    """Report what was not read, after the links were."""
    for record in read.records:
        record.close(COMPUTED_OF_TASK, ignored=["ID", "OutlineNumber", "ManualDuration"])
