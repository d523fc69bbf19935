"""What of a project a document has no place for, whatever form it is written in: every field that says something and does not go along."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Table, literal, select, union_all

from contracts.project_events import ProjectState
from contracts.project_events.baselines import BaselineState
from contracts.project_events.money import CostType
from contracts.project_events.resources import WorkMode
from contracts.vocabulary import Granularity, ProjectStatus, SchedulingMode, TaskKind, TaskStatus
from planning.exchange import FidelityReport
from project_svc.assignments.models import Assignment
from project_svc.baselines.models import BASELINES
from project_svc.budgets.models import Actual, BudgetLine
from project_svc.calendars.models import Calendar
from project_svc.change_requests.models import CHANGE_REQUESTS
from project_svc.comments.models import COMMENTS
from project_svc.commitments.models import Commitment
from project_svc.links.models import Link
from project_svc.outside_links.models import OUTSIDE_LINKS
from project_svc.projects.models import Project
from project_svc.projects.reading import ReadProject
from project_svc.records import table_of
from project_svc.registers import ALL
from project_svc.resources.models import Resource
from project_svc.risks.models import Risk
from project_svc.status_reports.models import STATUS_REPORTS
from project_svc.tasks.models import Task
from project_svc.tolerances.models import EXCEPTIONS

NO_FIELD = "a plan in a file has no such field"
CARRIED = frozenset(
    {
        *("id", "organization_id", "external_ref", "revision", "created_at", "updated_at"),
        *("name", "manager", "currency", "calendar_id", "start", "data_date"),
        *("key", "granularity", "progress_logic", "critical_float"),
    }
)
"""Fields of projects that files have, or that are told of by themselves."""
OF_LINES: Mapping[str, Any] = {
    "type": CostType.OTHER,
    **dict.fromkeys(("quantity", "rate", "starts_on", "ends_on"), None),
}
"""A budget line's."""
DECLARED = (*ALL, CHANGE_REQUESTS, EXCEPTIONS, COMMENTS, STATUS_REPORTS)
BESIDE: Mapping[str, Table] = {
    "risk": table_of(Risk),
    "actual": table_of(Actual),
    "commitment": table_of(Commitment),
    **{declared.name: declared.table for declared in DECLARED},
}
"""Records of a project that are no part of its plan."""

IN_A_PLAN: Mapping[str, Table] = {
    **{kind.__tablename__[:-1]: table_of(kind) for kind in (Link, Calendar, Resource, Assignment, BudgetLine)},
    **{declared.name: declared.table for declared in (BASELINES, OUTSIDE_LINKS)},
}
"""Records of the plan that are no tasks."""
NO_EVENT = "an event has a name, a description and its day"
OF_MILESTONES: Mapping[str, Any] = {
    **dict.fromkeys(("parent_id", "calendar_id", "constraint_type", "deadline", "actual_start", "actual_finish"), None),
    "wbs_code": "",
    "quality_criteria": "",
    "assignees": [],
    "percent_complete": 0,
    "mode": SchedulingMode.AUTO_ASAP,
    "state": TaskStatus.NOT_STARTED,
    "work_mode": WorkMode.FIXED_UNITS,
}
"""A milestone's fields besides those, and what each is if it says nothing."""


def report_project(row: Project, report: FidelityReport) -> None:
    """What of the project itself is left out."""
    report.dropped("project", "key", "", "the file is called by it")
    state = row.wire()
    for name, field in ProjectState.model_fields.items():
        nothing = ("", None, ProjectStatus.PROPOSED) if field.is_required() else (field.default,)
        if name not in CARRIED and getattr(state, name) not in nothing:
            report.dropped("project", name, "", NO_FIELD)
    if row.granularity is Granularity.DAY:
        report.converted("project", "granularity", "", "days are written as moments")


def report_tasks(tasks: Iterable[Task], ids: Mapping[UUID, str], report: FidelityReport) -> None:
    """What of tasks is left out. ids: what they are called in the document."""
    for row in tasks:
        if row.state is TaskStatus.ON_HOLD:
            report.dropped("task", "state", ids[row.id], "a plan in a file knows nothing that is on hold")
        for field in ("quality_criteria", "assignees"):
            if getattr(row, field):
                report.dropped("task", field, ids[row.id], NO_FIELD)


