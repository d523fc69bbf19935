"""A project's records as the replica keeps them, from the states that events carry; field by field, so that the two change apart."""

from datetime import date
from typing import Any

import orjson

from contracts.project_events import (
    ActualState,
    ActualStateV2,
    BudgetLineState,
    CalendarState,
    LinkState,
    ProjectState,
    RiskState,
    TaskState,
)
from contracts.project_events.baselines import BaselineState
from contracts.project_events.log import IssueState
from contracts.project_events.outside_links import OutsideLinkState
from contracts.vocabulary import OPEN_RISKS
from planning.written import held

MINUTES_PER_HOUR = 60

Row = dict[str, Any]
"""Column → value."""


def project_row(project: ProjectState) -> Row:
    """The replica's row of a project."""
    return {
        "id": project.id,
        "organization_id": project.organization_id,
        "key": project.key,
        "name": project.name,
        "state": project.state.value,
        "start": _written(project.start),
        "deadline": _written(project.deadline),
        "data_date": _written(project.data_date),
        "currency": project.currency,
        "granularity": project.granularity.value,
        "calendar_id": project.calendar_id,
        "progress_logic": project.progress_logic.value,
        "critical_float": str(project.critical_float),
    }


def calendar_row(calendar: CalendarState) -> Row:
    """The replica's row of a calendar."""
    told = calendar.model_dump(mode="json", include={"shifts", "exceptions", "days_off"})
    return {
        "id": calendar.id,
        "organization_id": calendar.organization_id,
        "project_id": calendar.project_id,
        "minutes_per_day": int(calendar.hours_per_day * MINUTES_PER_HOUR),
        "definition": orjson.dumps([told["shifts"], told["exceptions"], told["days_off"]]).decode(),
    }


def task_row(task: TaskState) -> Row:
    """The replica's row of a task."""
    kind, on = _held(task)
    return {
        "id": task.id,
        "organization_id": task.organization_id,
        "project_id": task.project_id,
        "parent_id": task.parent_id,
        "calendar_id": task.calendar_id,
        "name": task.name,
        "kind": task.kind.value,
        "duration": task.duration.minutes,
        "remaining_duration": None if task.remaining_duration is None else task.remaining_duration.minutes,
        "mode": task.mode.value,
        "constraint_type": kind,
        "constraint_date": _written(on),
        "deadline": _written(task.deadline),
        "percent_complete": task.percent_complete,
        "actual_start": _written(task.actual_start),
        "actual_finish": _written(task.actual_finish),
        "state": task.state.value,
    }


def _held(task: TaskState) -> tuple[str | None, date | None]:
    """The constraint that the task's dates are computed with, which is all that the network asks of its constraint and its planned dates."""
    kind, on = (None, None) if task.constraint is None else (task.constraint.type.value, task.constraint.date)
    return held(task.mode, task.planned_start, task.planned_finish, kind, on)


def link_row(link: LinkState) -> Row:
    """The replica's row of a link."""
    return {
        "id": link.id,
        "organization_id": link.organization_id,
        "project_id": link.project_id,
        "predecessor_id": link.predecessor_id,
        "successor_id": link.successor_id,
        "type": link.type.value,
        "lag": link.lag.minutes,
        "lag_calendar": link.lag_calendar.value,
    }


def budget_line_row(line: BudgetLineState) -> Row:
    """The replica's row of a budget line."""
    return {
        "id": line.id,
        "organization_id": line.organization_id,
        "project_id": line.project_id,
        "task_id": line.task_id,
        "amount": line.amount.amount,
        "currency": line.amount.currency,
        "contingency": line.contingency,
    }


def actual_row(actual: ActualState | ActualStateV2) -> Row:
    """The replica's row of an actual cost."""
    return {
        "id": actual.id,
        "organization_id": actual.organization_id,
        "project_id": actual.project_id,
        "task_id": actual.task_id,
        "on": actual.on,
        "amount": actual.amount.amount,
        "currency": actual.amount.currency,
    }


def risk_row(risk: RiskState) -> Row:
    """The replica's row of a risk."""
    return {
        "id": risk.id,
        "organization_id": risk.organization_id,
        "project_id": risk.project_id,
        "task_id": risk.task_id,
        "title": risk.title,
        "kind": risk.kind.value,
        "is_open": risk.state in OPEN_RISKS,
        "probability": risk.probability,
        "cost_impact": risk.cost_impact.amount,
        "currency": risk.cost_impact.currency,
        "days_impact": risk.days_impact.minutes,
        "minutes_per_day": risk.days_impact.minutes_per_day,
        "emv": risk.emv.amount,
        "escalated": risk.escalated,
    }


def issue_row(issue: IssueState) -> Row:
    """The replica's row of an issue."""
    return {
        "id": issue.id,
        "organization_id": issue.organization_id,
        "project_id": issue.project_id,
        "title": issue.title,
        "priority": issue.priority.value,
        "owner": issue.owner,
        "state": issue.state.value,
        "escalated": issue.escalated,
        "due_on": issue.due_on,
    }


def outside_link_row(link: OutsideLinkState) -> Row:
    """The replica's row of a link to a task of another project."""
    return {
        "id": link.id,
        "organization_id": link.organization_id,
        "project_id": link.project_id,
        "task_id": link.task_id,
        "other_end": link.other_end.value,
        "other_project_id": link.other_project_id,
        "other_task_id": link.other_task_id,
        "type": link.type.value,
        "lag": link.lag.minutes,
    }


def baseline_row(baseline: BaselineState) -> Row:
    """The replica's row of a baseline."""
    figures = baseline.figures
    points = [[point.on.isoformat(), str(point.amount.amount)] for point in baseline.planned_value]
    return {
        "id": baseline.id,
        "organization_id": baseline.organization_id,
        "project_id": baseline.project_id,
        "state": baseline.state.value,
        "of_revision": baseline.of_revision,
        "bac": figures.bac.amount,
        "currency": figures.bac.currency,
        "start": _written(figures.start),
        "finish": _written(figures.finish),
        "points": orjson.dumps(points).decode(),
    }


def _written(day: date | None) -> str | None:
    """A date as it was written: a moment keeps its minutes."""
    return None if day is None else day.isoformat()[:16]
