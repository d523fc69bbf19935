"""The critical path: early and late dates, floats, drivers and the longest path of a plan.

Two ways lead to the same bits. Plain Python takes a few milliseconds for a small plan; the compiled engine takes them for a large one,
but a second and 130 MB to load. So small plans go the plain way, until something else has loaded the engine.
"""

import sys
from typing import TYPE_CHECKING

from planning.plan import Plan
from planning.scheduled import Schedule
from planning.size import check_size

if TYPE_CHECKING:
    from planning.engine.columns import Columns
    from planning.engine.dates import Dates

SMALL = 600
"""Up to so many tasks and links together, plain Python takes a few milliseconds."""

ENGINE = "planning.engine.run"


def schedule(plan: Plan, *, project_float: bool = False) -> Schedule:
    """Schedule a whole plan. project_float: whether total float within each project is wanted too.

    Raises a PlanError that names the ids: NetworkCycle, HierarchyCycle, UnknownTask, UnknownProject, DuplicateTask, DuplicateLink,
    DuplicateProject, SummaryLinked, InvalidTask, InvalidValue, OutsideCalendar, InvalidCalendar; or TooLarge.
    """
    check_size(len(plan.tasks), len(plan.links))
    if _is_compiled(len(plan.tasks) + len(plan.links)):
        from planning.engine.scheduling import schedule as run
    else:
        from planning.reference import schedule as run
    return run(plan, project_float=project_float)


def compute(columns: "Columns", *, project_float: bool = False) -> "Dates":
    """Schedule a plan in columns. project_float: whether total float within each project is wanted too.

    Raises what schedule raises.
    """
    if _is_compiled(len(columns.tasks.ids) + len(columns.links.ids)):
        from planning.engine.run import compute as run
    else:
        from planning.engine.plain import compute as run
    return run(columns, project_float=project_float)


def preload() -> None:
    """Load the compiled engine now, for a process that will need it: one with a live network, say. About a second, and 130 MB."""
    from planning.engine.loading import load

    load()


def _is_compiled(size: int) -> bool:
    """Whether a plan of so many tasks and links goes to the compiled engine."""
    if size <= SMALL and ENGINE not in sys.modules:
        return False
    from planning.kernel import COMPILES

    return COMPILES