def report_calendars(rows: Iterable[Calendar], day: int, ids: Mapping[UUID, str], report: FidelityReport) -> None:
    """What of calendars is left out or written otherwise. day: the minutes of the project's."""
    for row in rows:
        if row.holidays is not None:
            report.converted("calendar", "holidays", ids[row.id], "written as exceptions, day by day")
        if row.shared_calendar_id is not None:
            report.converted("calendar", "shared_calendar_id", ids[row.id], "its days are written out")
        if row.minutes_per_day != day:
            report.dropped("calendar", "hours_per_day", ids[row.id], "a plan in a file has one day, the project's")


def report_lines(lines: Iterable[BudgetLine], ids: Mapping[UUID, str], report: FidelityReport) -> None:
    """What of budget lines is left out: a task has one cost, the sum of those that are no contingency. ids: of tasks."""
    for line in lines:
        line_id = str(line.id)
        if line.task_id is None:
            report.dropped("budget_line", "amount", line_id, "costs are those of tasks, and it has none")
        elif line.contingency:
            report.dropped("budget_line", "amount", line_id, "contingency is no cost of a task")
            report.dropped("budget_line", "task_id", line_id, "contingency is no cost of a task")
        else:
            report.converted("budget_line", "amount", ids[line.task_id], "the cost of a task is the sum of its lines")
        if line.contingency:
            report.dropped("budget_line", "contingency", line_id, NO_FIELD)
        report.dropped("budget_line", "name", line_id, "a cost has no name")
        for field, nothing in OF_LINES.items():
            if getattr(line, field) != nothing:
                report.dropped("budget_line", field, line_id, NO_FIELD)


def report_baselines(
    records: Iterable[BaselineState], numbers: Mapping[UUID, int], lines: Iterable[UUID], report: FidelityReport
) -> None:
    """What of baselines is left out. numbers: of those that are in the file. lines: baselines with budgets of no task."""
    spread = frozenset(lines)
    for record in records:
        own = str(record.id)
        if record.id not in numbers:
            report.dropped("baseline", "baseline", own, "a file has eleven")
            continue
        report.dropped("baseline", "name", own, "a file has numbers for them")
        for field in (
            *("description", "scope", "success_criteria", "unrequested"),
            *("approval_note", "approved_by", "change_request_id"),
        ):
            if getattr(record, field):
                report.dropped("baseline", field, own, NO_FIELD)
        if record.state != "draft":
            report.dropped("baseline", "state", own, NO_FIELD)
        if record.id in spread:
            report.dropped("baseline", "budget_lines", own, "costs are those of tasks, and some have none")


async def report_records(project: ReadProject, report: FidelityReport, tables: Mapping[str, Table] = BESIDE) -> None:
    """Every record of the project of some kinds, without more: of those that are no part of its plan."""
    there = union_all(
        *(
            select(literal(name).label("record"), table.c.id).where(table.c.project_id == project.id)
            for name, table in tables.items()
        )
    )
    for record, record_id in await project.session.execute(there):
        report.dropped(record, record, str(record_id), "not in the file")


async def report_beside_milestones(project: ReadProject, tasks: Sequence[Task]) -> FidelityReport:
    """What of a project a calendar of its milestones does not have: it has their names, descriptions and days."""
    report = FidelityReport()
    report_project(project.row, report)
    for field in ("currency", "manager", "calendar_id", "start", "data_date"):
        if getattr(project.row, field):
            report.dropped("project", field, "", NO_EVENT)
    for row in tasks:
        if row.kind is not TaskKind.MILESTONE:
            report.dropped("task", "task", str(row.id), "a calendar has the milestones alone")
            continue
        for field, nothing in OF_MILESTONES.items():
            if getattr(row, field) != nothing:
                report.dropped("task", field.removesuffix("_type"), str(row.id), NO_EVENT)
    await report_records(project, report, {**IN_A_PLAN, **BESIDE})
    return report


def percent_of(percent: Decimal) -> int | Decimal:
    """A percentage as documents have it: a whole number where it is one."""
    whole = int(percent)
    return whole if whole == percent else percent
