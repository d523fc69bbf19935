"""Programs, read."""

from collections.abc import Collection, Mapping
from uuid import UUID

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.positions import POSITION_HEADER
from chassis.problem import NotFound
from chassis.statements import fetch
from program_svc.programs.models import Program

_POSITIONS = """
    SELECT id, revision FROM known_projects
    WHERE id = ANY(ARRAY(SELECT project_id FROM components WHERE program_id = $1 LIMIT $2::bigint)) ORDER BY id
"""
MOST_POSITIONS = 100
"""Projects of which an answer says the positions whether it shows them or not: more would burst a header."""


async def the_program(session: AsyncSession, program_id: UUID) -> Program:
    """The program. Raises NotFound."""
    program = await session.get(Program, program_id)
    if program is None:
        raise NotFound(f"There is no program {program_id}.")
    return program


async def positions_of(session: AsyncSession, program_id: UUID, most: int | None = None) -> dict[UUID, int]:
    """The revision of each project that the program's picture reflects; of ``most`` of them."""
    await session.flush()
    return {row["id"]: row["revision"] for row in await fetch(session, _POSITIONS, program_id, most)}


def reflect(response: Response, program: Program, positions: Mapping[UUID, int]) -> None:
    """Say on the answer which revisions it reflects: the program's and those of its projects, unless these are too many for a header."""
    said = [f"program/{program.id}@{program.latest_revision}"]
    if len(positions) <= MOST_POSITIONS:
        said += [f"project/{id_}@{revision}" for id_, revision in positions.items()]
    response.headers[POSITION_HEADER] = ", ".join(said)


async def reflect_program(session: AsyncSession, response: Response, program: Program) -> None:
    """`reflect` for an answer that needs the positions for nothing else: no more of them are read than are said."""
    reflect(response, program, await positions_of(session, program.id, MOST_POSITIONS + 1))


def positions_shown(positions: Mapping[UUID, int], shown: Collection[UUID]) -> dict[str, int]:
    """The positions for an answer's body: of all projects or, where these are very many, of those that the answer shows."""
    few = len(positions) <= MOST_POSITIONS
    return {str(id_): revision for id_, revision in positions.items() if few or id_ in shown}
