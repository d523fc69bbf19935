"""What the projector of a partition remembers of the programs that it has settled, so that the next event need not read them again.

A program is taken out of the memory by the transaction that goes on from it, and is there again once that transaction is committed: what
was rolled back is forgotten, so the memory is never ahead of the database.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.commits import on_commit
from contracts.program_events import DependencyState
from program_svc.dependencies.models import Dependency
from program_svc.network.held import Held

Place: TypeAlias = tuple[int, int, int]
"""How far a project's history is applied: revision, position within it, and how many events that revision has."""

MOST_TASKS = 400_000
"""Of all programs remembered: about a gigabyte."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A program as it was at this revision of its own and these places of its projects."""

    held: Held
    revision: int
    deadline: int | None
    places: dict[UUID, Place]
    dependencies: Sequence[Dependency]
    """The live ones, in the order of ids; not attached to any session."""
    told: dict[UUID, DependencyState] = field(default_factory=dict)
    """Those of them that moved, as they last went over the wire."""
    picture: int = 0
    """Which of the replica's tables it was read from, by their number in the database."""


def next_place(place: Place) -> tuple[int, int]:
    """Where the event after this one stands: revision and position."""
    revision, position, positions = place
    return (revision, position + 1) if position < positions else (revision + 1, 1)


class Memory:
    """The programs remembered, the least recently used first; `most_tasks` of them all together, and one at least."""

    def __init__(self, most_tasks: int = MOST_TASKS) -> None:
        self._most_tasks = most_tasks
        self._programs: OrderedDict[UUID, Remembered] = OrderedDict()

    def take(self, program_id: UUID) -> Remembered | None:
        """The program, which is then no longer remembered."""
        return self._programs.pop(program_id, None)

    def keep_on_commit(self, session: AsyncSession, program_id: UUID, remembered: Remembered) -> None:
        """Remember the program once the session's transaction is committed."""
        on_commit(session, lambda: self._keep(program_id, remembered))

    def pass_on_commit(self, session: AsyncSession, said: Mapping[UUID, tuple[tuple[int, int], Place]]) -> None:
        """What was said of these projects, from the one place to the other, says nothing of a network: what is remembered stays true."""

        def passed() -> None:
            for remembered in self._programs.values():
                for project_id, (first, last) in said.items():
                    known = remembered.places.get(project_id)
                    if known is not None and next_place(known) == first:
                        remembered.places[project_id] = last

        on_commit(session, passed)

    def _keep(self, program_id: UUID, remembered: Remembered) -> None:
        self._programs[program_id] = remembered
        tasks = sum(len(each.held.tasks) for each in self._programs.values())
        while tasks > self._most_tasks and len(self._programs) > 1:
            _, forgotten = self._programs.popitem(last=False)
            tasks -= len(forgotten.held.tasks)
