"""One whole run without compiled kernels: columns by way of the reference in plain Python, for plans that are small.

Gives what planning.engine.run gives, bit for bit, and brings numpy alone.
"""

from collections.abc import Sequence

import numpy as np

from planning.engine.arrays import COLUMNS, NEVER
from planning.engine.checks import check
from planning.engine.columns import Columns
from planning.engine.dates import Dates
from planning.engine.objects import plan_of
from planning.plan import Imposed, Link, Plan
from planning.reference import project_floats, run, scheduled


def compute(columns: Columns, *, project_float: bool = False) -> Dates:
    """See planning.compute."""
    check(columns)
    plan = plan_of(columns)
    done = run(plan)
    schedule = scheduled(plan, done)
    items = schedule.items.values()
    driving_link, driving_imposed = _driving(plan, [item.driving for item in items])
    row = {task.id: number for number, task in enumerate(plan.tasks)}
    return Dates(
        schedule.start,
        schedule.finish,
        np.array([(*item[1:7], *item[9:]) for item in items], np.int64).reshape(-1, COLUMNS),
        np.array([item.critical for item in items], np.uint8),
        np.array(driving_link, np.int32),
        np.array(driving_imposed, np.int32),
        [row[task_id] for task_id in schedule.longest_path],
        np.array(project_floats(plan, done), np.int64) if project_float else None,
    )


def _driving(plan: Plan, driving: Sequence[Link | Imposed | None]) -> tuple[list[int], list[int]]:
    """Rows of the links and of the imposed dates that drive; by identity, for equal ones differ in nothing but their row."""
    link_row = {id(link): row for row, link in enumerate(plan.links)}
    imposed_row = {id(each): row for row, each in enumerate(each for task in plan.tasks for each in task.imposed)}
    return [link_row.get(id(each), NEVER) for each in driving], [imposed_row.get(id(each), NEVER) for each in driving]
