"""Which projects of a program an answer is about: all of them, or those that the caller sees."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from program_svc.components.models import Component
from program_svc.programs.queries import MOST_POSITIONS, positions_of
from program_svc.replica.queries import known_projects
from program_svc.sight import Sight
from program_svc.sums.models import ListedProject, ListedRisk


@dataclass(frozen=True, slots=True)
class Scope:
    """``seen``: the ids of the projects that the caller sees, none where that is all of them; these are then not even counted.

    ``positions``: the revisions of the projects that it reflects, of all that are seen or, of a whole program, of one more than are said.
    """

    program_id: UUID
    seen: Collection[UUID] | None
    positions: Mapping[UUID, int]
    hidden_count: int

    @classmethod
    async def of(cls, session: AsyncSession, sight: Sight, program_id: UUID) -> "Scope":
        """What the caller sees of the program."""
        if sight.sees_all_of(program_id):
            return cls(program_id, None, await positions_of(session, program_id, MOST_POSITIONS + 1), 0)
        positions = await positions_of(session, program_id)
        seen = sight.of_those(positions)
        return cls(program_id, seen.keys(), seen, len(positions) - len(seen))

    def includes(self, project_id: Any) -> ColumnElement[bool]:
        """Whether a column names one of these projects."""
        if self.seen is not None:
            return col(project_id).in_(self.seen)
        components = select(col(Component.project_id)).where(col(Component.program_id) == self.program_id)
        return col(project_id).in_(components)

    def lists(self, table: type[ListedProject] | type[ListedRisk]) -> ColumnElement[bool]:
        """Whether a row is of the program, and of one of these projects."""
        of_program = col(table.program_id) == self.program_id
        return of_program if self.seen is None else and_(of_program, col(table.project_id).in_(self.seen))

    async def positions_shown(self, session: AsyncSession, shown: Collection[UUID]) -> dict[str, int]:
        """For an answer's body: of all projects or, where these are very many, of those that the answer shows."""
        if len(self.positions) <= MOST_POSITIONS:
            return {str(id_): revision for id_, revision in self.positions.items()}
        return {str(id_): row.revision for id_, row in sorted((await known_projects(session, shown)).items())}
