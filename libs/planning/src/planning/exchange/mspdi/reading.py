"""`read_mspdi`: a file of Microsoft Project's XML as a document, and what of it got lost."""

from dataclasses import replace

from planning.exchange.document import Calendar, Document, DocumentProject, DocumentTask
from planning.exchange.elements import MAX_BYTES, Element, parse
from planning.exchange.errors import UnknownReference
from planning.exchange.fidelity import FidelityReport
from planning.exchange.mspdi.numbers import ABOUT_THE_FILE, COMPUTED_OF_PROJECT, ROUND_THE_CLOCK_NAME
from planning.exchange.mspdi.read_calendars import read_calendars, reference
from planning.exchange.mspdi.read_links import read_links
from planning.exchange.mspdi.read_resources import read_assignments, read_resources
from planning.exchange.mspdi.read_tasks import ReadTasks, close, read_tasks
from planning.exchange.mspdi.values import Record
from planning.instant import MINUTES_PER_DAY
from planning.plan import Progress

COLLECTIONS = ("Calendars", "Tasks", "Resources", "Assignments", "ExtendedAttributes")
MOST_SLACK = 10_000
"""Days."""


def read_mspdi(data: bytes, *, limit: int = MAX_BYTES) -> tuple[Document, FidelityReport]:
    """The document of a file, and the report of every field that was dropped or converted. limit: bytes.

    Raises TooLarge, MalformedDocument, BadValue, UnknownReference, all with the line where there is one.
    """
    report = FidelityReport()
    root = parse(data, "Project", limit)
    calendars = read_calendars(root, report)
    known = {calendar.source_id for calendar in calendars}
    project = _project(root, known, report)
    read = read_tasks(root, known, report)
    links, outside = read_links(read)
    close(read)
    tasks, calendars = _in_elapsed_time(read, calendars, report)
    resources = read_resources(root, known, report)
    assignments = read_assignments(
        root, {task.source_id for task in tasks}, {each.source_id for each in resources}, read.left_out, report
    )
    return Document(project, tasks, links, calendars, resources, assignments, outside), report


def _project(root: Element, calendars: set[str], report: FidelityReport) -> DocumentProject:
    record = Record(root, "project", report)
    title, name = record.text("Title"), record.text("Name")
    calendar_id = reference(record, "CalendarUID")
    if calendar_id is not None and calendar_id not in calendars:
        raise UnknownReference("Project/CalendarUID", root.line, calendar_id)
    day = record.integer("MinutesPerDay", 1, MINUTES_PER_DAY) or 480
    project = DocumentProject(
        name=title or name or "",
        start=record.moment("StartDate"),
        data_date=record.moment("StatusDate"),
        calendar_id=calendar_id,
        minutes_per_day=day,
        minutes_per_week=record.integer("MinutesPerWeek", 1, 7 * MINUTES_PER_DAY) or 2400,
        days_per_month=record.integer("DaysPerMonth", 1, 31) or 20,
        currency=record.text("CurrencyCode"),
        manager=record.text("Manager"),
        guid=record.text("GUID"),
        progress_logic=_progress_logic(record),
        critical_float=_critical_float(record, day),
    )
    if record.flag("ScheduleFromStart") is False:
        record.dropped("ScheduleFromStart", "the engine schedules from the start; dates come out as early ones")
    if title and name and title != name:
        record.dropped("Name", "the title is the project's name")
    record.close(COMPUTED_OF_PROJECT, ignored=(*COLLECTIONS, *ABOUT_THE_FILE))
    return project


def _progress_logic(record: Record) -> Progress | None:
    """Project splits a task that has begun where its predecessors are late, or lets it go on."""
    splits = record.flag("SplitsInProgressTasks")
    if splits is None:
        return None
    if not splits:
        record.converted("SplitsInProgressTasks", "work that has begun goes on without waiting: progress override")
    return Progress.RETAINED_LOGIC if splits else Progress.OVERRIDE


def _critical_float(record: Record, day: int) -> int | None:
    days = record.integer("CriticalSlackLimit", -MOST_SLACK, MOST_SLACK)
    if days is None or days >= 0:
        return None if days is None else days * day
    record.converted("CriticalSlackLimit", "what has no float is critical in any case")
    return 0


def _in_elapsed_time(
    read: ReadTasks, calendars: tuple[Calendar, ...], report: FidelityReport
) -> tuple[tuple[DocumentTask, ...], tuple[Calendar, ...]]:
    """Tasks whose durations are in elapsed time lie on a calendar of every minute, which is made if the file has none."""
    if not read.elapsed:
        return tuple(read.tasks), calendars
    whole_day = ((0, MINUTES_PER_DAY),)
    every_minute = next((each for each in calendars if each.week == (whole_day,) * 7 and not each.exceptions), None)
    if every_minute is None:
        taken = {int(each.source_id) for each in calendars if each.source_id.isdecimal()}
        every_minute = Calendar(str(max(taken, default=0) + 1), ROUND_THE_CLOCK_NAME, (whole_day,) * 7)
        calendars = (*calendars, every_minute)
    tasks: list[DocumentTask] = []
    for task in read.tasks:
        if task.source_id in read.elapsed:
            if task.calendar_id != every_minute.source_id:
                report.converted(
                    "task",
                    "DurationFormat",
                    task.source_id,
                    "a duration in elapsed time is one on a calendar of every minute",
                )
            tasks.append(replace(task, calendar_id=every_minute.source_id))
        else:
            tasks.append(task)
    return tuple(tasks), calendars
