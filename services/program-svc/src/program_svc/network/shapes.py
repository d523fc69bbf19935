"""The program's schedule on the wire."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

import planning
from contracts.schedules import Cause, DrivenByDependency, DrivenByLink, Driving
from contracts.values import DayOrMoment, Duration, Id, Shape
from contracts.vocabulary import Granularity, TaskSide
from program_svc.network.compute import Network, Scheduled
from program_svc.network.instants import worked, written
from program_svc.network.moves import Dates, Driver, RootCause, causes, driver_of, moved


class ScheduledTaskRead(Shape):
    """One task's dates in the program's network. Floats are working time; ``driving`` is what holds it where it is.

    ``total_float`` is how far it may slip before the program is done later, ``project_float`` before its own project is, whatever that
    does to other projects.
    """

    task_id: Id
    project_id: Id
    early_start: DayOrMoment
    early_finish: DayOrMoment
    late_start: DayOrMoment
    late_finish: DayOrMoment
    total_float: Duration
    project_float: Duration
    free_float: Duration
    critical: bool
    driving: Driving | None


class ScheduleRead(Shape):
    """A page of the program's schedule, and the revision of each project that it reflects: of all, where all is on it."""

    start: DayOrMoment | None
    finish: DayOrMoment | None
    positions: dict[str, int]
    longest_path: list[Id]
    items: list[ScheduledTaskRead]
    next: str | None = None
    hidden_count: int = 0
    """Tasks that were asked for, on whichever page, of projects that you do not see."""


class MovedDate(Shape):
    """One date that moved or would. ``shift`` is working time, later is positive; ``through`` the dependencies that carried it."""

    project_id: Id
    task_id: Id
    field: Literal["early_start", "early_finish"]
    from_: DayOrMoment = Field(serialization_alias="from")
    to: DayOrMoment
    shift: Duration
    cause: Cause
    driving: Driving | None
    driving_link_id: Id | None
    through: list[Id]


def driving_of(driver: Driver | None) -> Driving | None:
    """A driver on the wire."""
    if driver is None or driver.kind == "child":
        return None
    return (
        DrivenByDependency(dependency_id=driver.id) if driver.kind == "dependency" else DrivenByLink(link_id=driver.id)
    )


def cause_on_wire(cause: RootCause | None, project_id: UUID) -> Cause:
    """A cause on the wire; without one, the task's own project."""
    if cause is None:
        return Cause(project_id=project_id)
    match cause.kind:
        case "task":
            return Cause(project_id=cause.project_id, task_id=cause.id)
        case "link":
            return Cause(project_id=cause.project_id, link_id=cause.id)
        case "dependency":
            return Cause(dependency_id=cause.id)
    return Cause(project_id=cause.id)


def schedule_read(
    network: Scheduled,
    positions: Mapping[UUID, int],
    task_ids: Iterable[UUID],
    following: str | None = None,
    hidden_count: int = 0,
) -> ScheduleRead:
    """The schedule of these tasks, of a network with its projects' floats. Without any in the network it has neither start nor finish."""
    items, floats = network.schedule.items, network.schedule.project_float or {}
    return ScheduleRead(
        start=start_on_wire(network),
        finish=finish_on_wire(network),
        positions={str(project_id): revision for project_id, revision in positions.items()},
        longest_path=network.schedule.longest_path,
        items=[_scheduled(network, task_id, items[task_id], floats[task_id]) for task_id in task_ids],
        next=following,
        hidden_count=hidden_count,
    )


def start_on_wire(network: Scheduled) -> date | None:
    """The first early start; none without tasks."""
    return written(network.schedule.start, TaskSide.START, finest(network)) if network.schedule.items else None


def finish_on_wire(network: Scheduled) -> date | None:
    """The last early finish; none without tasks."""
    return written(network.schedule.finish, TaskSide.FINISH, finest(network)) if network.schedule.items else None


def finest(network: Scheduled) -> str:
    """A program with a minute project among its projects is written in minutes."""
    granularities = {row.granularity for row in network.facts.projects.values()}
    return Granularity.MINUTE if Granularity.MINUTE in granularities else Granularity.DAY


def _scheduled(
    network: Scheduled, task_id: UUID, item: planning.ScheduledTask, project_float: int
) -> ScheduledTaskRead:
    granularity = network.facts.granularity_of(task_id)
    day = network.facts.calendar_of(task_id).minutes_per_day
    return ScheduledTaskRead(
        task_id=task_id,
        project_id=network.facts.tasks[task_id].project_id,
        early_start=written(item.early_start, TaskSide.START, granularity),
        early_finish=written(item.early_finish, TaskSide.FINISH, granularity),
        late_start=written(item.late_start, TaskSide.START, granularity),
        late_finish=written(item.late_finish, TaskSide.FINISH, granularity),
        total_float=Duration(item.total_float, day),
        project_float=Duration(project_float, day),
        free_float=Duration(item.free_float, day),
        critical=item.critical,
        driving=driving_of(driver_of(item)),
    )


def moved_dates(before: Network, after: Network, changed: Collection[UUID]) -> list[MovedDate]:
    """Every date that differs between two networks of one program, with its cause among what changed."""
    was, now = dates_of(before), dates_of(after)
    tasks = moved(was, now)
    found = causes(tasks, was, now, changed)
    return [move for task_id in tasks for move in _moves_of(after, task_id, was[task_id], now[task_id], found[task_id])]


def dates_of(network: Network) -> dict[UUID, Dates]:
    """The early dates of a network, by task."""
    tasks, items = network.facts.tasks, network.schedule.items
    bounding = _bounding_children(network)
    return {
        task_id: Dates(
            tasks[task_id].project_id, item.early_start, item.early_finish, driver_of(item) or bounding.get(task_id)
        )
        for task_id, item in items.items()
    }


def _bounding_children(network: Network) -> dict[UUID, Driver]:
    """For each summary the child that finishes last: what moves a summary is led back through it."""
    items = network.schedule.items
    last: dict[UUID, UUID] = {}
    for task_id, task in network.facts.tasks.items():
        parent = task.parent_id
        if parent is not None and (
            parent not in last or items[task_id].early_finish > items[last[parent]].early_finish
        ):
            last[parent] = task_id
    return {summary: Driver("child", child, child) for summary, child in last.items()}


def _moves_of(network: Network, task_id: UUID, was: Dates, now: Dates, cause: RootCause | None) -> Iterator[MovedDate]:
    granularity = network.facts.granularity_of(task_id)
    pairs: tuple[tuple[Literal["early_start", "early_finish"], TaskSide, int, int], ...] = (
        ("early_start", TaskSide.START, was.early_start, now.early_start),
        ("early_finish", TaskSide.FINISH, was.early_finish, now.early_finish),
    )
    for field, side, before, after in pairs:
        if before != after:
            yield MovedDate(
                project_id=now.project_id,
                task_id=task_id,
                field=field,
                from_=written(before, side, granularity),
                to=written(after, side, granularity),
                shift=worked(network.facts.calendar_of(task_id), before, after),
                cause=cause_on_wire(cause, now.project_id),
                driving=driving_of(now.driver),
                driving_link_id=now.driver.id if now.driver is not None and now.driver.kind == "link" else None,
                through=list(cause.through) if cause is not None else [],
            )
