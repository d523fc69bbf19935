"""`write_mspdi`: a document as a file of Microsoft Project's XML, and what of it Project cannot hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, indent, tostring

from planning.exchange.document import Document, DocumentLink, DocumentProject, OtherEnd, OutsideLink
from planning.exchange.fidelity import FidelityReport
from planning.exchange.mspdi.numbers import KIND_ALIAS, KIND_FIELD, NAMESPACE
from planning.exchange.mspdi.outside import Outside
from planning.exchange.mspdi.write_calendars import write_calendar
from planning.exchange.mspdi.write_resources import write_assignment, write_resource
from planning.exchange.mspdi.write_tasks import rows, write_outside, write_task
from planning.exchange.mspdi.writer import Numbering, Writer
from planning.plan import Progress, TaskKind

SAVE_VERSION = 14
"""Project 2010, the first with tasks that are manual."""


def write_mspdi(document: Document) -> tuple[bytes, FidelityReport]:
    """The file, UTF-8, and the report of what was converted or left out.

    Reading it again gives the same document, but for what the report says. Raises NotWritable for a document that contradicts itself.
    """
    report = FidelityReport()
    calendars = Numbering("calendar", [each.source_id for each in document.calendars], report)
    tasks = Numbering("task", [each.source_id for each in document.tasks], report)
    resources = Numbering("resource", [each.source_id for each in document.resources], report)
    assignments = Numbering("assignment", [each.source_id for each in document.assignments], report)
    root = Element("Project", {"xmlns": NAMESPACE})
    writer = Writer(root, "project", "", report)
    _project(writer, document.project, calendars)
    if any(task.kind is TaskKind.LEVEL_OF_EFFORT for task in document.tasks):
        field = writer.within("ExtendedAttributes").within("ExtendedAttribute")
        field.put("FieldID", KIND_FIELD)
        field.put("FieldName", "Text30")
        field.put("Alias", KIND_ALIAS)
    group = writer.within("Calendars")
    for calendar in document.calendars:
        write_calendar(_of(group, "Calendar", calendar.source_id), calendar, calendars)
    into: dict[str, list[DocumentLink]] = defaultdict(list)
    for link in document.links:
        tasks.of(link.successor_id, f"A link from {link.predecessor_id}")
        into[link.successor_id].append(link)
    _tasks(writer.within("Tasks"), document, into, tasks, calendars)
    group = writer.within("Resources")
    for place, resource in enumerate(document.resources, start=1):
        write_resource(_of(group, "Resource", resource.source_id), resource, place, resources, calendars)
    group = writer.within("Assignments")
    for assignment in document.assignments:
        inside = _of(group, "Assignment", assignment.source_id)
        write_assignment(inside, assignment, assignments, tasks, resources)
    indent(root, " ")
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data, report


def _tasks(
    group: Writer,
    document: Document,
    into: Mapping[str, Sequence[DocumentLink]],
    tasks: Numbering,
    calendars: Numbering,
) -> None:
    """The tasks, and behind them a row for each task of another project that a link goes to or comes from."""
    outside: dict[Outside, list[OutsideLink]] = {}
    for link in document.outside_links:
        tasks.of(link.task_id, "An outside link")
        outside.setdefault(Outside(link.project, link.other_task_id), []).append(link)
    uids = {place: uid for uid, place in enumerate(outside, start=tasks.following)}
    before: dict[str, list[tuple[int, OutsideLink]]] = {}
    for place, links in outside.items():
        for link in links:
            if link.other_end is OtherEnd.PREDECESSOR:
                before.setdefault(link.task_id, []).append((uids[place], link))
    for row in rows(document.tasks):
        source_id = row.task.source_id
        inside = _of(group, "Task", source_id)
        write_task(inside, row, into.get(source_id, ()), before.get(source_id, ()), tasks, calendars)
    for number, (place, links) in enumerate(outside.items(), start=len(document.tasks) + 1):
        after = [link for link in links if link.other_end is OtherEnd.SUCCESSOR]
        write_outside(_of(group, "Task", place.task_id), place, uids[place], number, after, tasks)


def _of(group: Writer, name: str, source_id: str) -> Writer:
    inside = group.within(name)
    inside.record, inside.source_id = name.lower(), source_id
    return inside


def _project(writer: Writer, project: DocumentProject, calendars: Numbering) -> None:
    writer.put("SaveVersion", SAVE_VERSION)
    writer.put("GUID", project.guid)
    writer.put("Name", project.name)
    writer.put("Title", project.name)
    writer.put("Manager", project.manager)
    writer.put("ScheduleFromStart", value=True)
    writer.put("StartDate", project.start)
    _critical_float(writer, project)
    writer.put("CurrencyCode", project.currency)
    writer.put("CalendarUID", calendars.optional(project.calendar_id, "The project"))
    writer.put("MinutesPerDay", project.minutes_per_day)
    writer.put("MinutesPerWeek", project.minutes_per_week)
    writer.put("DaysPerMonth", project.days_per_month)
    if project.progress_logic is not None:
        writer.put("SplitsInProgressTasks", value=project.progress_logic is Progress.RETAINED_LOGIC)
    writer.put("StatusDate", project.data_date)


def _critical_float(writer: Writer, project: DocumentProject) -> None:
    """Project counts it in whole days."""
    if project.critical_float is None:
        return
    days, rest = divmod(project.critical_float, project.minutes_per_day)
    if rest:
        writer.report.dropped("project", "critical_float", "", "Project counts it in whole days")
    else:
        writer.put("CriticalSlackLimit", days)
