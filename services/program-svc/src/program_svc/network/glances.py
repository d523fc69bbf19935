"""A live network's dates read as the rules read them: tasks, scheduled tasks and stored rows, made one by one when they are asked for."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

import numpy as np

import planning
from planning.engine import NEVER, Glance, Ints, LiveNetwork
from planning.engine.arrays import EARLY_FINISH, EARLY_START
from program_svc.network.moves import StoredRow


class LiveTasks(Mapping[UUID, planning.Task]):
    """The tasks of a live network, with what rules ask of them: project, kind, duration, parent, and what has happened.

    ``own``: the calendars of those that do not work by their project's.
    """

    def __init__(self, live: LiveNetwork, own: Mapping[UUID, planning.WorkCalendar]) -> None:
        self._live, self._own = live, own

    def __getitem__(self, task_id: UUID) -> planning.Task:
        row = self._live.task(task_id)
        if row is None:
            raise KeyError(task_id)
        return planning.Task(
            id=task_id,
            project_id=self._live.project_of(task_id),
            kind=row.kind,
            duration=row.duration,
            parent_id=row.parent,
            calendar=self._own.get(task_id),
            actual_start=row.actual_start,
            actual_finish=row.actual_finish,
        )

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._live)

    def __len__(self) -> int:
        return len(self._live)


class GlanceItems(Mapping[UUID, planning.ScheduledTask]):
    """The scheduled tasks that a glance at a live network shows. Read it before the network changes again."""

    def __init__(self, seen: Glance, live: LiveNetwork, dependency_ids: Collection[UUID]) -> None:
        self._seen, self._live, self._dependency_ids = seen, live, dependency_ids

    def __getitem__(self, task_id: UUID) -> planning.ScheduledTask:
        seen, node = self._seen, self._seen.node_of[task_id]
        dates: list[int] = seen.dates[node].tolist()
        driving = self._driving(node, task_id)
        return planning.ScheduledTask._make((task_id, *dates[:6], bool(seen.critical[node]), driving, *dates[6:]))

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._live)

    def __len__(self) -> int:
        return len(self._live)

    def _driving(self, node: int, task_id: UUID) -> planning.Link | planning.Imposed | None:
        seen = self._seen
        if seen.driver[node] != NEVER:
            row = self._live.link(seen.link_ids[seen.driver[node]])
            if row is None:
                raise LookupError(seen.link_ids[seen.driver[node]])
            return planning.Link(
                id=row.id,
                predecessor_id=row.predecessor,
                successor_id=task_id,
                type=tuple(planning.LinkType)[row.kind],
                lag=row.lag,
                is_dependency=row.id in self._dependency_ids,
            )
        if seen.imposed[node] == NEVER:
            return None
        task = self._live.task(task_id)
        source = seen.imposed_ids[seen.imposed[node]]
        at, side = next((at, side) for id_, at, side in (task.imposed if task else ()) if id_ == source)
        return planning.Imposed(source, at, "finish" if side else "start")


class GlanceRows:
    """The stored rows that a glance stands for, though some of its tasks are gone by now."""

    def __init__(self, seen: Glance, dependency_ids: Collection[UUID], gone: Ints) -> None:
        self._seen, self._dependency_ids = seen, dependency_ids
        self._gone = {seen.task_ids[node]: node for node in gone.tolist()}
        self._there = np.zeros(seen.driver.size, bool)
        self._there[seen.nodes] = True

    def get(self, task_id: UUID, /) -> StoredRow | None:
        """The row of a task."""
        node = self._seen.node_of.get(task_id, self._gone.get(task_id))
        if node is None or not self._there[node]:
            return None
        return rows_of(self._seen, self._dependency_ids, node)


def rows_of(seen: Glance, dependency_ids: Collection[UUID], node: int) -> StoredRow:
    """The row that a node's dates make."""
    start, finish = seen.dates[node, EARLY_START : EARLY_FINISH + 1].tolist()
    link_id = dependency_id = None
    if seen.driver[node] != NEVER:
        id_ = seen.link_ids[seen.driver[node]]
        link_id, dependency_id = (None, id_) if id_ in dependency_ids else (id_, None)
    elif seen.imposed[node] != NEVER:
        dependency_id = seen.imposed_ids[seen.imposed[node]]
    return StoredRow(seen.homes[seen.home[node]], start, finish, link_id, dependency_id)
