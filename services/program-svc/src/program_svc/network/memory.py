"""What the projector of a partition remembers of the programs that it has settled, so that the next event need not read them again.

A program is taken out of the memory by the transaction that goes on from it, and is there again once that transaction is committed: what
was rolled back is forgotten, so the memory is never ahead of the database.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

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
    places: Mapping[UUID, Place]
    dependencies: Sequence[Dependency]
    """The live ones, in the order of ids; not attached to any session."""


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
        pending = [remembered]

        def committed(of: Session) -> None:
            if pending and not of.in_nested_transaction():
                self._keep(program_id, pending.pop())

        def rolled_back(*_: object) -> None:
            pending.clear()

        event.listen(session.sync_session, "after_commit", committed)
        event.listen(session.sync_session, "after_soft_rollback", rolled_back)

    def _keep(self, program_id: UUID, remembered: Remembered) -> None:
        self._programs[program_id] = remembered
        tasks = sum(len(each.held.tasks) for each in self._programs.values())
        while tasks > self._most_tasks and len(self._programs) > 1:
            _, forgotten = self._programs.popitem(last=False)
            tasks -= len(forgotten.held.tasks)
