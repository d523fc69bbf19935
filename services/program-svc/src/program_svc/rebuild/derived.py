"""What follows from the replica and is kept: the programs' dates, and how their dependencies stand."""

from collections.abc import Collection, Sequence
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.database import Database
from chassis.rebuilding import NotSwitched, Told
from chassis.statements import fetch
from program_svc.boundaries import LockedProgram, lock_program
from program_svc.components.actions import drop_component
from program_svc.components.models import Component
from program_svc.dependencies.standing import differs
from program_svc.network.objects import compared
from program_svc.network.queries import Unschedulable, network_of
from program_svc.network.settle import Changes, settle
from program_svc.network.stored import stored_rows
from program_svc.portfolio_projects.actions import leave_portfolios
from program_svc.programs.models import Program
from program_svc.rebuild.differences import differences
from program_svc.sums.keeping import keep_all_sums

_PROGRAMS = "SELECT id, latest_revision FROM programs ORDER BY id"
_OF_PROJECTS = "SELECT DISTINCT program_id FROM components WHERE project_id = ANY($1::uuid[])"
_MEMBERS_GONE = """
    SELECT project_id FROM portfolio_projects WHERE NOT EXISTS (SELECT 1 FROM known_projects WHERE id = project_id)
"""
_COMPONENTS = "SELECT project_id FROM components WHERE program_id = $1"

log = structlog.stdlib.get_logger(__name__)


class Programs:
    """See `chassis.rebuilding.Derived`. Sessions find the replica beside first, so that everything is computed from it."""

    def __init__(self) -> None:
        self._looked_at: dict[UUID, int] = {}
        """Programs whose dates are as the replica beside says, and the revision at which they were."""
        self._settled: dict[UUID, dict[UUID, int]] = {}
        """By organisation: its programs, and their revisions once everything is settled."""

    async def look(self, database: Database, organizations: Sequence[UUID], is_at: Told) -> None:
        """Compute every program once, one after the other, and note those that have to change nothing."""
        programs: list[tuple[UUID, UUID]] = []
        differing: set[UUID] = set()
        for organization_id in organizations:
            async with database.transaction(organization_id) as session:
                programs += [(organization_id, row["id"]) for row in await fetch(session, _PROGRAMS)]
                projects = list((await differences(session)).changes)
                differing |= {row["program_id"] for row in await fetch(session, _OF_PROJECTS, projects)}
        for number, (organization_id, program_id) in enumerate(programs, start=1):
            if program_id not in differing:
                async with database.transaction(organization_id) as session:
                    program = await session.get(Program, program_id)
                    if program is not None and await _is_as_computed(session, program):
                        self._looked_at[program_id] = program.latest_revision
            is_at(number, len(programs), "programs computed")

    async def settle(self, session: AsyncSession, organization_id: UUID, touched: Collection[UUID]) -> None:
        """Settle the programs that differ, that were changed since, or of whose projects something was heard since; in the order of ids."""
        settled = self._settled[organization_id] = {}
        heard = {row["program_id"] for row in await fetch(session, _OF_PROJECTS, list(touched))}
        for program_id, revision in await fetch(session, _PROGRAMS):
            if program_id not in heard and self._looked_at.get(program_id) == revision:
                settled[program_id] = revision
                continue
            locked = await lock_program(session, program_id)
            await _settle(locked)
            await session.flush()
            settled[program_id] = locked.program.latest_revision
        gone = [row["project_id"] for row in await fetch(session, _MEMBERS_GONE)]
        await leave_portfolios(session, gone)
        await keep_all_sums(session)

    async def check(self, session: AsyncSession, organization_id: UUID) -> None:
        """Every program is at the revision at which it was left. Raises NotSwitched."""
        found = {row["id"]: row["latest_revision"] for row in await fetch(session, _PROGRAMS)}
        if found != self._settled[organization_id]:
            raise NotSwitched("a program was changed meanwhile")


async def _is_as_computed(session: AsyncSession, program: Program) -> bool:
    """Whether what is kept of the program is what its facts say; of facts that make no network nothing follows, nor of a program that is over."""
    if not program.is_open:
        return True
    try:
        network = await network_of(session, program)
    except Unschedulable:
        return True
    difference, _ = compared(await stored_rows(session, program.id), network)
    granularities = {project_id: row.granularity for project_id, row in network.facts.projects.items()}
    locked = LockedProgram(session, program.organization_id, program=program)
    moved = (differs(locked, each, network.standings[each.id], granularities) for each in network.judged)
    return not (difference.differing or difference.gone or any(moved))


async def _settle(locked: LockedProgram) -> None:
    session, program_id = locked.session, locked.program.id
    components = [row["project_id"] for row in await fetch(session, _COMPONENTS, program_id)]
    difference = await differences(session, components)
    changes = Changes()
    for of_project in difference.changes.values():
        changes.add(of_project)
    left = select(Component).where(
        col(Component.program_id) == program_id, col(Component.project_id).in_(difference.gone)
    )
    for component in list(await session.scalars(left)):
        await drop_component(locked, component)
    if not locked.program.is_open:
        return
    try:
        await settle(locked, changes)
    except Unschedulable as error:
        log.warning("program cannot be scheduled", program_id=str(program_id), reason=error.detail)
