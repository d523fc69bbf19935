"""Tasks with their links and baselines, written in the order of the outline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planning.exchange.document import DocumentLink, DocumentTask, OutsideLink
from planning.exchange.errors import NotWritable
from planning.exchange.mspdi.numbers import (
    CONSTRAINTS,
    DAYS,
    ELAPSED_DAYS,
    ESTIMATED,
    KIND_FIELD,
    LAG_UNITS_PER_MINUTE,
    LINKS,
    WORK_MODES,
)
from planning.exchange.mspdi.outside import Outside, path_of
from planning.exchange.mspdi.writer import Numbering, Writer
from planning.plan import ConstraintType, LagCalendar, SchedulingMode, TaskKind

CONSTRAINT_NUMBERS = {kind: number for number, kind in CONSTRAINTS.items()}
LINK_NUMBERS = {kind: number for number, kind in LINKS.items()}
WORK_MODE_NUMBERS = {mode: number for number, mode in WORK_MODES.items()}
KEPT_BY_PROJECT = (LagCalendar.SUCCESSOR, LagCalendar.ROUND_THE_CLOCK)


@dataclass(frozen=True, slots=True)
class Row:
    """A task and where it stands: its number in the list and its numbers in the outline."""

    task: DocumentTask
    place: int
    outline: tuple[int, ...]


def rows(tasks: Sequence[DocumentTask]) -> Iterator[Row]:
    """Parents before their children, siblings in the document's order. Raises NotWritable for parents that are none."""
    below: dict[str | None, list[DocumentTask]] = {}
    kinds = {task.source_id: task.kind for task in tasks}
    for task in tasks:
        if task.parent_id is not None and kinds.get(task.parent_id) is not TaskKind.SUMMARY:
            raise NotWritable(
                f"The task {task.source_id} lies below {task.parent_id}, which is no summary of the document"
            )
        below.setdefault(task.parent_id, []).append(task)
    waiting = _numbered(below.get(None, ()), ())
    place = 0
    while waiting:
        task, outline = waiting.pop()
        place += 1
        yield Row(task, place, outline)
        waiting += _numbered(below.get(task.source_id, ()), outline)
    if place < len(tasks):
        raise NotWritable("There are tasks that are their own ancestors")


def _numbered(tasks: Sequence[DocumentTask], outline: tuple[int, ...]) -> list[tuple[DocumentTask, tuple[int, ...]]]:
    """The last one first, for they are taken from the end."""
    return [(task, (*outline, number)) for number, task in enumerate(tasks, start=1)][::-1]


def write_outside(
    writer: Writer, place: Outside, uid: int, number: int, into: Sequence[OutsideLink], numbers: Numbering
) -> None:
    """The row that stands for a task of another project, and the links into that. uid, number: the row's id, and its place in the list."""
    writer.put("UID", uid)
    writer.put("ID", number)
    writer.put("Name", place.task_id)
    writer.put("IsNull", value=False)
    writer.put("OutlineLevel", 1)
    writer.put("ExternalTask", value=True)
    writer.put("ExternalTaskProject", path_of(place))
    for link in into:
        before = numbers.of(link.task_id, f"A link to {path_of(place)}")
        _link(writer, before, link)


