"""The chains of work that decide when the program ends, and those that would if they lost a little float."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import Field

import planning
from chassis.paging import Cursor, page_in_order
from contracts.values import DayOrMoment, Duration, Id, NonNegativeWrittenDuration, Shape, WrittenDuration
from contracts.vocabulary import TaskSide
from program_svc.network.compute import Network
from program_svc.network.explain import driving_path
from program_svc.network.instants import written
from program_svc.network.moves import driver_of
from program_svc.programs.queries import positions_shown

MOST_PATHS = 100


class PathQuery(Shape):
    """Which paths: those whose float is at most ``within``, ``limit`` of them a page."""

    within: NonNegativeWrittenDuration = Field(default=WrittenDuration(days=5), validate_default=True)
    limit: int = Field(default=10, ge=1, le=MOST_PATHS, description="paths a page")
    cursor: Cursor | None = Field(default=None, description="`next` of the page before")


class PathRead(Shape):
    """A chain of tasks, each driven by the one before it."""

    total_float: Duration
    """The least of its tasks: what it can lose before the program's end, or a deadline, moves."""
    critical: bool
    start: DayOrMoment
    finish: DayOrMoment
    task_ids: list[Id]
    project_ids: list[Id]
    """The projects that it runs through, in order; one that it comes back to is named again."""
    dependency_ids: list[Id]
    """The dependencies that it crosses, in order."""
    branches_from: Id | None
    """The task on a path before it that drives its first one; null where it begins by itself."""


class PathsRead(Shape):
    """A page of the paths, the one with the least float first. Every task is on one of them at most."""

    paths: list[PathRead]
    positions: dict[str, int]
    next: str | None


@dataclass(frozen=True, slots=True)
class Path:
    """Task ids from its first task on, the task of an earlier path that drives it, and whether its last task drives another one."""

    task_ids: list[UUID]
    branches_from: UUID | None
    drives: bool


def paths_read(network: Network, query: PathQuery, positions: Mapping[UUID, int]) -> PathsRead:
    """A page of the network's near-critical paths on the wire."""
    items = network.schedule.items

    def place(path: Path) -> tuple[int, ...]:
        end = path.task_ids[-1]
        return items[end].total_float, -items[end].early_finish, path.drives, end.int

    shown, following = page_in_order(near_critical(network, query.within), query.cursor, query.limit, place)
    paths = [_read(network, path) for path in shown]
    projects = {project_id for path in paths for project_id in path.project_ids}
    return PathsRead(paths=paths, positions=positions_shown(positions, projects), next=following)


def near_critical(network: Network, within: WrittenDuration) -> Iterator[Path]:
    """Chains of driving tasks with at most this float, on each task's own calendar; the least float, then the latest end, first.

    The first one is a path that decides the program's end. Each of the others is what is left of its chain beside those before it.
    """
    items = network.schedule.items
    open_tasks = {
        id_
        for id_, task in network.facts.tasks.items()
        if task.kind is not planning.TaskKind.SUMMARY and items[id_].total_float <= _limit(network, id_, within)
    }
    drivers = {driver.task_id for id_ in open_tasks if (driver := driver_of(items[id_])) is not None}
    # A milestone ends when what drives it does: the chain is to end with what drives nothing more.
    order = sorted(open_tasks, key=lambda id_: (items[id_].total_float, -items[id_].early_finish, id_ in drivers, id_))
    taken: set[UUID] = set()
    for end in order:
        if end in taken:
            continue
        chain: list[UUID] = []
        branches_from = None
        for task_id in driving_path(network, end):
            if task_id in taken:
                branches_from = task_id
                break
            if task_id not in open_tasks:
                break
            chain.append(task_id)
        taken.update(chain)
        yield Path(chain[::-1], branches_from, end in drivers)


def _limit(network: Network, task_id: UUID, within: WrittenDuration) -> int:
    return within.on(network.facts.calendar_of(task_id).minutes_per_day).minutes


def _read(network: Network, path: Path) -> PathRead:
    items, facts = network.schedule.items, network.facts
    first, last = items[path.task_ids[0]], items[path.task_ids[-1]]
    least = min(path.task_ids, key=lambda id_: items[id_].total_float)
    projects: list[UUID] = []
    crossed: list[UUID] = []
    for task_id in path.task_ids:
        project_id = facts.tasks[task_id].project_id
        if not projects or projects[-1] != project_id:
            projects.append(project_id)
    for task_id in path.task_ids if path.branches_from is not None else path.task_ids[1:]:
        match items[task_id].driving:
            case planning.Link(id=id_, is_dependency=True) | planning.Imposed(source_id=id_):
                crossed.append(id_)
    return PathRead(
        total_float=Duration(items[least].total_float, facts.calendar_of(least).minutes_per_day),
        critical=items[least].critical,
        start=written(first.early_start, TaskSide.START, facts.granularity_of(path.task_ids[0])),
        finish=written(last.early_finish, TaskSide.FINISH, facts.granularity_of(path.task_ids[-1])),
        task_ids=path.task_ids,
        project_ids=projects,
        dependency_ids=crossed,
        branches_from=path.branches_from,
    )
