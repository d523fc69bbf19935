"""A program's network held as objects, computed as a whole after every change."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

import planning
from program_svc.dependencies.models import Dependency
from program_svc.network.compute import Network, compute
from program_svc.network.facts import Facts
from program_svc.network.held import Change, Difference, Gone, StoredDates
from program_svc.network.moves import StoredRow
from program_svc.network.shapes import dates_of


class Objects:
    """See program_svc.network.held.Held."""

    def __init__(self, facts: Facts, rows: Mapping[UUID, StoredRow], waiting: set[UUID]) -> None:
        self.projects: Mapping[UUID, Row[Any]] = facts.projects
        self.calendars = facts.calendars
        self.waiting = waiting
        self._tasks = dict(facts.tasks)
        self._links = {link.id: link for link in facts.links}
        self._rows = rows
        self._next = rows

    @property
    def tasks(self) -> Mapping[UUID, planning.Task]:
        return self._tasks

    @property
    def size(self) -> int:
        """Tasks and links together."""
        return len(self._tasks) + len(self._links)

    def has_link(self, link_id: UUID) -> bool:
        return link_id in self._links

    def is_parent(self, task_id: UUID) -> bool:
        return any(task.parent_id == task_id for task in self._tasks.values())

    def change(self, changes: Sequence[Change]) -> None:
        count = len(self._tasks), len(self._links)
        for change in changes:
            match change:
                case planning.Task():
                    self._tasks[change.id] = change
                case planning.Link():
                    self._links[change.id] = change
                case Gone(id_) if id_ in self._links:
                    del self._links[id_]
                case Gone(id_):
                    del self._tasks[id_]
                    self._links = {
                        link.id: link
                        for link in self._links.values()
                        if id_ not in (link.predecessor_id, link.successor_id)
                    }
        if (len(self._tasks), len(self._links)) != count:
            self._tasks = {id_: self._tasks[id_] for id_ in sorted(self._tasks)}
            self._links = {id_: self._links[id_] for id_ in sorted(self._links)}

    def network(self, deadline: int | None, dependencies: Sequence[Dependency]) -> Network:
        return compute(
            Facts(deadline, self.projects, self._tasks, list(self._links.values()), dependencies, self.calendars)
        )

    def difference(self, network: Network) -> Difference:
        difference, self._next = compared(self._rows, network)
        return difference

    def stored(self) -> None:
        self._rows = self._next


def compared(rows: Mapping[UUID, StoredRow], network: Network) -> tuple[Difference, Mapping[UUID, StoredRow]]:
    """How a network of objects differs from these rows, and the rows that it makes."""
    after = dates_of(network)
    now = {task_id: StoredRow.of(dates) for task_id, dates in after.items()}
    differing = [task_id for task_id, row in now.items() if rows.get(task_id) != row]
    providers = {link.id: link.predecessor_id for link in network.facts.links} | {
        each.id: each.provider_task_id for each in network.facts.dependencies
    }
    return Difference(rows, StoredDates(rows, providers), after, differing, sorted(rows.keys() - now.keys())), now
