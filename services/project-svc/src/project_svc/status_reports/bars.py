"""The tasks of a report's Gantt chart, beside where the approved baseline had them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from contracts.vocabulary import TaskKind, TaskStatus
from planning import to_date
from project_svc.baselines.models import BaselineTask
from project_svc.baselines.queries import approved_baseline
from project_svc.projects.reading import ReadProject
from project_svc.records import table_of
from project_svc.schedule.queries import Planned
from project_svc.tasks.models import Task

MOST_BARS = 80
BASELINE_TASKS, TASKS = table_of(BaselineTask), table_of(Task)


async def bars_of(project: ReadProject, planned: Planned) -> dict[str, Any]:
    """`bars`, in the order of their dates, and how many are `left_out`.

    Of a large plan the most telling are shown: what is critical or sets the finish, milestones and summaries, then what has the least float.
    """
    items, longest = planned.schedule.items, frozenset(planned.schedule.longest_path)
    rows = {
        row.id: row
        for row in await project.session.execute(
            select(TASKS.c.id, TASKS.c.name, TASKS.c.wbs_code, TASKS.c.kind, TASKS.c.percent_complete).where(
                TASKS.c.project_id == project.id, TASKS.c.state != TaskStatus.CANCELLED
            )
        )
        if row.id in items
    }

    def telling(task_id: UUID) -> tuple[bool, bool, int, UUID]:
        item = items[task_id]
        is_quiet = not item.critical and task_id not in longest
        return is_quiet, rows[task_id].kind is TaskKind.TASK, item.total_float, task_id

    chosen = sorted(rows, key=telling)[:MOST_BARS]
    chosen.sort(key=lambda task_id: (items[task_id].scheduled_start, -items[task_id].scheduled_finish, str(task_id)))
    agreed = await _agreed(project)
    return {
        "bars": [
            {
                "task_id": str(task_id),
                "wbs_code": rows[task_id].wbs_code,
                "name": rows[task_id].name,
                "kind": rows[task_id].kind.value,
                "starts_on": _start(items[task_id].scheduled_start),
                "ends_on": _finish(items[task_id].scheduled_finish, items[task_id].scheduled_start),
                "is_critical": items[task_id].critical,
                "is_on_longest_path": task_id in longest,
                "percent_complete": float(rows[task_id].percent_complete),
                "baseline": agreed.get(task_id),
            }
            for task_id in chosen
        ],
        "left_out": len(rows) - len(chosen),
    }


async def _agreed(project: ReadProject) -> Mapping[UUID, dict[str, str]]:
    """First and last day of each task in the approved baseline."""
    baseline = await approved_baseline(project.session, project.id)
    if baseline is None:
        return {}
    found = await project.session.execute(
        select(BASELINE_TASKS.c.task_id, BASELINE_TASKS.c.scheduled_start, BASELINE_TASKS.c.scheduled_finish).where(
            col(BaselineTask.baseline_id) == baseline.id
        )
    )
    return {row.task_id: {"starts_on": _start(row[1]), "ends_on": _finish(row[2], row[1])} for row in found}


def _start(at: int) -> str:
    return to_date(at, finish=False).isoformat()


def _finish(at: int, start: int) -> str:
    """The last day; never before the first, as a milestone's at midnight would be."""
    last: date = max(to_date(at, finish=True), to_date(start, finish=at == start))
    return last.isoformat()
