"""The order of tasks in a document, and what they are called there."""

from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import UUID

from project_svc.records import Record
from project_svc.tasks.models import Task


class Outline:
    """Tasks, parents before their children, siblings as they were made. ids: of each task in a file, in that order."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._below: dict[UUID | None, list[Task]] = {}
        for task in sorted(tasks, key=lambda task: task.id):
            self._below.setdefault(task.parent_id, []).append(task)
        self.rows = list(self._walk(None))
        self.ids = ids_of(self.rows)
        self._calendars: set[str] = set()

    def free_id(self, external_id: str | None) -> str:
        """An id for a calendar: the one it came with, unless another one has it."""
        name = _last(external_id)
        if not name.isdigit() or name in self._calendars:
            name = str(max(map(int, self._calendars), default=0) + 1)
        self._calendars.add(name)
        return name

    def _walk(self, parent_id: UUID | None) -> Iterator[Task]:
        for task in self._below.get(parent_id, ()):
            yield task
            yield from self._walk(task.id)


def ids_of(records: Sequence[Record]) -> dict[UUID, str]:
    """What records of one kind are called in a file, in their order: as where they came from, else (and where two are called the same) by their own ids."""
    told = [(record.id, _last(record.external_id)) for record in records]
    counted = Counter(name for _, name in told)
    return {record_id: name if name and counted[name] == 1 else str(record_id) for record_id, name in told}


def _last(external_id: str | None) -> str:
    """The id in the file, behind the name of the project there."""
    return "" if external_id is None else external_id.rpartition("/")[2]