def write_task(
    writer: Writer,
    row: Row,
    links: Sequence[DocumentLink],
    outside: Sequence[tuple[int, OutsideLink]],
    numbers: Numbering,
    calendars: Numbering,
) -> None:
    """One task, the links into it and its baselines. Raises NotWritable for what contradicts itself."""
    task = row.task
    said = f"The task {task.source_id}"
    if task.kind is TaskKind.MILESTONE and task.duration:
        raise NotWritable(f"{said} is a milestone with a duration")
    writer.put("UID", numbers.of(task.source_id, said))
    writer.put("GUID", task.guid)
    writer.put("ID", row.place)
    writer.put("Name", task.name)
    writer.put("Active", task.is_active)
    writer.put("Manual", task.mode is SchedulingMode.MANUAL)
    writer.put("Type", WORK_MODE_NUMBERS[task.work_mode])
    writer.put("IsNull", value=False)
    writer.put("WBS", task.wbs)
    writer.put("OutlineNumber", ".".join(map(str, row.outline)))
    writer.put("OutlineLevel", len(row.outline))
    writer.put("Priority", task.priority)
    writer.put("Start", task.start)
    writer.put("Finish", task.finish)
    writer.minutes("Duration", task.duration)
    _planned(writer, task)
    writer.put("DurationFormat", DAYS + ESTIMATED if task.is_estimated else DAYS)
    writer.minutes("Work", task.work)
    writer.put("Estimated", task.is_estimated)
    writer.put("Milestone", task.kind is TaskKind.MILESTONE)
    writer.put("Summary", task.kind is TaskKind.SUMMARY)
    writer.money("FixedCost", task.fixed_cost)
    percent = int(task.percent_complete)
    if percent != task.percent_complete:
        writer.converted("PercentComplete", "cut to a whole number, as Project has them")
    writer.put("PercentComplete", percent)
    writer.money("Cost", task.cost)
    writer.put("ActualStart", task.actual_start)
    writer.put("ActualFinish", task.actual_finish)
    writer.money("ActualCost", task.actual_cost)
    writer.minutes("RemainingDuration", task.remaining)
    _constraint(writer, task, calendars.optional(task.calendar_id, said))
    writer.put("Deadline", task.deadline)
    writer.put("Notes", task.notes)
    writer.put("PhysicalPercentComplete", task.physical_percent_complete)
    for link in links:
        if link.predecessor_id == link.successor_id:
            raise NotWritable(f"The task {link.successor_id} is linked to itself")
        _link(writer, numbers.of(link.predecessor_id, f"A link into {link.successor_id}"), link)
    for uid, each in outside:
        _link(writer, uid, each, Outside(each.project, each.other_task_id))
    if task.kind is TaskKind.LEVEL_OF_EFFORT:
        inside = writer.within("ExtendedAttribute")
        inside.put("FieldID", KIND_FIELD)
        inside.put("Value", task.kind.value)
    for baseline in task.baselines:
        inside = writer.within("Baseline")
        inside.put("Number", baseline.number)
        inside.put("Start", baseline.start)
        inside.put("Finish", baseline.finish)
        inside.minutes("Duration", baseline.duration)
        inside.put("DurationFormat", DAYS)
        inside.minutes("Work", baseline.work)
        inside.money("Cost", baseline.cost)


def _planned(writer: Writer, task: DocumentTask) -> None:
    """The dates that somebody set, which Project keeps of manual tasks alone."""
    told = {"planned_start": task.planned_start, "planned_finish": task.planned_finish}
    if task.mode is not SchedulingMode.MANUAL:
        for name, at in told.items():
            if at is not None:
                reason = "Project keeps the dates that somebody set of manual tasks alone"
                writer.report.dropped("task", name, task.source_id, reason)
        return
    if (*told.values(), task.constraint_date) == (None, None, None):
        reason = "what is planned by hand is held to its start in Project"
        writer.report.converted("task", "planned_start", task.source_id, reason)
    writer.put("ManualStart", task.planned_start)
    writer.put("ManualFinish", task.planned_finish)
    writer.minutes("ManualDuration", task.duration)


def _constraint(writer: Writer, task: DocumentTask, calendar: int | None) -> None:
    kind, date = task.constraint, task.constraint_date
    if task.mode is SchedulingMode.AUTO_ALAP:
        if kind is ConstraintType.ASAP:
            kind = ConstraintType.ALAP
            writer.converted("ConstraintType", "as late as possible by its mode is written as the constraint ALAP")
        elif kind is not ConstraintType.ALAP:
            writer.report.dropped(
                "task", "mode", task.source_id, "as late as possible, beside a constraint with a date"
            )
    if (date is None) != (kind in (ConstraintType.ASAP, ConstraintType.ALAP)):
        raise NotWritable(
            f"The task {task.source_id} has the constraint {kind} {'without' if date is None else 'with'} a date"
        )
    writer.put("ConstraintType", CONSTRAINT_NUMBERS[kind])
    writer.put("CalendarUID", calendar)
    writer.put("ConstraintDate", date)


def _link(writer: Writer, before: int, link: DocumentLink | OutsideLink, place: Outside | None = None) -> None:
    """place: of a predecessor in another project."""
    inside = writer.within("PredecessorLink")
    inside.put("PredecessorUID", before)
    inside.put("Type", LINK_NUMBERS[link.type])
    inside.put("CrossProject", value=place is not None)
    if place is not None:
        inside.put("CrossProjectName", path_of(place))
    inside.put("LinkLag", link.lag * LAG_UNITS_PER_MINUTE)
    inside.put("LagFormat", ELAPSED_DAYS if link.lag_calendar is LagCalendar.ROUND_THE_CLOCK else DAYS)
    if link.lag and link.lag_calendar not in KEPT_BY_PROJECT:
        inside.report.converted(
            "link", "lag_calendar", writer.source_id, "Project works a lag off in the calendar of the successor"
        )
