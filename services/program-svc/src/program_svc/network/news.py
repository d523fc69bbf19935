"""From what a batch said of tasks and links to what changes in a program's network."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

import planning
from program_svc.network.held import Change, Gone, Held
from program_svc.network.inputs import DROPPED, SUMMARY, Values, link_of, task_of
from program_svc.replica.heard import Heard
from program_svc.replica.models import LINKS, TASKS


class News:
    """What was heard of the projects that take part in a held network."""

    def __init__(self, heard: Heard, held: Held) -> None:
        self._held = held
        tasks = [row for row in heard.kept.get(TASKS, {}).values() if row["project_id"] in held.projects]
        self._put: Mapping[UUID, Values] = {row["id"]: row for row in tasks if row["state"] != DROPPED}
        known = held.tasks
        dropped = {row["id"] for row in tasks if row["state"] == DROPPED} | heard.gone.get(TASKS, set())
        self._lost = {id_ for id_ in dropped if id_ in known}
        self._links = [row for row in heard.kept.get(LINKS, {}).values() if row["project_id"] in held.projects]
        self._gone_links: Collection[UUID] = heard.gone.get(LINKS, set())

    def changes(self) -> list[Change] | None:
        """The changes in an order in which they can be made; none where more follows from them than they say.

        That is so where records that took no part now do, or the other way round, because of another one: its links and those below it
        are in the replica and not in what was heard.
        """
        if any(self._held.is_parent(id_) for id_ in self._lost) or any(map(self._brings_others, self._put.values())):
            return None
        self._held.waiting |= self._lost
        links = list(self._link_changes())
        return [
            *(change for change in links if isinstance(change, Gone)),
            *(task_of(row, self._parent(row), self._calendar(row)) for row in self._parents_first()),
            *(change for change in links if not isinstance(change, Gone)),
            *map(Gone, self._lost),
        ]

    def _brings_others(self, row: Values) -> bool:
        known = self._held.tasks.get(row["id"])
        if known is None:
            return row["id"] in self._held.waiting
        is_summary: bool = row["kind"] == SUMMARY
        return is_summary != (known.kind is planning.TaskKind.SUMMARY)

    def _takes_part(self, task_id: UUID) -> bool:
        return task_id in self._put or (task_id in self._held.tasks and task_id not in self._lost)

    def _parent(self, row: Values) -> UUID | None:
        parent: UUID | None = row["parent_id"]
        if parent is None or self._takes_part(parent):
            return parent
        self._held.waiting.add(parent)
        return None

    def _calendar(self, row: Values) -> planning.WorkCalendar:
        return self._held.calendars.of_task(row["calendar_id"], self._held.projects[row["project_id"]])

    def _parents_first(self) -> Iterator[Values]:
        seen: set[UUID] = set()
        for id_ in self._put:
            trail: list[Values] = []
            here: UUID | None = id_
            while here is not None and here in self._put and here not in seen:
                seen.add(here)
                trail.append(self._put[here])
                here = self._put[here]["parent_id"]
            yield from reversed(trail)

    def _link_changes(self) -> Iterator[Change]:
        for row in self._links:
            out = [end for end in (row["predecessor_id"], row["successor_id"]) if not self._is_linkable(end)]
            if not out:
                yield link_of(row)
                continue
            self._held.waiting.update(out)
            if self._held.has_link(row["id"]):
                yield Gone(row["id"])
        for id_ in self._gone_links:
            if self._held.has_link(id_):
                yield Gone(id_)

    def _is_linkable(self, task_id: UUID) -> bool:
        if task_id in self._put:
            return bool(self._put[task_id]["kind"] != SUMMARY)
        known = self._held.tasks.get(task_id)
        return known is not None and task_id not in self._lost and known.kind is not planning.TaskKind.SUMMARY
