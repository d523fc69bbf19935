"""From a plan of objects to a schedule of objects, by way of columns."""

from planning.engine.arrays import NEVER
from planning.engine.dates import Dates
from planning.engine.given import columns_of
from planning.engine.run import compute
from planning.plan import Imposed, Link, Plan
from planning.scheduled import Schedule, ScheduledTask


def schedule(plan: Plan, *, project_float: bool = False) -> Schedule:
    """See planning.schedule."""
    columns = columns_of(plan)
    return schedule_of(plan, compute(columns, project_float=project_float))


def schedule_of(plan: Plan, dates: Dates) -> Schedule:
    """The dates of a plan as objects."""
    tasks = plan.tasks
    columns = dates.table.T.tolist()
    rows = zip(
        [task.id for task in tasks],
        *columns[:6],
        dates.critical.astype(bool).tolist(),
        _driving(plan, dates),
        *columns[6:],
        strict=True,
    )
    items = {row[0]: ScheduledTask._make(row) for row in rows}
    floats = None if dates.project_float is None else dict(zip(items, dates.project_float.tolist(), strict=True))
    return Schedule(dates.start, dates.finish, items, [tasks[row].id for row in dates.longest_path], floats)


def _driving(plan: Plan, dates: Dates) -> list[Link | Imposed | None]:
    links = [*plan.links, None]  # NEVER is the last
    driving: list[Link | Imposed | None] = [links[row] for row in dates.driving_link.tolist()]
    if (dates.driving_imposed != NEVER).any():
        imposed = [each for task in plan.tasks for each in task.imposed]
        for task in (dates.driving_imposed != NEVER).nonzero()[0]:
            driving[task] = imposed[dates.driving_imposed[task]]
    return driving
