"""A document as a table: the project's own row, one row a task, then one a resource (`project_svc.exchange.csv_form` reads it).

Durations, lags and work are in days of eight hours, whatever the project's day is: a table has no calendars that would say.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from contracts.values import Duration
from planning.exchange import Document, DocumentLink, DocumentProject, DocumentTask, OtherEnd, OutsideLink
from planning.plan import ConstraintType, LagCalendar, TaskKind
from project_svc.exchange.csv_columns import COLUMNS, FORMULAS, NO, OUTSIDE, PROJECT, YES
from project_svc.exchange.csv_resources import resource_row, shown_assignments


def write_csv(document: Document) -> bytes:
    """The table, UTF-8; what a spreadsheet would take for a formula has an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    for row in _rows(document):
        writer.writerow({column: _shown(value) for column, value in row.items()})
    return out.getvalue().encode("utf-8-sig")


def _rows(document: Document) -> Iterator[dict[str, object]]:
    yield _project(document.project)
    predecessors: dict[str, list[str]] = {}
    for successor, before, link in _told_links(document):
        predecessors.setdefault(successor, []).append(f"{before}{link.type.value}{_lag(link)}")
    resources = shown_assignments(document)
    for task in document.tasks:
        told = {"predecessors": ";".join(predecessors.get(task.source_id, ()))}
        yield _task(task) | told | {"resources": resources.get(task.source_id)}
    for resource in document.resources:
        yield dict(resource_row(resource))


def _project(project: DocumentProject) -> dict[str, object]:
    return {
        "name": project.name,
        "kind": PROJECT,
        "start": project.start,
        "data_date": project.data_date,
        "currency": project.currency,
        "manager": project.manager,
        "guid": project.guid,
    }


def _told_links(document: Document) -> Iterator[tuple[str, str, DocumentLink | OutsideLink]]:
    """Each link beside the task that waits: (that task, what it waits for, the link)."""
    for link in document.links:
        yield link.successor_id, link.predecessor_id, link
    for outside in document.outside_links:
        if outside.other_end is OtherEnd.PREDECESSOR:
            yield outside.task_id, f"{outside.project}{OUTSIDE}{outside.other_task_id}", outside


def _lag(link: DocumentLink | OutsideLink) -> str:
    if not link.lag:
        return ""
    calendar = "" if link.lag_calendar is LagCalendar.SUCCESSOR else f" {link.lag_calendar.value}"
    return f"{'-' if link.lag < 0 else '+'}{Duration(abs(link.lag))}{calendar}"


def _task(task: DocumentTask) -> dict[str, object]:
    return {
        "id": task.source_id,
        "name": task.name,
        "kind": task.kind.value,
        "parent": task.parent_id,
        "wbs": task.wbs,
        "duration": None if task.kind is TaskKind.SUMMARY else Duration(task.duration),
        "start": task.start,
        "finish": task.finish,
        "constraint": None if task.constraint is ConstraintType.ASAP else task.constraint.value,
        "constraint_date": task.constraint_date,
        "deadline": task.deadline,
        "percent_complete": task.percent_complete,
        "actual_start": task.actual_start,
        "actual_finish": task.actual_finish,
        "notes": task.notes,
        "mode": task.mode.value,
        "planned_start": task.planned_start,
        "planned_finish": task.planned_finish,
        "remaining": None if task.remaining is None else Duration(task.remaining),
        "work_mode": task.work_mode.value,
        "active": YES if task.is_active else NO,
        "guid": task.guid,
    }


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text
