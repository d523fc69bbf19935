"""The part of the worker that holds cost and risk against what was agreed on: no event of theirs moves a date, so no network is settled on it."""

from uuid import UUID

import structlog

from chassis import outbox
from chassis.database import Database
from chassis.problem import Problem
from chassis.statements import fetch
from program_svc.boundaries import lock_program
from program_svc.clock import LOOK_EVERY, Clock
from program_svc.network.queries import network_of
from program_svc.programs.models import Program
from program_svc.sender import sent_for
from program_svc.tolerances.drafting import draft_exceptions, has_to_be_noted
from program_svc.tolerances.money import money_measures

Stand = tuple[int, int]
"""A program's own revision, and the sum of those of its projects: it grows with whatever is heard of them."""

_ORGANIZATIONS = "SELECT DISTINCT organization_id FROM boundary_positions"
_WATCHED = """
    SELECT programs.id, programs.latest_revision, coalesce(sum(known.revision), 0)::bigint AS heard
    FROM programs LEFT JOIN components ON components.program_id = programs.id
    LEFT JOIN known_projects AS known ON known.id = components.project_id
    WHERE programs.state NOT IN ('closed', 'terminated')
      AND (programs.tolerances ->> 'cost' IS NOT NULL OR programs.tolerances ->> 'risk' IS NOT NULL)
    GROUP BY programs.id ORDER BY programs.id
"""

log = structlog.stdlib.get_logger(__name__)


class MoneyTolerances(Clock):
    """Drafts an exception for each program whose cost or threats are forecast beyond its tolerance; looks at those that changed since."""

    name = "tolerances"

    def __init__(self, database: Database, every: float = LOOK_EVERY) -> None:
        super().__init__(every)
        self._database = database
        self._looked_at: dict[UUID, Stand] = {}

    async def look(self) -> int:
        """How many exceptions were drafted. A program that cannot be looked at holds up no other one."""
        async with self._database.transaction() as session:
            organizations = [row["organization_id"] for row in await fetch(session, _ORGANIZATIONS)]
        drafted = 0
        for organization_id in sorted(organizations):
            async with self._database.transaction(organization_id) as session:
                watched = {row[0]: (row[1], row[2]) for row in await fetch(session, _WATCHED)}
            for program_id, stand in watched.items():
                if self._looked_at.get(program_id) == stand:
                    continue
                try:
                    drafted += await self._draft(organization_id, program_id)
                except Problem as problem:
                    log.warning("tolerances not looked at", program=str(program_id), reason=problem.detail)
                self._looked_at[program_id] = stand
        return drafted

    async def _draft(self, organization_id: UUID, program_id: UUID) -> int:
        """Nobody waits for the program meanwhile: it is locked only to write down what is exceeded. Raises Unschedulable, NotFound."""
        async with self._database.transaction(organization_id) as session:
            program = await session.get(Program, program_id)
            if program is None:
                return 0
            network = await network_of(session, program)
            measures, _ = await money_measures(session, program, network)
            if not await has_to_be_noted(session, program, measures):
                return 0
            drafted = await draft_exceptions(await lock_program(session, program_id), network, measures)
            await outbox.flush(session, sent_for(f"programs/{program_id}/tolerances"))
            return len(drafted)
