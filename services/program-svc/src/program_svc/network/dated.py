"""The dates of a large program in columns, read as the rules and the wire read them: an object for what is asked for, and none for the rest."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

import planning
from planning.engine import NEVER, Columns, Dates, compute
from planning.engine.arrays import Instants
from planning.engine.objects import KINDS, LINKS, SIDES, known_value
from program_svc.network.compute import as_link, imposed_by, settled, shaping
from program_svc.network.facts import Facts
from program_svc.network.joining import Order, Piece, joined, with_dependencies


@dataclass(frozen=True, slots=True)
class Dated:
    """A plan in columns and its dates. ``links``: how many of its links are no dependencies; these come first."""

    columns: Columns
    dates: Dates
    order: Order
    links: int

    def rows_of(self, project_id: UUID | None, critical: bool | None) -> NDArray[np.int64]:
        """The rows of the tasks of this project, or of all, and that are critical, or are not, in the order of their ids."""
        asked = np.ones(len(self.order.ids), bool)
        if project_id is not None:
            homes = [number for number, each in enumerate(self.columns.projects) if each.id == project_id]
            asked &= np.isin(self.columns.tasks.project, homes)
        if critical is not None:
            asked &= self.dates.critical.astype(bool) == critical
        return asked.nonzero()[0]

    def rows_outside(self, rows: NDArray[np.int64], project_ids: Collection[UUID]) -> NDArray[np.int64]:
        """Of these rows those of tasks of other projects than these."""
        homes = [number for number, each in enumerate(self.columns.projects) if each.id in project_ids]
        outside: NDArray[np.int64] = rows[np.isin(self.columns.tasks.project[rows], homes, invert=True)]
        return outside

    def first_rows(
        self, rows: NDArray[np.int64], values: Instants | None, sign: int, after: tuple[int, int] | None, most: int
    ) -> NDArray[np.int64]:
        """Of these rows the first ones in an order, `most` and those that are level with the last of them.

        values: what they are ordered by, per row, and of those that are level by their ids; by these alone without any. sign: -1 for the
        descending order. after: where the order is to begin, as `chassis.paging` tells it.
        """
        if after is not None:
            value, here = sign * after[0], sign * after[1]
            find = bisect_right if sign > 0 else bisect_left
            edge = find(self.order.ids, here, key=lambda id_: id_.int)
            follows = rows >= edge if sign > 0 else rows < edge
            if values is not None:
                of_rows = values[rows]
                follows = (of_rows > value if sign > 0 else of_rows < value) | ((of_rows == value) & follows)
            rows = rows[follows]
        if rows.size <= most:
            return rows
        if values is None:
            return rows[:most] if sign > 0 else rows[-most:]
        turns = sign * values[rows]
        last = np.partition(turns, most - 1)[most - 1]
        first: NDArray[np.int64] = rows[turns <= last]
        return first

    def last_of(self, project_id: UUID) -> UUID | None:
        """The task of a project that finishes last, of several the one with the least float; none without tasks."""
        rows = self.rows_of(project_id, None)
        if not rows.size:
            return None
        places = np.lexsort((-self.dates.total_float[rows], self.dates.early_finish[rows]))
        return self.order.ids[int(rows[places[-1]])]


@dataclass(frozen=True, slots=True)
class DatedNetwork:
    """See program_svc.network.compute.Scheduled."""

    facts: Facts
    schedule: planning.Schedule
    dated: Dated


def dated(facts: Facts, pieces: Sequence[Piece], order: Order) -> DatedNetwork:
    """The network of these pieces with the dependencies of ``facts``, which name the projects of the pieces and no task.

    Raises a planning.PlanError, such as NetworkCycle where dependencies close a cycle.
    """
    plan = joined(pieces, order, facts.deadline)
    facts = replace(facts, tasks=JoinedTasks(plan, order))
    held = shaping(facts)
    found: list[Dated] = []

    def scheduled(capped: Collection[UUID]) -> planning.Schedule:
        imposed = imposed_by(held, capped, lambda each: facts.calendar_of_project(each.receiver_project_id))
        links = [as_link(each) for each in held if each.id not in capped]
        columns = with_dependencies(plan, links, imposed, order.row_of)
        dates = compute(columns, project_float=True)
        found.append(Dated(columns, dates, order, len(plan.links.ids)))
        floats = None if dates.project_float is None else DatedFloats(found[-1], dates.project_float)
        path = [order.ids[row] for row in dates.longest_path]
        return planning.Schedule(dates.start, dates.finish, DatedItems(found[-1]), path, floats)

    return DatedNetwork(facts, settled(held, scheduled), found[-1])


class DatedItems(Mapping[UUID, planning.ScheduledTask]):
    """The scheduled tasks, by id."""

    def __init__(self, dated: Dated) -> None:
        self._dated = dated

    def __getitem__(self, task_id: UUID) -> planning.ScheduledTask:
        row, dates = self._dated.order.row_of[task_id], self._dated.dates
        instants: list[int] = dates.table[row].tolist()
        return planning.ScheduledTask._make(
            (task_id, *instants[:6], bool(dates.critical[row]), self._driving(row), *instants[6:])
        )

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._dated.order.ids)

    def __len__(self) -> int:
        return len(self._dated.order.ids)

    def _driving(self, row: int) -> planning.Link | planning.Imposed | None:
        columns, dates, ids = self._dated.columns, self._dated.dates, self._dated.order.ids
        if (number := int(dates.driving_link[row])) != NEVER:
            links = columns.links
            return planning.Link(
                id=links.ids[number],
                predecessor_id=ids[links.predecessor[number]],
                successor_id=ids[row],
                type=LINKS[links.kind[number]],
                lag=int(links.lag[number]),
                is_dependency=number >= self._dated.links,
            )
        if (number := int(dates.driving_imposed[row])) != NEVER:
            imposed = columns.imposed
            return planning.Imposed(imposed.ids[number], int(imposed.at[number]), SIDES[imposed.side[number]])
        return None


class DatedFloats(Mapping[UUID, int]):
    """The floats within each task's own project, by id."""

    def __init__(self, dated: Dated, floats: Instants) -> None:
        self._dated, self._floats = dated, floats

    def __getitem__(self, task_id: UUID) -> int:
        return int(self._floats[self._dated.order.row_of[task_id]])

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._dated.order.ids)

    def __len__(self) -> int:
        return len(self._dated.order.ids)


class JoinedTasks(Mapping[UUID, planning.Task]):
    """The tasks, with what rules ask of them: project, kind, duration, parent, calendar, and what has happened."""

    def __init__(self, columns: Columns, order: Order) -> None:
        self._columns, self._order = columns, order
        self._homes: Sequence[UUID] = [project.id for project in columns.projects]

    def __getitem__(self, task_id: UUID) -> planning.Task:
        row, tasks = self._order.row_of[task_id], self._columns.tasks
        parent, calendar = int(tasks.parent[row]), int(tasks.calendar[row])
        return planning.Task(
            id=task_id,
            project_id=self._homes[tasks.project[row]],
            kind=KINDS[tasks.kind[row]],
            duration=int(tasks.duration[row]),
            parent_id=None if parent == NEVER else self._order.ids[parent],
            calendar=None if calendar == NEVER else self._columns.calendars[calendar],
            actual_start=known_value(int(tasks.actual_start[row])),
            actual_finish=known_value(int(tasks.actual_finish[row])),
        )

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._order.ids)

    def __len__(self) -> int:
        return len(self._order.ids)
