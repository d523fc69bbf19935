"""Which dates moved between what was known and what is now, and what each move goes back to.

A move's cause is the first changed entity met when walking back from the task along whatever drives it: first as things are now, then
(for tasks that moved because something let go of them) as they were.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, Self, TypeVar
from uuid import UUID

import planning

Value_co = TypeVar("Value_co", covariant=True)


class Lookup(Protocol[Value_co]):
    """What finds something by id."""

    def get(self, id_: UUID, /) -> Value_co | None:
        """It, or none."""
        ...


@dataclass(frozen=True, slots=True)
class Driver:
    """What holds a task where it is: a ``link`` or a ``dependency``, and the task it comes from (none once it was removed).

    Of a summary it is the ``child`` that finishes last.
    """

    kind: str
    id: UUID
    task_id: UUID | None


@dataclass(frozen=True, slots=True)
class Dates:
    """A task's early dates (instants) and what drives them."""

    project_id: UUID
    early_start: int
    early_finish: int
    driver: Driver | None

    @classmethod
    def of_row(cls, row: "StoredRow", providers: Lookup[UUID]) -> Self:
        """As stored in `program_schedule`; ``providers`` maps the links and dependencies that still exist to the task they come from."""
        driver = None
        if row.driving_link_id is not None:
            driver = Driver("link", row.driving_link_id, providers.get(row.driving_link_id))
        elif row.driving_dependency_id is not None:
            driver = Driver("dependency", row.driving_dependency_id, providers.get(row.driving_dependency_id))
        return cls(row.project_id, row.early_start, row.early_finish, driver)


class StoredRow(NamedTuple):
    """Of one task: its project, early dates (instants), and the link or the dependency that drives it."""

    project_id: UUID
    early_start: int
    early_finish: int
    driving_link_id: UUID | None
    driving_dependency_id: UUID | None

    @classmethod
    def of(cls, dates: Dates) -> Self:
        """The row that keeps these dates. What drives a summary, its child, goes without saying."""
        driver = dates.driver
        return cls(
            dates.project_id,
            dates.early_start,
            dates.early_finish,
            driver.id if driver is not None and driver.kind == "link" else None,
            driver.id if driver is not None and driver.kind == "dependency" else None,
        )


@dataclass(frozen=True, slots=True)
class RootCause:
    """What a move goes back to: ``kind`` is ``task``, ``link``, ``dependency`` or ``project``.

    ``through`` lists the dependencies on the way from the cause to the task, the nearest to the cause first.
    """

    kind: str
    id: UUID
    project_id: UUID | None
    through: tuple[UUID, ...] = ()


def moved(before: Mapping[UUID, Dates], after: Mapping[UUID, Dates]) -> list[UUID]:
    """The tasks whose early dates differ, in the order of ``after``. New tasks and vanished ones did not move."""
    return [
        task_id
        for task_id, now in after.items()
        if (was := before.get(task_id)) is not None
        and (was.early_start, was.early_finish) != (now.early_start, now.early_finish)
    ]


def driver_of(item: planning.ScheduledTask) -> Driver | None:
    """What drives a task that was just scheduled; the provider of a capped soft dependency is not part of the answer."""
    match item.driving:
        case planning.Link(id=id_, predecessor_id=task_id, is_dependency=is_dependency):
            return Driver("dependency" if is_dependency else "link", id_, task_id)
        case planning.Imposed(source_id=id_):
            return Driver("dependency", id_, None)
    return None


def causes(
    tasks: Iterable[UUID], before: Lookup[Dates], after: Lookup[Dates], changed: Collection[UUID]
) -> dict[UUID, RootCause | None]:
    """The cause of each task's move; none where nothing that changed is behind it."""
    now, then = _Walk(after, changed), _Walk(before, changed)
    return {task_id: now.cause_of(task_id) or then.cause_of(task_id) for task_id in tasks}


@dataclass(slots=True)
class _Walk:
    """Walks back along drivers, each task once however many tasks lie behind it."""

    dates: Lookup[Dates]
    changed: Collection[UUID]
    _known: dict[UUID, RootCause | None] = field(default_factory=dict, init=False)

    def cause_of(self, task_id: UUID) -> RootCause | None:
        trail: list[tuple[UUID, Driver]] = []
        here = task_id
        while here not in self._known:
            cause, driver = self._found_at(here)
            self._known[here] = cause
            if cause is not None or driver is None or driver.task_id is None:
                break
            trail.append((here, driver))
            here = driver.task_id
        found = self._known[here]
        for task, driver in reversed(trail):
            if found is not None and driver.kind == "dependency":
                found = RootCause(found.kind, found.id, found.project_id, (*found.through, driver.id))
            self._known[task] = found
        return self._known[task_id]

    def _found_at(self, task_id: UUID) -> tuple[RootCause | None, Driver | None]:
        """The cause if it is this task or what drives it directly, and its driver otherwise."""
        dates = self.dates.get(task_id)
        if dates is None:
            return None, None
        if task_id in self.changed:
            return RootCause("task", task_id, dates.project_id), None
        driver = dates.driver
        if driver is not None and driver.kind != "child" and driver.id in self.changed:
            through = (driver.id,) if driver.kind == "dependency" else ()
            return RootCause(driver.kind, driver.id, dates.project_id if driver.kind == "link" else None, through), None
        if driver is None and dates.project_id in self.changed:
            return RootCause("project", dates.project_id, dates.project_id), None
        return None, driver
