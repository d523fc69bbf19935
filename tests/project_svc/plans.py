"""Files with plans, and what of a plan has to come back from a round trip."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from planning import WorkCalendar
from planning.calendar import FIRST_DAY
from planning.exchange import (
    Assignment,
    Baseline,
    Calendar,
    CalendarException,
    Document,
    DocumentLink,
    DocumentProject,
    DocumentTask,
    Rate,
    Resource,
    ResourceKind,
    WorkMode,
    work_calendar,
    write_mspdi,
)
from planning.plan import ConstraintType, LagCalendar, LinkType, SchedulingMode, TaskKind

START = datetime.fromisoformat("2026-03-02T08:00")
DAY = 480
SHIFTS = ((480, 720), (780, 1020))
DATA_DATE = datetime.fromisoformat("2026-03-06T17:00")


async def uploaded(api, work, data: bytes, name: str = "plan.xml", **form: str):
    """Import a file; returns the job when it is over."""
    answer = await api.request("POST", "/imports", files={"file": (name, data)}, data=form)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/jobs/{answer.json()['id']}"
    await work(api.organization_id)
    return await api.get(answer.headers["location"])


async def exported(api, project: str, form: str = "mspdi") -> bytes:
    """The project's plan as a file."""
    answer = await api.request("GET", f"{project}/export", params={"form": form})
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    return answer.content


def said(document: Document) -> dict[str, object]:
    """What has to come back: tasks with their constraints, calendars, progress and baselines; links with types and lags."""
    names = {each.source_id: _worked(work_calendar(document, each.source_id)) for each in document.calendars}
    resources = {resource.source_id: resource for resource in document.resources}
    return {
        "resources": {
            (
                *(each.source_id, each.name, each.kind, each.max_units, each.rates, each.unit),
                *(each.group, each.email, each.notes, names.get(each.calendar_id)),
            )
            for each in resources.values()
        },
        "assignments": {
            (each.source_id, each.task_id, each.resource_id, *_does(each, resources[each.resource_id].kind))
            for each in document.assignments
        },
        "project": (
            *(document.project.name, document.project.start, document.project.data_date, document.project.currency),
            names.get(document.project.calendar_id),
        ),
        "tasks": [
            (
                *(task.source_id, task.name, task.kind, task.parent_id, task.wbs, task.notes, task.is_active),
                *(_own(task), names.get(task.calendar_id), task.deadline, task.baselines, task.cost),
            )
            for task in document.tasks
        ],
        "links": {_linked(link) for link in document.links},
    }


def _worked(calendar: WorkCalendar) -> tuple[object, ...]:
    """The week and the days that differ from it: a holiday on a free day says nothing."""
    week = tuple(tuple(shifts) for shifts in calendar.week)
    days = ((day, tuple(shifts)) for day, shifts in sorted(calendar.exceptions.items()))
    differing = tuple(each for each in days if each[1] != week[(each[0] + FIRST_DAY.weekday()) % 7])
    return week, calendar.minutes_per_day, differing


def _does(assignment: Assignment, kind: ResourceKind) -> tuple[object, ...]:
    match kind:
        case ResourceKind.WORK:
            return assignment.units, assignment.work, assignment.actual_work, assignment.remaining_work
        case ResourceKind.MATERIAL:
            return (assignment.units,)
        case ResourceKind.COST:
            return (assignment.cost,)


def _own(task: DocumentTask) -> tuple[object, ...] | None:
    if task.kind is TaskKind.SUMMARY:
        return None
    remaining = None if task.kind is TaskKind.MILESTONE else task.remaining
    by_hand = task.planned_start, task.planned_finish
    held = (task.constraint, task.constraint_date, task.mode, by_hand, task.work_mode)
    return task.duration, remaining, *held, task.percent_complete, task.actual_start, task.actual_finish


def _linked(link: DocumentLink) -> DocumentLink:
    return link if link.lag else replace(link, lag_calendar=LagCalendar.SUCCESSOR)


def mspdi(document: Document) -> bytes:
    return write_mspdi(document)[0]


def small(**changes: object) -> Document:
    """Two tasks under a summary, one behind the other, and a milestone."""
    tasks = (
        DocumentTask("1", "Foundations", TaskKind.SUMMARY, wbs="1"),
        DocumentTask("2", "Dig", parent_id="1", wbs="1.1", duration=5 * DAY),
        DocumentTask("3", "Pour", parent_id="1", wbs="1.2", duration=3 * DAY),
        DocumentTask("4", "Poured", TaskKind.MILESTONE, wbs="2"),
    )
    links = (DocumentLink("2", "3", LinkType.FS, DAY), DocumentLink("3", "4"))
    project = DocumentProject("Footing", START, currency="EUR", guid="footing")
    return replace(Document(project, tasks, links), **changes)


