"""Levels of effort: from the first of the dates that their links name for their start to the last of those for their finish.

A link into one names a date of its predecessor, a link out of one a date of its successor, early dates for early dates and late for late,
and a date imposed from outside is named too. Where nothing names a finish it lasts its duration; where nothing names a start it begins
where it may. It is never critical and drives nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planning.calendar import ROUND_THE_CLOCK, WorkCalendar
from planning.network import FROM_START, TO_FINISH, Network
from planning.plan import Id, LagCalendar, Link, Plan, Task, TaskKind
from planning.scheduled import ScheduledTask


@dataclass(slots=True)
class _Named:
    """What is named for the early or the late dates of a level of effort; driver: the link into it that names its start."""

    starts: list[int] = field(default_factory=list)
    finishes: list[int] = field(default_factory=list)
    driver: Link | None = None

    def start(self, at: int, driver: Link | None = None) -> None:
        if not self.starts or at < min(self.starts):
            self.driver = driver
        self.starts.append(at)


def with_efforts(plan: Plan, network: Network, rows: Sequence[ScheduledTask]) -> list[ScheduledTask]:
    """The rows of a network, those of its levels of effort put between what they are linked to. Raises OutsideCalendar."""
    efforts = {
        task.id: place
        for place, task in enumerate(network.tasks)
        if task.kind is TaskKind.LEVEL_OF_EFFORT and not network.limits.done[place]
    }
    placed = list(rows)
    if not efforts:
        return placed
    spanning = {task.id for task in plan.tasks if task.kind is TaskKind.LEVEL_OF_EFFORT}
    known = {task.id: place for place, task in enumerate(network.tasks)}
    into: dict[Id, list[Link]] = {}
    out: dict[Id, list[Link]] = {}
    for link in plan.links:
        if link.predecessor_id not in spanning:
            into.setdefault(link.successor_id, []).append(link)
        if link.successor_id not in spanning:
            out.setdefault(link.predecessor_id, []).append(link)
    lags = {project.id: project.calendar for project in plan.projects}
    for task_id, place in efforts.items():
        task, calendar = network.tasks[place], network.axes[place].calendar
        early, late = _Named(), _Named()
        for imposed in task.imposed:
            for named in (early, late):
                named.start(imposed.at) if imposed.side == "start" else named.finishes.append(imposed.at)
        for link in into.get(task_id, ()):
            _name(link, rows[known[link.predecessor_id]], _lag_calendar(link, network, known, lags), early, late)
        for link in out.get(task_id, ()):
            _name_back(link, rows[known[link.successor_id]], _lag_calendar(link, network, known, lags), early, late)
        if early.starts or early.finishes:
            floor, remaining = network.limits.floor[place], network.limits.remaining[place]
            soonest, latest = (_span(calendar, named, floor, remaining) for named in (early, late))
            total = calendar.between(soonest[1], latest[1])
            if task.actual_start is not None:
                soonest = task.actual_start, soonest[1]
            placed[place] = ScheduledTask(
                task_id,
                *soonest,
                *latest,
                total,
                total,
                critical=False,
                driving=early.driver,
                scheduled_start=soonest[0],
                scheduled_finish=soonest[1],
            )
        else:
            placed[place] = rows[place]._replace(critical=False, driving=None)
    return placed


def named_by(plan: Plan, network: Network, items: Mapping[Id, ScheduledTask], effort: Task, field: str) -> Link | None:
    """The link that names a date of a level of effort; None where a date from outside does, or nothing.

    field: `early_start`, `early_finish`, `late_start` or `late_finish`.
    """
    spanning = {task.id for task in plan.tasks if task.kind is TaskKind.LEVEL_OF_EFFORT}
    known = {task.id: place for place, task in enumerate(network.tasks)}
    lags = {project.id: project.calendar for project in plan.projects}
    told: list[tuple[int, Link]] = []
    for link in plan.links:
        is_into = link.successor_id == effort.id
        other = link.predecessor_id if is_into else link.successor_id
        if effort.id not in (link.predecessor_id, link.successor_id) or other in spanning:
            continue
        early, late = _Named(), _Named()
        calendar = _lag_calendar(link, network, known, lags)
        (_name if is_into else _name_back)(link, items[other], calendar, early, late)
        named = early if field.startswith("early") else late
        told += [(at, link) for at in (named.starts if field.endswith("start") else named.finishes)]
    if not told:
        return None
    return (min if field.endswith("start") else max)(told, key=lambda each: each[0])[1]


def _lag_calendar(
    link: Link, network: Network, known: Mapping[Id, int], projects: Mapping[Id, WorkCalendar]
) -> WorkCalendar:
    before, after = known[link.predecessor_id], known[link.successor_id]
    match link.lag_calendar:
        case LagCalendar.PROJECT:
            return projects[network.tasks[after].project_id]
        case LagCalendar.PREDECESSOR:
            return network.axes[before].calendar
        case LagCalendar.SUCCESSOR:
            return network.axes[after].calendar
        case LagCalendar.ROUND_THE_CLOCK:
            return ROUND_THE_CLOCK


def _name(link: Link, row: ScheduledTask, calendar: WorkCalendar, early: _Named, late: _Named) -> None:
    from_start, to_finish = link.type in FROM_START, link.type in TO_FINISH
    soonest = calendar.add(row.early_start if from_start else row.early_finish, link.lag)
    latest = calendar.add(row.late_start if from_start else row.late_finish, link.lag)
    if to_finish:
        early.finishes.append(soonest)
        late.finishes.append(latest)
    else:
        early.start(soonest, link)
        late.start(latest)


def _name_back(link: Link, row: ScheduledTask, calendar: WorkCalendar, early: _Named, late: _Named) -> None:
    from_start, to_finish = link.type in FROM_START, link.type in TO_FINISH
    soonest = calendar.add(row.early_finish if to_finish else row.early_start, -link.lag)
    latest = calendar.add(row.late_finish if to_finish else row.late_start, -link.lag)
    if from_start:
        early.start(soonest)
        late.start(latest)
    else:
        early.finishes.append(soonest)
        late.finishes.append(latest)


def _span(calendar: WorkCalendar, named: _Named, floor: int, remaining: int) -> tuple[int, int]:
    start = calendar.worked(min(named.starts)) if named.starts else floor
    finish = calendar.worked(max(named.finishes)) if named.finishes else start + remaining
    begin = calendar.start_of(start)
    return begin, calendar.finish_of(finish) if finish > start else begin
