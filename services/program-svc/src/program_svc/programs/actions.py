"""What can happen to a program itself."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.etag import check_if_match
from chassis.patch import changes_of
from chassis.problem import NotFound
from contracts.program_events import ProgramCreated, ProgramDeleted, ProgramTolerances, ProgramUpdated
from contracts.vocabulary import ProgramStatus, ProjectStatus
from program_svc.boundaries import LockedProgram, lock_program
from program_svc.components.models import Component
from program_svc.dependencies.standing import dissolve_lost
from program_svc.network.settle import Changes, settle
from program_svc.portfolios.models import Portfolio
from program_svc.programs.models import (
    ComponentOpen,
    Program,
    ProgramClosed,
    ProgramCreate,
    ProgramNotEmpty,
    ProgramUpdate,
    state_of,
)
from program_svc.replica.models import PROJECTS

ENDED = (ProjectStatus.CLOSED, ProjectStatus.CANCELLED)


async def create_program(session: AsyncSession, organization_id: UUID, body: ProgramCreate) -> Program:
    """A new program; the first thing in its own history. Raises NotFound for an unknown portfolio."""
    await _check_portfolio(session, body.portfolio_id)
    reference = body.external_ref
    program = Program(
        organization_id=organization_id,
        revision=0,
        key=body.key,
        name=body.name,
        purpose=body.purpose,
        manager=body.manager,
        sponsor=body.sponsor,
        deadline=body.deadline,
        margin_threshold=body.margin_threshold.minutes,
        portfolio_id=body.portfolio_id,
        currency=body.currency,
        tolerances=_stored(body.tolerances),
        external_source=None if reference is None else reference.source,
        external_id=None if reference is None else reference.id,
    )
    locked = LockedProgram(session, organization_id, program=program)
    locked.touch(program)
    session.add(program)
    await session.flush()
    locked.record(ProgramCreated.of(state_of(program)))
    return program


async def lock_open_program(session: AsyncSession, program_id: UUID) -> LockedProgram:
    """The program, locked for a change. Raises NotFound, and ProgramClosed when nothing in it changes any more."""
    locked = await lock_program(session, program_id)
    if not locked.program.is_open:
        raise ProgramClosed(f"The program is {locked.program.state}.")
    return locked


async def update_program(session: AsyncSession, program_id: UUID, body: ProgramUpdate, if_match: str | None) -> Program:
    """Change a program's own fields. One that is terminated lets its projects go: what they agreed on dissolves.

    Raises NotFound, StaleRevision, ProgramClosed, IllegalStep and ComponentOpen.
    """
    locked = await lock_program(session, program_id)
    program = locked.program
    check_if_match(if_match, program)
    if not program.is_open:
        raise ProgramClosed(f"The program is {program.state}.")
    before = state_of(program)
    changes = changes_of(body)
    if (state := changes.pop("state", None)) is not None:
        program.step(state)
        if state is ProgramStatus.CLOSED:
            await _check_components_ended(session, program)
    if (threshold := changes.pop("margin_threshold", None)) is not None:
        program.margin_threshold = threshold.minutes
    if "tolerances" in changes:
        program.tolerances = _stored(changes.pop("tolerances"))
    await _check_portfolio(session, changes.get("portfolio_id"))
    for name, value in changes.items():
        setattr(program, name, value)
    if state_of(program) == before:
        return program
    locked.touch(program)
    locked.record(ProgramUpdated.between(before, state_of(program)))
    if program.is_open:
        await settle(locked, Changes())
    elif program.state is ProgramStatus.TERMINATED:
        components = select(col(Component.project_id)).where(col(Component.program_id) == program_id)
        await dissolve_lost(locked, set(await session.scalars(components)))
    return program


async def delete_program(session: AsyncSession, program_id: UUID, if_match: str | None) -> None:
    """Delete a program without components. Raises NotFound, StaleRevision and ProgramNotEmpty."""
    locked = await lock_program(session, program_id)
    check_if_match(if_match, locked.program)
    if await session.scalar(select(col(Component.id)).where(col(Component.program_id) == program_id).limit(1)):
        raise ProgramNotEmpty("Remove its projects first, or terminate it.")
    locked.touch(locked.program)
    locked.record(ProgramDeleted.of(state_of(locked.program)))
    await session.flush()
    await session.delete(locked.program)


def _stored(tolerances: ProgramTolerances | None) -> dict[str, Any] | None:
    return None if tolerances is None else tolerances.model_dump(mode="json")


async def _check_portfolio(session: AsyncSession, portfolio_id: UUID | None) -> None:
    if portfolio_id is not None and await session.get(Portfolio, portfolio_id) is None:
        raise NotFound(f"There is no portfolio {portfolio_id}.")


async def _check_components_ended(session: AsyncSession, program: Program) -> None:
    components = select(col(Component.project_id)).where(col(Component.program_id) == program.id)
    still_open = (
        select(PROJECTS.c.id)
        .where(PROJECTS.c.id.in_(components), PROJECTS.c.state.not_in(ENDED))
        .order_by(PROJECTS.c.id)
    )
    projects = [str(project_id) for project_id in await session.scalars(still_open)]
    if projects:
        raise ComponentOpen(f"{len(projects)} of its projects are neither closed nor cancelled.", projects=projects)
