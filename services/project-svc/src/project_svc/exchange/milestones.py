"""A project's milestones as an iCalendar file: one event each, of the whole day in a project that plans in days."""

from datetime import datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event

from contracts.vocabulary import Granularity, TaskKind
from project_svc.projects.models import Project
from project_svc.schedule.dates import finish_of
from project_svc.schedule.queries import Planned
from project_svc.tasks.models import Task

PRODUCT = "-//Interlock//Milestones//EN"


def milestones_ics(project: Project, tasks: list[Task], planned: Planned) -> bytes:
    """RFC 5545. A milestone's UID stays, so that a later file moves it in the reader's calendar."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", project.name)
    dated = [(planned.schedule.items[task.id], task) for task in tasks if _is_shown(task, planned)]
    for item, task in sorted(dated, key=lambda each: (each[0].scheduled_finish, each[1].id)):
        calendar.add_component(_event(project, task, item.scheduled_finish, is_critical=item.critical))
    written: bytes = calendar.to_ical()
    return written


def _is_shown(task: Task, planned: Planned) -> bool:
    return task.kind is TaskKind.MILESTONE and task.id in planned.schedule.items


def _event(project: Project, task: Task, at: int, *, is_critical: bool) -> Event:
    on = finish_of(at, project.granularity)
    event = Event()
    event.add("uid", f"{UUID(str(task.id))}@interlock")
    event.add("dtstamp", task.updated_at)
    event.add("sequence", task.revision % 2**31)
    event.add("summary", f"{project.key}: {task.name}")
    if task.description:
        event.add("description", task.description)
    event.add("dtstart", on)
    if project.granularity is Granularity.DAY and not isinstance(on, datetime):
        event.add("dtend", on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["Critical milestone" if is_critical else "Milestone"])
    return event
