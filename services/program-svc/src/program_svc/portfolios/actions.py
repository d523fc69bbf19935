"""What can happen to a portfolio. Every action locks the organisation's strategy first, so the tree is a tree whoever writes at once."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.etag import check_if_match
from chassis.patch import changes_of
from chassis.problem import NotFound
from contracts.program_events.portfolios import PortfolioCreated, PortfolioDeleted, PortfolioUpdated
from program_svc.boundaries import lock_strategy
from program_svc.portfolio_projects.models import PortfolioProject
from program_svc.portfolios.models import (
    Portfolio,
    PortfolioCreate,
    PortfolioCycle,
    PortfolioNotEmpty,
    PortfolioUpdate,
    state_of,
)
from program_svc.programs.models import Program


async def the_portfolio(session: AsyncSession, portfolio_id: UUID) -> Portfolio:
    """The portfolio. Raises NotFound."""
    portfolio = await session.get(Portfolio, portfolio_id)
    if portfolio is None:
        raise NotFound(f"There is no portfolio {portfolio_id}.")
    return portfolio


async def create_portfolio(session: AsyncSession, organization_id: UUID, body: PortfolioCreate) -> Portfolio:
    """A new portfolio. Raises NotFound for an unknown parent."""
    locked = await lock_strategy(session, organization_id)
    if body.parent_id is not None:
        await the_portfolio(session, body.parent_id)
    reference = body.external_ref
    portfolio = Portfolio(
        organization_id=organization_id,
        revision=locked.revision,
        parent_id=body.parent_id,
        key=body.key,
        name=body.name,
        description=body.description,
        owner=body.owner,
        external_source=None if reference is None else reference.source,
        external_id=None if reference is None else reference.id,
    )
    session.add(portfolio)
    await session.flush()
    locked.record(PortfolioCreated.of(state_of(portfolio)))
    return portfolio


async def update_portfolio(
    session: AsyncSession, organization_id: UUID, portfolio_id: UUID, body: PortfolioUpdate, if_match: str | None
) -> Portfolio:
    """Change a portfolio or move it in the tree. Raises NotFound, StaleRevision and PortfolioCycle."""
    locked = await lock_strategy(session, organization_id)
    portfolio = await the_portfolio(session, portfolio_id)
    check_if_match(if_match, portfolio)
    before = state_of(portfolio)
    changes = changes_of(body)
    if (parent_id := changes.get("parent_id")) is not None:
        await _check_parent(session, portfolio_id, parent_id)
    for name, value in changes.items():
        setattr(portfolio, name, value)
    if state_of(portfolio) != before:
        locked.touch(portfolio)
        locked.record(PortfolioUpdated.between(before, state_of(portfolio)))
    return portfolio


async def delete_portfolio(
    session: AsyncSession, organization_id: UUID, portfolio_id: UUID, if_match: str | None
) -> None:
    """Remove a portfolio that holds nothing. Raises NotFound, StaleRevision and PortfolioNotEmpty."""
    locked = await lock_strategy(session, organization_id)
    portfolio = await the_portfolio(session, portfolio_id)
    check_if_match(if_match, portfolio)
    for holds, what in (
        (Program.portfolio_id, "programs"),
        (Portfolio.parent_id, "portfolios"),
        (PortfolioProject.portfolio_id, "projects"),
    ):
        if await session.scalar(select(1).where(col(holds) == portfolio_id).limit(1)) is not None:
            raise PortfolioNotEmpty(f"There are {what} in it: move them first.")
    locked.touch(portfolio)
    locked.record(PortfolioDeleted.of(state_of(portfolio)))
    await session.flush()
    await session.delete(portfolio)


async def _check_parent(session: AsyncSession, portfolio_id: UUID, parent_id: UUID) -> None:
    way = [portfolio_id]
    here: UUID | None = parent_id
    while here is not None:
        way.append(here)
        if here == portfolio_id:
            raise PortfolioCycle("A portfolio cannot stand below itself.", path=[str(each) for each in way])
        here = (await the_portfolio(session, here)).parent_id
