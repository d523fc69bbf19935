"""The critical path: early and late dates, floats, drivers and the longest path of a plan."""

from planning.plan import Plan
from planning.scheduled import Schedule


def schedule(plan: Plan, *, critical_float: int = 0) -> Schedule:
    """Schedule a whole plan. critical_float: working minutes of total float up to which a task is critical.

    The first call in a process imports the compiled engine, which takes about a second (planning.warm does it beforehand).
    Raises a PlanError that names the ids: NetworkCycle, HierarchyCycle, UnknownTask, UnknownProject, DuplicateTask, SummaryLinked,
    InvalidTask, OutsideCalendar, InvalidCalendar.
    """
    from planning.kernel import COMPILES

    if COMPILES:
        from planning.engine.scheduling import schedule as run
    else:  # pragma: no cover - the lock brings numba
        from planning.reference import schedule as run
    return run(plan, critical_float=critical_float)
