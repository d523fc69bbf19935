"""`/portfolios`. The programs of one: `GET /programs?portfolio_id=…`; its projects outside programs: `…/projects`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, Session, TransactionRoute
from contracts.program_events.portfolios import PortfolioState
from contracts.values import Id, Key
from program_svc.permissions import Writer
from program_svc.portfolios import actions
from program_svc.portfolios.models import (
    Portfolio,
    PortfolioCreate,
    PortfolioCycle,
    PortfolioNotEmpty,
    PortfolioUpdate,
    state_of,
)
from program_svc.portfolios.overview import PortfolioOverview, overview_of

router = APIRouter(prefix="/portfolios", tags=["portfolios"], route_class=TransactionRoute)

ORDER = Order(
    columns={"created_at": col(Portfolio.created_at), "key": col(Portfolio.key), "name": col(Portfolio.name)},
    default="created_at",
    identity=col(Portfolio.id),
)


class PortfolioQuery(PageQuery):
    """Which portfolios."""

    key: Key | None = None
    parent_id: Id | None = None


@router.post("", status_code=201, responses=responses(NotFound, Forbidden, AlreadyExists))
async def create_portfolio(
    body: PortfolioCreate, session: Session, writer: Writer, response: Response
) -> PortfolioState:
    """Set a portfolio up, on its own or below another."""
    portfolio = await actions.create_portfolio(session, writer.organization_id, body)
    stamp(response, portfolio)
    return state_of(portfolio)


@router.get("")
async def list_portfolios(
    session: Session, identity: CurrentIdentity, query: Annotated[PortfolioQuery, Query()]
) -> Page[PortfolioState]:
    """The organisation's portfolios. Sort by `created_at`, `key` or `name`."""
    statement = select(Portfolio).where(col(Portfolio.organization_id) == identity.organization_id)
    if query.key is not None:
        statement = statement.where(col(Portfolio.key) == query.key)
    if query.parent_id is not None:
        statement = statement.where(col(Portfolio.parent_id) == query.parent_id)
    portfolios, following = await page(session, statement, query, ORDER)
    return Page(items=[state_of(portfolio) for portfolio in portfolios], next=following)


@router.get("/{portfolio_id}", responses=responses(NotFound))
async def read_portfolio(portfolio_id: Id, session: Session, response: Response) -> PortfolioState:
    """One portfolio."""
    portfolio = await actions.the_portfolio(session, portfolio_id)
    stamp(response, portfolio)
    return state_of(portfolio)


@router.get("/{portfolio_id}/overview", responses=responses(NotFound))
async def read_portfolio_overview(
    portfolio_id: Id, session: Session, identity: CurrentIdentity, query: Annotated[PageQuery, Query()]
) -> PortfolioOverview:
    """Its programs and its projects outside programs, and those of the portfolios below it, each at a glance: when it is done, what is broken.

    Sort by `key` or `name`.
    """
    await actions.the_portfolio(session, portfolio_id)
    return await overview_of(session, identity, portfolio_id, query)


@router.patch("/{portfolio_id}", responses=responses(NotFound, Forbidden, AlreadyExists, PortfolioCycle, StaleRevision))
async def update_portfolio(
    portfolio_id: Id,
    body: PortfolioUpdate,
    session: Session,
    writer: Writer,
    response: Response,
    if_match: IfMatch = None,
) -> PortfolioState:
    """Change a portfolio, or move it in the tree."""
    portfolio = await actions.update_portfolio(session, writer.organization_id, portfolio_id, body, if_match)
    stamp(response, portfolio)
    return state_of(portfolio)


@router.delete(
    "/{portfolio_id}", status_code=204, responses=responses(NotFound, Forbidden, PortfolioNotEmpty, StaleRevision)
)
async def delete_portfolio(portfolio_id: Id, session: Session, writer: Writer, if_match: IfMatch = None) -> None:
    """Remove a portfolio that holds nothing."""
    await actions.delete_portfolio(session, writer.organization_id, portfolio_id, if_match)
