"""Links of imported plans between two projects of one program become proposals, whichever of the three came last.

The part of the worker that looks for them now and then: a link, its other end and the two components arrive in any order, and what was
refused for a cycle or a cancelled end may fit later. Ends and type say whether a dependency has stood for a link before, in
whatever state it is now: what people rejected is not proposed again.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from chassis import outbox
from chassis.database import Database
from chassis.problem import Problem
from chassis.statements import fetch
from contracts.program_events import DependencyTask
from contracts.project_events.outside_links import DEPENDENCY_SOURCE
from contracts.values import ExternalRef, WrittenDuration
from contracts.vocabulary import LinkType
from program_svc.clock import Clock
from program_svc.dependencies.proposal import propose_dependency
from program_svc.dependencies.shapes import DependencyCreate
from program_svc.dependencies.standing import ITSELF

LOOK_EVERY = 15.0

_ORGANIZATIONS = "SELECT DISTINCT organization_id FROM boundary_positions ORDER BY organization_id"
_OPEN = """
    WITH ends AS (
        SELECT link.id, link.type, link.lag, here.program_id, other_end = 'predecessor' AS is_needed,
               link.project_id, link.task_id, link.other_project_id, link.other_task_id
        FROM known_outside_links AS link
        JOIN components AS here ON here.project_id = link.project_id
        JOIN components AS there ON there.project_id = link.other_project_id AND there.program_id = here.program_id
        WHERE link.other_task_id IS NOT NULL
    ), wanted AS (
        SELECT id, type, lag, program_id,
               CASE WHEN is_needed THEN other_project_id ELSE project_id END AS provider_project_id,
               CASE WHEN is_needed THEN other_task_id ELSE task_id END AS provider_task_id,
               CASE WHEN is_needed THEN project_id ELSE other_project_id END AS receiver_project_id,
               CASE WHEN is_needed THEN task_id ELSE other_task_id END AS receiver_task_id
        FROM ends
    )
    SELECT * FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM dependencies AS known
        WHERE (known.provider_task_id, known.receiver_task_id, known.type)
            = (wanted.provider_task_id, wanted.receiver_task_id, wanted.type)
    )
    ORDER BY id
"""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that no dependency stands for, in a program that both ends are part of."""

    id: UUID
    program_id: UUID
    body: DependencyCreate


async def propose_imported(database: Database) -> dict[UUID, str]:
    """Propose all that can be proposed now; one that cannot be holds up no other one. Returns why not, by the link's id."""
    async with database.transaction() as session:
        organizations = [row["organization_id"] for row in await fetch(session, _ORGANIZATIONS)]
    refused: dict[UUID, str] = {}
    for organization_id in organizations:
        async with database.transaction(organization_id) as session:
            waiting = await open_links(session)
        for link in waiting:
            try:
                async with database.transaction(organization_id) as session:
                    await propose_dependency(session, link.program_id, link.body, ITSELF)
                    await outbox.flush(session, outbox.Origin(ITSELF, None, str(uuid7()), None))
            except Problem as problem:
                refused[link.id] = problem.detail or problem.title
    return refused


async def open_links(session: AsyncSession) -> list[OpenLink]:
    """Those of the session's organisation, oldest first."""
    return [
        OpenLink(
            row["id"],
            row["program_id"],
            DependencyCreate(
                provider=DependencyTask(project_id=row["provider_project_id"], task_id=row["provider_task_id"]),
                receiver=DependencyTask(project_id=row["receiver_project_id"], task_id=row["receiver_task_id"]),
                type=LinkType(row["type"]),
                lag=WrittenDuration(0, row["lag"]),
                external_ref=ExternalRef(source=DEPENDENCY_SOURCE, id=str(row["id"])),
            ),
        )
        for row in await fetch(session, _OPEN)
    ]


class ImportedLinks(Clock):
    """Proposes dependencies for imported links, looking every few seconds."""

    name = "imported links"

    def __init__(self, database: Database, every: float = LOOK_EVERY) -> None:
        super().__init__(every)
        self._database = database
        self._refused: dict[UUID, str] = {}

    async def look(self) -> int:
        """How many links are refused for a reason that was not told before."""
        refused = await propose_imported(self._database)
        news = {link_id: reason for link_id, reason in refused.items() if self._refused.get(link_id) != reason}
        for link_id, reason in news.items():
            log.info("imported link not proposed", outside_link_id=str(link_id), reason=reason)
        self._refused = refused
        return len(news)
