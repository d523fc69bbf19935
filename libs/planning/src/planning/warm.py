"""`python -m planning.warm`: compile every kernel now, so that the next process finds it in the cache.

For image builds and for a service's start: a first compilation takes seconds, loading what is cached tenths of one.
"""

from uuid import UUID

from planning.calendar import MON_TO_FRI, ROUND_THE_CLOCK
from planning.instant import MINUTES_PER_DAY
from planning.plan import Link, Plan, Project, Task, TaskKind

DAY = MON_TO_FRI.minutes_per_day


def warm() -> None:
    """Schedule, level and simulate plans of a few tasks; nothing remains of them but the cache."""
    # Not before it is asked for: numba takes half a second.
    from planning.engine.loading import load
    from planning.levelling import Demand, Resource, level
    from planning.simulation import Estimate, Uncertainty, simulate

    load()
    ids = [UUID(int=number) for number in range(3)]
    project = Project(UUID(int=3), MON_TO_FRI.start_at_or_after(MINUTES_PER_DAY), None, None, MON_TO_FRI)
    tasks = [Task(task_id, project.id, TaskKind.TASK, DAY) for task_id in ids]
    # Two of three at a time is one too many, so the lower bound is out of reach and the search goes through all its steps.
    for calendar in (None, ROUND_THE_CLOCK):
        crew = Resource(UUID(int=4), 3, calendar)
        level(Plan([project], tasks, []), [crew], [Demand(task_id, crew.id, 2) for task_id in ids], evaluations=300)
    links = [Link(UUID(int=5), ids[0], ids[1])]
    simulate(Plan([project], tasks, links), Uncertainty({ids[0]: Estimate(DAY, DAY, 2 * DAY)}, {}), runs=1)


if __name__ == "__main__":
    warm()
