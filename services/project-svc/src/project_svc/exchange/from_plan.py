"""A project as a document, ready to be written in any form. Ids are those of the source that a record came from, where it has one."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import col, select

from contracts.project_events.baselines import BaselineState
from contracts.values import WrittenDuration
from contracts.vocabulary import TaskKind, TaskStatus
from planning import ScheduledTask as Scheduled
from planning import WorkCalendar, to_moment
from planning.calendar import FIRST_DAY, Shift
from planning.defined import defined_by
from planning.exchange import (
    Baseline,
    Calendar,
    CalendarException,
    Document,
    DocumentLink,
    DocumentProject,
    DocumentTask,
    FidelityReport,
    WorkMode,
)
from planning.plan import ConstraintType, LagCalendar, LinkType, Progress, SchedulingMode
from planning.plan import TaskKind as Kind
from planning.written import at_actual_finish, at_actual_start, at_finish, at_start
from project_svc.baselines.models import BASELINES, BaselineLine
from project_svc.baselines.queries import tasks_of
from project_svc.budgets.models import BudgetLine
from project_svc.calendars.models import Calendar as ProjectCalendar
from project_svc.calendars.queries import ProjectCalendars, calendars_of
from project_svc.exchange.losses import (
    percent_of,
    report_baselines,
    report_calendars,
    report_lines,
    report_project,
    report_records,
    report_tasks,
)
from project_svc.exchange.outline import Outline
from project_svc.exchange.outside import outside_links_of
from project_svc.exchange.staff import staff_of
from project_svc.links.models import Link
from project_svc.projects.reading import ReadProject
from project_svc.register.actions import all_of
from project_svc.schedule.queries import Planned, schedule_of
from project_svc.tasks.models import Task

WHOLE = Decimal(100)
MOST_BASELINES = 11
BEGINS = frozenset({ConstraintType.SNET, ConstraintType.SNLT, ConstraintType.MSO})


async def document_of(project: ReadProject) -> tuple[Document, FidelityReport]:
    """The project's plan: tasks with their computed dates, links, calendars, baselines, costs; and what of the project is not in it.

    Raises Cycle, OutsideTime, Unschedulable.
    """
    report = FidelityReport()
    planned = await schedule_of(project)
    calendars = await calendars_of(project.session, project.row)
    tasks = list(await project.session.scalars(select(Task).where(col(Task.project_id) == project.id)))
    outline = Outline(tasks)
    rows = (
        await project.session.scalars(select(ProjectCalendar).where(col(ProjectCalendar.project_id) == project.id))
    ).all()
    named = {row.id: outline.free_id(row.external_id) for row in sorted(rows, key=lambda row: row.id)}
    baselines = await _baselines(project, report)
    costs = await _costs(project, outline, report)
    staff = await staff_of(project, outline, named)
    day = project.row.minutes_per_day
    report_project(project.row, report)
    report_tasks(outline.rows, outline.ids, report)
    report_calendars(rows, day, named, report)
    await report_records(project, report)
    document = Document(
        DocumentProject(
            name=project.row.name,
            start=_moment(project.row.start, calendars.own, at_start),
            data_date=_moment(project.row.data_date, calendars.own, at_finish),
            calendar_id=None if project.row.calendar_id is None else named[project.row.calendar_id],
            minutes_per_day=day,
            minutes_per_week=5 * day,
            currency=project.row.currency,
            manager=project.row.manager or None,
            guid=str(project.id),
            progress_logic=Progress(project.row.progress_logic.value),
            critical_float=WrittenDuration.parse(project.row.critical_float).on(day).minutes,
        ),
        tuple(
            _task(row, outline, planned, calendars, named, baselines.get(row.id, ()), costs.get(row.id), staff.work)
            for row in outline.rows
        ),
        await _links(project, outline),
        tuple(_calendar(row, named[row.id]) for row in rows),
        staff.resources,
        staff.assignments,
        await outside_links_of(project, outline),
    )
    return document, report


def _task(
    row: Task,
    outline: Outline,
    planned: Planned,
    calendars: ProjectCalendars,
    named: Mapping[UUID, str],
    baselines: Iterable[Baseline],
    cost: Decimal | None,
    work: Mapping[UUID, int],
) -> DocumentTask:
    calendar = calendars.of_task(row.calendar_id)
    item: Scheduled | None = planned.schedule.items.get(row.id)
    constraint = ConstraintType.ASAP if row.constraint_type is None else ConstraintType(row.constraint_type.value)
    begins = at_start if constraint in BEGINS else at_finish
    is_complete = row.state is TaskStatus.COMPLETE
    return DocumentTask(
        source_id=outline.ids[row.id],
        name=row.name,
        kind=Kind(row.kind.value),
        parent_id=None if row.parent_id is None else outline.ids[row.parent_id],
        wbs=row.wbs_code,
        duration=row.duration,
        remaining=0 if is_complete and row.kind is not TaskKind.SUMMARY else row.remaining_duration,
        calendar_id=None if row.calendar_id is None else named[row.calendar_id],
        mode=SchedulingMode(row.mode.value),
        work_mode=WorkMode(row.work_mode.value),
        start=None if item is None else to_moment(item.scheduled_start),
        finish=None if item is None else to_moment(item.scheduled_finish),
        planned_start=_moment(row.planned_start, calendar, at_start),
        planned_finish=_moment(row.planned_finish, calendar, at_finish),
        constraint=constraint,
        constraint_date=_moment(row.constraint_date, calendar, begins),
        deadline=_moment(row.deadline, calendar, at_finish),
        percent_complete=percent_of(row.percent_complete),
        actual_start=_moment(row.actual_start, calendar, at_actual_start),
        actual_finish=_moment(row.actual_finish, calendar, at_actual_finish),
        work=work.get(row.id),
        cost=cost,
        notes=row.description,
        is_active=row.state is not TaskStatus.CANCELLED,
        baselines=tuple(baselines),
        guid=str(row.id),
    )


def _moment(
    written: date | None, calendar: WorkCalendar, convention: Callable[[date, WorkCalendar], int]
) -> datetime | None:
    """The moment that a date of a project by the day means."""
    if written is None or isinstance(written, datetime):
        return written
    return to_moment(convention(written, calendar))


async def _links(project: ReadProject, outline: Outline) -> tuple[DocumentLink, ...]:
    """Grouped by successor, in the order of the outline."""
    rows = await project.session.scalars(select(Link).where(col(Link.project_id) == project.id))
    place = {task_id: number for number, task_id in enumerate(outline.ids)}
    ordered = sorted(rows, key=lambda row: (place[row.successor_id], row.id))
    return tuple(
        DocumentLink(
            outline.ids[row.predecessor_id],
            outline.ids[row.successor_id],
            LinkType(row.type.value),
            row.lag,
            LagCalendar(row.lag_calendar.value),
        )
        for row in ordered
    )


def _calendar(row: ProjectCalendar, source_id: str) -> Calendar:
    worked = defined_by(row.shifts, row.exceptions, row.days_off, row.minutes_per_day)
    names = {each["on"]: each["name"] for each in (*row.exceptions, *row.days_off)}
    return Calendar(
        source_id,
        row.name,
        tuple(tuple(day) for day in worked.week),
        exceptions=tuple(_stretches(worked, names)),
        guid=str(row.id),
    )


def _stretches(worked: WorkCalendar, names: Mapping[str, str]) -> Iterable[CalendarException]:
    """The days that differ, neighbours with the same shifts and no name of their own together."""
    stretch: tuple[date, date, tuple[Shift, ...]] | None = None
    for index, shifts in sorted(worked.exceptions.items()):
        day = date.fromordinal(FIRST_DAY.toordinal() + index)
        is_next = stretch is not None and stretch[1].toordinal() + 1 == day.toordinal() and stretch[2] == tuple(shifts)
        if stretch is not None and is_next and day.isoformat() not in names:
            stretch = (stretch[0], day, stretch[2])
            continue
        if stretch is not None:
            yield CalendarException(*stretch, name=names.get(stretch[0].isoformat(), ""))
        stretch = (day, day, tuple(shifts))
    if stretch is not None:
        yield CalendarException(*stretch, name=names.get(stretch[0].isoformat(), ""))


async def _baselines(project: ReadProject, report: FidelityReport) -> dict[UUID, list[Baseline]]:
    """What each task was in each baseline: the one that came as number n is n, the others take what is free, the approved one first."""
    records = await all_of(project, BASELINES)
    numbers = numbers_of(records)
    of_no_task = select(col(BaselineLine.baseline_id)).where(
        col(BaselineLine.baseline_id).in_(numbers), col(BaselineLine.task_id).is_(None)
    )
    report_baselines(records, numbers, await project.session.scalars(of_no_task), report)
    found: dict[UUID, list[Baseline]] = {}
    for row in await tasks_of(project.session, numbers):
        found.setdefault(row.task_id, []).append(
            Baseline(
                numbers[row.baseline_id],
                to_moment(row.scheduled_start),
                to_moment(row.scheduled_finish),
                row.duration,
                cost=row.cost or None,
            )
        )
    return {task_id: sorted(each, key=lambda baseline: baseline.number) for task_id, each in found.items()}


def numbers_of(baselines: Iterable[BaselineState]) -> dict[UUID, int]:
    """The number of each baseline that a file has a place for, by its id."""
    records = sorted(baselines, key=lambda each: (each.state != "approved", each.created_at, each.id))
    told = {each.id: _number_of(each.external_ref.id) for each in records if each.external_ref is not None}
    kept = {baseline_id: number for baseline_id, number in told.items() if number is not None}
    free = [number for number in range(MOST_BASELINES) if number not in kept.values()]
    others = [each.id for each in records if each.id not in kept]
    return kept | dict(zip(others, free, strict=False))


def _number_of(external_id: str) -> int | None:
    """The number of a baseline that came from a file (`…/baseline/3`)."""
    *_, kind, number = ("", "", *external_id.split("/"))
    return int(number) if kind == "baseline" and number.isdigit() and int(number) < MOST_BASELINES else None


async def _costs(project: ReadProject, outline: Outline, report: FidelityReport) -> dict[UUID, Decimal]:
    """The budget of each task, contingency left out."""
    found = select(BudgetLine).where(col(BudgetLine.project_id) == project.id).order_by(col(BudgetLine.id))
    lines = (await project.session.scalars(found)).all()
    report_lines(lines, outline.ids, report)
    costs: dict[UUID, Decimal] = {}
    for line in lines:
        if line.task_id is not None and not line.contingency:
            costs[line.task_id] = costs.get(line.task_id, Decimal(0)) + line.amount
    return costs
