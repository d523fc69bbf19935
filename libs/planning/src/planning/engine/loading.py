"""Everything that is compiled, called once: so that it is loaded, and compiled where no cache has it."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from planning.calendar import MON_TO_FRI, ROUND_THE_CLOCK
from planning.engine.changes import Removed
from planning.engine.given import columns_of
from planning.engine.live import LiveNetwork
from planning.engine.run import compute
from planning.errors import NetworkCycle
from planning.instant import MINUTES_PER_DAY
from planning.plan import Link, Plan, Project, Task, TaskKind

DAY = MON_TO_FRI.minutes_per_day
PROJECT, SUMMARY, FIRST, MIDDLE, LAST, EFFORT, APART = (UUID(int=number) for number in range(7))
BACK, CIRCLE = UUID(int=10), UUID(int=11)


def load() -> None:
    """Keep a plan of a few tasks under changes that lead through every kernel; nothing remains of it."""
    plan = _plan()
    compute(columns_of(plan))  # on one axis
    with suppress(NetworkCycle):
        compute(columns_of(replace(plan, links=[*plan.links, Link(CIRCLE, MIDDLE, FIRST)])))
    live = LiveNetwork(columns_of(plan))
    live.apply([Task(APART, PROJECT, TaskKind.TASK, DAY // 2)])
    live.apply([Task(APART, PROJECT, TaskKind.TASK, DAY, calendar=ROUND_THE_CLOCK)])
    live.apply([Link(BACK, APART, FIRST)])
    live.apply([Removed(BACK)])
    live.early(FIRST)
    compute(live.columns(), project_float=True)  # on two


def _plan() -> Plan:
    """A task of every kind. The one apart is last in the order, so that a link from it to the first has to change it."""
    tasks = [
        Task(SUMMARY, PROJECT, TaskKind.SUMMARY, 0),
        Task(FIRST, PROJECT, TaskKind.TASK, DAY, parent_id=SUMMARY),
        Task(MIDDLE, PROJECT, TaskKind.TASK, DAY),
        Task(EFFORT, PROJECT, TaskKind.LEVEL_OF_EFFORT, DAY),
        Task(LAST, PROJECT, TaskKind.MILESTONE, 0),
        Task(APART, PROJECT, TaskKind.TASK, DAY),
    ]
    pairs = [(FIRST, MIDDLE), (MIDDLE, LAST), (FIRST, EFFORT)]
    links = [Link(UUID(int=20 + number), before, after) for number, (before, after) in enumerate(pairs)]
    return Plan([Project(PROJECT, MON_TO_FRI.start_at_or_after(MINUTES_PER_DAY), None, None, MON_TO_FRI)], tasks, links)
