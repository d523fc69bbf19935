"""Projects that are in no program join and leave portfolios.

Locks: the project, then programs, then the strategy. So a project that joins a portfolio and a program at once ends up in one of them.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.etag import check_if_match
from chassis.problem import NotFound
from contracts.program_events.portfolios import PortfolioProjectAdded, PortfolioProjectRemoved
from program_svc.boundaries import LockedStrategy, lock_strategy
from program_svc.components.models import AlreadyComponent, Component
from program_svc.portfolio_projects.models import AlreadyInPortfolio, PortfolioProject, state_of
from program_svc.portfolios.models import Portfolio
from program_svc.replica.arrival import arrived
from program_svc.replica.models import PROJECTS


async def add_portfolio_project(
    session: AsyncSession, organization_id: UUID, portfolio_id: UUID, project_id: UUID
) -> PortfolioProject:
    """The project joins the portfolio. Raises NotFound, AlreadyComponent and AlreadyInPortfolio."""
    await arrived(session, PROJECTS, [project_id])
    known = await session.scalar(select(PROJECTS.c.id).where(PROJECTS.c.id == project_id).with_for_update())
    locked = await lock_strategy(session, organization_id)
    if await session.get(Portfolio, portfolio_id) is None:
        raise NotFound(f"There is no portfolio {portfolio_id}.")
    if known is None:
        raise NotFound(f"There is no project {project_id}.")
    program_id = await session.scalar(select(col(Component.program_id)).where(col(Component.project_id) == project_id))
    if program_id is not None:
        message = f"The project is a component of the program {program_id}, and in the portfolio which that one is in."
        raise AlreadyComponent(message, program_id=str(program_id))
    [*others] = await _members(session, {project_id})
    if others:
        other = str(others[0].portfolio_id)
        raise AlreadyInPortfolio(f"The project is in the portfolio {other}.", portfolio_id=other)
    member = PortfolioProject(
        organization_id=organization_id, revision=locked.revision, portfolio_id=portfolio_id, project_id=project_id
    )
    session.add(member)
    await session.flush()
    locked.record(PortfolioProjectAdded.of(state_of(member)))
    return member


async def remove_portfolio_project(
    session: AsyncSession, organization_id: UUID, portfolio_id: UUID, project_id: UUID, if_match: str | None
) -> None:
    """The project leaves the portfolio. Raises NotFound and StaleRevision."""
    locked = await lock_strategy(session, organization_id)
    for member in await _members(session, {project_id}):
        if member.portfolio_id == portfolio_id:
            check_if_match(if_match, member)
            await _drop(locked, member)
            return
    raise NotFound(f"The project {project_id} is not in this portfolio.")


async def leave_portfolios(session: AsyncSession, project_ids: Collection[UUID]) -> None:
    """These projects join a program, or are gone: they leave the portfolios that they are in. Programs are locked before."""
    members = await _members(session, project_ids)
    if not members:
        return
    locked = await lock_strategy(session, members[0].organization_id)
    for member in await _members(session, project_ids):  # as they are now that nobody changes them
        await _drop(locked, member)


async def _members(session: AsyncSession, project_ids: Collection[UUID]) -> list[PortfolioProject]:
    found = select(PortfolioProject).where(col(PortfolioProject.project_id).in_(project_ids))
    return list(
        await session.scalars(
            found.order_by(col(PortfolioProject.project_id)).execution_options(populate_existing=True)
        )
    )


async def _drop(locked: LockedStrategy, member: PortfolioProject) -> None:
    locked.touch(member)
    locked.record(PortfolioProjectRemoved.of(state_of(member)))
    await locked.session.delete(member)
    await locked.session.flush()