def large(count: int, seed: int = 1) -> Document:
    """A project of so many tasks in groups of ten, with all that a round trip keeps."""
    chance = random.Random(seed)
    week = (SHIFTS,) * 5 + ((), ())
    days_off = tuple(
        CalendarException(START.date() + timedelta(days=each), START.date() + timedelta(days=each)) for each in (32, 35)
    )
    calendars = (
        Calendar("1", "Standard", week, exceptions=days_off),
        Calendar("2", "Six days", (SHIFTS,) * 6 + ((),)),
    )
    tasks: list[DocumentTask] = []
    links: list[DocumentLink] = []
    group = ""
    for number in range(1, count + 1):
        if number % 10 == 1:
            group = str(number)
            tasks.append(DocumentTask(group, f"Group {group}", TaskKind.SUMMARY, wbs=group))
            continue
        tasks.append(_random_task(number, group, chance))
        before = [each for each in tasks[-9:-1] if each.kind is not TaskKind.SUMMARY]
        if before:
            lag = chance.choice((0, 0, 0, DAY, -120, 2 * DAY))
            calendar = LagCalendar.ROUND_THE_CLOCK if lag and chance.random() < 0.2 else LagCalendar.SUCCESSOR
            kind = chance.choice(tuple(LinkType))
            links.append(DocumentLink(chance.choice(before).source_id, str(number), kind, lag, calendar))
    project = DocumentProject("Large", START, DATA_DATE, calendar_id="1", currency="EUR", guid="large")
    return Document(project, tuple(tasks), tuple(links), calendars, RESOURCES, _assignments(tasks, chance))


RESOURCES = (
    Resource(
        "1",
        "Track crew",
        max_units=Decimal(3),
        calendar_id="2",
        rates=(Rate(None, Decimal(60), per_use=Decimal(25)), Rate(START.date(), Decimal("62.5"))),
        group="Works",
        email="crew@example.org",
        notes="Ask early.",
    ),
    Resource("2", "Concrete", ResourceKind.MATERIAL, unit="m³", rates=(Rate(None, Decimal(110)),)),
    Resource("3", "Permit", ResourceKind.COST),
)


def _assignments(tasks: Sequence[DocumentTask], chance: random.Random) -> tuple[Assignment, ...]:
    """Somebody at work on every third task; material and a cost here and there."""
    made: list[Assignment] = []
    for task in tasks[::3]:
        if task.kind is not TaskKind.TASK:
            continue
        units, number = chance.choice((Decimal(1), Decimal("0.5"), Decimal(2))), str(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made.append(Assignment(number, task.source_id, "2", Decimal(12)))
            case 1:
                made.append(Assignment(number, task.source_id, "3", cost=Decimal(900)))
            case _:
                work = int(task.duration * units)
                done = work if task.actual_finish else 0
                made.append(Assignment(number, task.source_id, "1", units, work, done, work - done))
    return tuple(made)


def _random_task(number: int, group: str, chance: random.Random) -> DocumentTask:
    name, at = f"Task {number}", START + timedelta(days=chance.randrange(7, 20))
    if chance.random() < 0.1:
        return DocumentTask(str(number), name, TaskKind.MILESTONE, group, f"{group}.{number}")
    duration = chance.randrange(1, 10) * DAY
    task = DocumentTask(
        str(number), name, parent_id=group, wbs=f"{group}.{number}", duration=duration, cost=Decimal(number)
    )
    task = replace(task, baselines=_baselines(at, duration, number), calendar_id=chance.choice((None, None, "2")))
    task = replace(task, work_mode=chance.choice(tuple(WorkMode)))
    match chance.randrange(8):
        case 0:
            return replace(task, actual_start=START, percent_complete=40, remaining=duration // 2)
        case 1:
            ended = START + timedelta(hours=9)
            return replace(task, actual_start=START, actual_finish=ended, percent_complete=100, remaining=0)
        case 2:
            by_hand = replace(_held(task, at, chance), mode=SchedulingMode.MANUAL)
            return replace(
                by_hand, **chance.choice(({"planned_start": at}, {"planned_finish": at + timedelta(hours=9)}))
            )
        case 3:
            return replace(task, kind=TaskKind.LEVEL_OF_EFFORT)
        case _:
            return _held(task, at, chance)


def _baselines(at: datetime, duration: int, number: int) -> tuple[Baseline, ...]:
    """The first plan, and a later one that not every task is in."""
    first = Baseline(0, at, at + timedelta(days=4, hours=9), duration, cost=Decimal(number))
    if number % 3 == 0:
        return (first,)
    moved = at + timedelta(days=7)
    return first, Baseline(1, moved, moved + timedelta(days=5, hours=9), duration + DAY, cost=Decimal(number + 1))


def _held(task: DocumentTask, at: datetime, chance: random.Random) -> DocumentTask:
    """Any constraint, with a date such as it asks for, and every other time a deadline."""
    constraint = chance.choice(tuple(ConstraintType))
    date = {
        **dict.fromkeys((ConstraintType.SNET, ConstraintType.SNLT, ConstraintType.MSO), at),
        **dict.fromkeys((ConstraintType.FNET, ConstraintType.FNLT, ConstraintType.MFO), at + timedelta(hours=9)),
    }.get(constraint)
    deadline = chance.choice((None, at + timedelta(days=100, hours=9)))
    return replace(task, constraint=constraint, constraint_date=date, deadline=deadline)
