"""`dry_run=true`: the command is carried out, what it moves is read off, and the transaction is rolled back."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.values import Shape
from program_svc.network.compute import Network
from program_svc.network.outcome import DependencyOutcome, dependency_outcomes
from program_svc.network.queries import network_of
from program_svc.network.shapes import MovedDate, moved_dates
from program_svc.programs.models import Program
from program_svc.programs.queries import the_program


class Preview(Shape):
    """What the command would move in the program, and the dependencies whose margin it would change."""

    moved: list[MovedDate]
    dependencies: list[DependencyOutcome]


PREVIEWED: dict[int | str, dict[str, Any]] = {
    200: {"model": Preview, "description": "with `dry_run=true`: what would move; nothing is written"}
}
"""The OpenAPI response of a preview, for routes that otherwise answer 201 or 204."""


@dataclass(frozen=True, slots=True)
class Before:
    """The program's network before a command."""

    session: AsyncSession
    program: Program
    network: Network

    @classmethod
    async def of(cls, session: AsyncSession, program_id: UUID) -> Self:
        """As this transaction sees it now. Raises NotFound and Unschedulable."""
        program = await the_program(session, program_id)
        return cls(session, program, await network_of(session, program))

    async def preview(self, response: Response, changed: Collection[UUID]) -> Preview:
        """What has moved since then."""
        after = await network_of(self.session, self.program)
        response.status_code = 200
        outcomes = dependency_outcomes(self.network, after, self.program.margin_threshold)
        return Preview(moved=moved_dates(self.network, after, changed), dependencies=list(outcomes))
