"""Random projects for the comparison with another scheduler: whole projects of the kind that planners write, from one seed.

Four link types, leads and lags in days and hours, five calendars with breaks, nights and holidays, milestones, and the limits
SNET, FNLT and MSO. No progress: without it, what schedulers mean by a date can be compared task by task.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from planning.calendar import MON_TO_FRI, ROUND_THE_CLOCK, WorkCalendar
from planning.instant import MINUTES_PER_DAY, to_instant
from planning.plan import Constraint, ConstraintType, LagCalendar, Link, LinkType, Plan, Project, Task, TaskKind

FIRST = date(2026, 3, 2)
HOLIDAYS = {FIRST + timedelta(days=days): [] for days in (32, 35, 60, 73, 84, 123, 207)}
HALF_SATURDAY = {FIRST + timedelta(days=12): [(480, 720)]}
TWO_SHIFTS = WorkCalendar([[(480, 720), (780, 1020)]] * 5 + [[], []], HOLIDAYS | HALF_SATURDAY)
SIX_DAYS = WorkCalendar([[(420, 720), (750, 1050)]] * 6 + [[]], HOLIDAYS, 600)
NIGHTS = WorkCalendar([[(0, 360), (1320, 1440)]] * 7)
CALENDARS = (MON_TO_FRI, TWO_SHIFTS, SIX_DAYS, NIGHTS, ROUND_THE_CLOCK)

KINDS = (LinkType.FS,) * 6 + (LinkType.SS, LinkType.SS, LinkType.FF, LinkType.FF, LinkType.SF)
LIMITS = (ConstraintType.SNET, ConstraintType.SNET, ConstraintType.FNLT, ConstraintType.MSO)
PROJECT = UUID(int=0)
QUARTER = 15


@dataclass(frozen=True, slots=True)
class Mix:
    """What a project is made of; shares are of its tasks, `by_the_hour` is of the projects.

    steers_clear: of three ways in which MPXJ contradicts itself (see `differential`): SNET stands in the last quarter of an hour of a
    day, tasks with SNET or MSO are entered by FS and SS alone, and tasks with MSO left by FS and FF alone.
    """

    milestones: float = 0.05
    limited: float = 0.12
    by_the_hour: float = 0.5
    other_calendars: float = 0.0
    lag_calendars: Sequence[LagCalendar] = (LagCalendar.PROJECT,)
    steers_clear: bool = True


def projects(count: int, size: int, mix: Mix, seed: int) -> Iterator[Plan]:
    """`count` plans of `size` tasks each; the same seed gives the same plans."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _project(size, mix, chance)


def _project(size: int, mix: Mix, chance: random.Random) -> Plan:
    calendar = chance.choice(CALENDARS)
    project = Project(PROJECT, calendar.day_start(FIRST), None, None, calendar)
    by_hour = chance.random() < mix.by_the_hour
    tasks = [_task(number, project, size, mix, chance, by_hour=by_hour) for number in range(1, size + 1)]
    lag_calendar = chance.choice(mix.lag_calendars)
    links: list[Link] = []
    for after in range(1, size):
        for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3))):
            before = tasks[max(0, after - 1 - int(chance.expovariate(1 / 8)))]
            kind = chance.choice(
                [each for each in KINDS if not mix.steers_clear or _is_clear(before, tasks[after], each)]
            )
            lag = _lag(calendar, chance, by_hour=by_hour)
            links.append(
                Link(UUID(int=len(links) + 1), before.id, tasks[after].id, kind, lag, lag_calendar=lag_calendar)
            )
    return Plan([project], tasks, links)


def _task(number: int, project: Project, size: int, mix: Mix, chance: random.Random, *, by_hour: bool) -> Task:
    own = chance.choice(CALENDARS) if chance.random() < mix.other_calendars else None
    calendar = own or project.calendar
    duration = 0 if chance.random() < mix.milestones else chance.randint(1, 15) * calendar.minutes_per_day
    if by_hour and duration:
        duration = max(QUARTER, duration // 3 + chance.randint(-40, 40) * QUARTER)
    constraint = None
    if chance.random() < mix.limited:
        on = FIRST + timedelta(days=chance.randint(0, 2 * size // 3))
        constraint = _limit(chance.choice(LIMITS), on, calendar, project.start, steers_clear=mix.steers_clear)
    kind = TaskKind.TASK if duration else TaskKind.MILESTONE
    return Task(UUID(int=number), PROJECT, kind, duration, calendar=own, constraint=constraint)


def _limit(kind: ConstraintType, on: date, calendar: WorkCalendar, start: int, *, steers_clear: bool) -> Constraint:
    if kind is ConstraintType.FNLT:
        at = calendar.day_finish(on)
    elif kind is ConstraintType.SNET and steers_clear:
        at = to_instant(on) + MINUTES_PER_DAY - QUARTER
    else:
        at = calendar.day_start(on)
    return Constraint(kind, max(at, start))


def _is_clear(before: Task, after: Task, kind: LinkType) -> bool:
    holds_its_start = after.constraint is not None and after.constraint.type is not ConstraintType.FNLT
    must_start = before.constraint is not None and before.constraint.type is ConstraintType.MSO
    if holds_its_start and kind in (LinkType.FF, LinkType.SF):
        return False
    return not (must_start and kind in (LinkType.SS, LinkType.SF))


def _lag(calendar: WorkCalendar, chance: random.Random, *, by_hour: bool) -> int:
    if chance.random() < 0.6:
        return 0
    if by_hour:
        return chance.randint(-16, 24) * 2 * QUARTER
    return chance.choice((-3, -2, -1, 1, 2, 3, 5)) * calendar.minutes_per_day
