"""The two consistency boundaries of this service: a program, and an organisation's strategy (its goal tree).

A command locks its boundary before it reads anything that it decides on; what it writes takes the boundary's next revision, and every
revision has an event. Locks are taken in one order everywhere: programs by id, then the strategy.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis import outbox, rows
from chassis.problem import NotFound
from contracts.events import Event
from contracts.subjects import BoundaryKind
from program_svc.goals.models import Strategy
from program_svc.programs.models import Program
from program_svc.tables import Record, now

_TAKEN = "UPDATE programs SET latest_revision = $2 WHERE id = $1"
_OF_PROJECTS = """
    id IN (SELECT program_id FROM components WHERE project_id = ANY($1::uuid[])) ORDER BY id FOR UPDATE
"""


@dataclass(slots=True)
class Locked:
    """A boundary whose row this transaction has locked. Its next revision is taken with the first thing that is recorded."""

    session: AsyncSession
    organization_id: UUID
    _boundary: outbox.Boundary | None = field(default=None, init=False)

    def _next(self) -> outbox.Boundary:
        raise NotImplementedError

    @property
    def revision(self) -> int:
        """The revision that this transaction writes. Only for what will be recorded: a revision without an event is a gap."""
        if self._boundary is None:
            self._boundary = self._next()
        return self._boundary.revision

    def touch(self, record: Record) -> None:
        """The record changes at this revision, now."""
        record.revision = self.revision
        record.updated_at = now()

    def record(self, event: Event) -> None:
        """Say that this happened."""
        if self._boundary is None:
            self._boundary = self._next()
        outbox.record(self.session, self._boundary, event)


@dataclass(slots=True)
class LockedProgram(Locked):
    """A program whose row is locked until the transaction ends."""

    program: Program = field(kw_only=True)

    def _next(self) -> outbox.Boundary:
        self.program.latest_revision += 1
        return outbox.Boundary(
            BoundaryKind.PROGRAM, self.program.id, self.organization_id, self.program.latest_revision
        )


@dataclass(slots=True)
class LockedStrategy(Locked):
    """The organisation's goal tree, locked until the transaction ends."""

    strategy: Strategy = field(kw_only=True)

    def _next(self) -> outbox.Boundary:
        self.strategy.revision += 1
        return outbox.Boundary(
            BoundaryKind.STRATEGY, self.organization_id, self.organization_id, self.strategy.revision
        )


async def lock_program(session: AsyncSession, program_id: UUID) -> LockedProgram:
    """The program, locked. Raises NotFound."""
    found = (
        select(Program).where(col(Program.id) == program_id).with_for_update().execution_options(populate_existing=True)
    )
    program = await session.scalar(found)
    if program is None:
        raise NotFound(f"There is no program {program_id}.")
    return LockedProgram(session, program.organization_id, program=program)


async def programs_of(session: AsyncSession, project_ids: Collection[UUID]) -> list[LockedProgram]:
    """The programs of these projects, locked in the order of their ids, past the session. Each is written by `hand_back`."""
    found = await rows.find_all(session, Program, _OF_PROJECTS, list(project_ids))
    return [LockedProgram(session, program.organization_id, program=program) for program in found]


def hand_back(locked: LockedProgram) -> None:
    """Have the program's row written with the events, with the revision if one was taken.

    Who recalls the program's network knows by the row's last writer whether its facts may have changed.
    """
    program = locked.program
    outbox.send_along(locked.session, "programs", _TAKEN, program.id, program.latest_revision)


async def lock_strategy(session: AsyncSession, organization_id: UUID) -> LockedStrategy:
    """The organisation's strategy, locked; it comes into being with the first command on it."""
    await session.execute(insert(Strategy).values(organization_id=organization_id, revision=0).on_conflict_do_nothing())
    found = select(Strategy).where(col(Strategy.organization_id) == organization_id).with_for_update()
    strategy = (await session.scalars(found.execution_options(populate_existing=True))).one()
    return LockedStrategy(session, organization_id, strategy=strategy)
