"""A program's network between two events: as it was last settled, ready to go on from there.

Two forms of one thing: objects (:mod:`program_svc.network.objects`), computed anew each time, for programs small enough; arrays
(:mod:`program_svc.network.arrays`), of which an event touches what it changes, for large ones. Both follow the rules of
:mod:`program_svc.network.compute`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from sqlalchemy import Row

import planning
from program_svc.dependencies.models import Dependency
from program_svc.network.calendars import Calendars
from program_svc.network.compute import Network
from program_svc.network.moves import Dates, Lookup, StoredRow


@dataclass(frozen=True, slots=True)
class Gone:
    """A task, and with it its links; or a link."""

    id: UUID


Change: TypeAlias = planning.Task | planning.Link | Gone
"""A task or link that is there now, new or in the place of the one of its id; or one that is not."""


@dataclass(frozen=True, slots=True)
class StoredDates:
    """Stored rows as dates; ``providers`` maps the links and dependencies that still exist to the task they come from."""

    rows: Lookup[StoredRow]
    providers: Lookup[UUID]

    def get(self, task_id: UUID, /) -> Dates | None:
        """The task's dates as they are stored."""
        row = self.rows.get(task_id)
        return None if row is None else Dates.of_row(row, self.providers)


@dataclass(frozen=True, slots=True)
class Difference:
    """How a network differs from the stored rows. ``differing``: tasks whose row differs or is missing, in the order of ids."""

    stored: Lookup[StoredRow]
    before: Lookup[Dates]
    after: Lookup[Dates]
    differing: Sequence[UUID]
    gone: Sequence[UUID]


class Held(Protocol):
    """A program's network, and the rows that are stored of it."""

    projects: Mapping[UUID, Row[Any]]
    """Rows of the replica, by id: the projects that take part."""
    calendars: Calendars
    """Of these projects."""
    waiting: set[UUID]
    """Ids that records of the replica name and that take no part. Should one of them come to take part, so do those records."""

    @property
    def tasks(self) -> Mapping[UUID, planning.Task]:
        """The tasks that take part."""
        ...

    def has_link(self, link_id: UUID) -> bool:
        """Whether the link inside a project takes part."""
        ...

    def is_parent(self, task_id: UUID) -> bool:
        """Whether there are tasks below it."""
        ...

    def change(self, changes: Sequence[Change]) -> None:
        """Make these changes. Raises a planning.PlanError; then it must not be used any more."""
        ...

    def network(self, deadline: int | None, dependencies: Sequence[Dependency]) -> Network:
        """The network as it is now, with these dependencies. Raises as `change` does."""
        ...

    def difference(self, network: Network) -> Difference:
        """What `network`, just made, changes of the stored rows."""
        ...

    def stored(self) -> None:
        """The rows are now as the network just made says."""
        ...
