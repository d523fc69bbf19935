"""`/portfolios/{id}/subscriptions`: for who sees all programs of the organisation."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.program_events.portfolio_subscriptions import PortfolioSubscriptionState
from contracts.values import Id
from program_svc.permissions import Writer
from program_svc.portfolio_subscriptions import actions
from program_svc.portfolio_subscriptions.models import (
    PortfolioSubscription,
    PortfolioSubscriptionCreate,
    PortfolioSubscriptionQuery,
    PortfolioSubscriptionUpdate,
    state_of,
)
from program_svc.portfolios.actions import the_portfolio
from program_svc.programs.models import IllegalStep

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/subscriptions", tags=["subscriptions"], route_class=TransactionRoute
)

ORDER = Order(
    columns={
        "created_at": col(PortfolioSubscription.created_at),
        "title": col(PortfolioSubscription.title),
        "starts_on": col(PortfolioSubscription.starts_on),
    },
    default="created_at",
    identity=col(PortfolioSubscription.id),
)


@router.post("", status_code=201, responses=responses(NotFound, Forbidden, AlreadyExists))
async def create_portfolio_subscription(
    portfolio_id: Id, body: PortfolioSubscriptionCreate, session: Session, writer: Writer, response: Response
) -> PortfolioSubscriptionState:
    """Have a report on the portfolio sent to somebody at the end of each period."""
    subscription = await actions.create_subscription(session, writer.organization_id, portfolio_id, body)
    stamp(response, subscription)
    return state_of(subscription)


@router.get("", responses=responses(NotFound))
async def list_portfolio_subscriptions(
    portfolio_id: Id, session: Session, query: Annotated[PortfolioSubscriptionQuery, Query()]
) -> Page[PortfolioSubscriptionState]:
    """Who gets the portfolio's reports. Sort by `created_at`, `title` or `starts_on`."""
    await the_portfolio(session, portfolio_id)
    found = select(PortfolioSubscription).where(col(PortfolioSubscription.portfolio_id) == portfolio_id)
    found = found.where(*query.asked(PortfolioSubscription, "state", "cadence"))
    subscriptions, following = await page(session, found, query, ORDER)
    return Page(items=[state_of(each) for each in subscriptions], next=following)


@router.get("/{portfolio_subscription_id}", responses=responses(NotFound))
async def read_portfolio_subscription(
    portfolio_id: Id, portfolio_subscription_id: Id, session: Session, response: Response
) -> PortfolioSubscriptionState:
    """One subscription, and until when it was delivered."""
    subscription = await actions.the_subscription(session, portfolio_id, portfolio_subscription_id)
    stamp(response, subscription)
    return state_of(subscription)


@router.patch(
    "/{portfolio_subscription_id}",
    responses=responses(NotFound, Forbidden, AlreadyExists, IllegalStep, StaleRevision),
)
async def update_portfolio_subscription(
    portfolio_id: Id,
    portfolio_subscription_id: Id,
    body: PortfolioSubscriptionUpdate,
    session: Session,
    writer: Writer,
    response: Response,
    if_match: IfMatch = None,
) -> PortfolioSubscriptionState:
    """Change a subscription, pause it, go on with it or end it."""
    subscription = await actions.update_subscription(
        session, writer.organization_id, portfolio_id, portfolio_subscription_id, body, if_match
    )
    stamp(response, subscription)
    return state_of(subscription)


@router.delete("/{portfolio_subscription_id}", status_code=204, responses=responses(NotFound, Forbidden, StaleRevision))
async def delete_portfolio_subscription(
    portfolio_id: Id, portfolio_subscription_id: Id, session: Session, writer: Writer, if_match: IfMatch = None
) -> None:
    """Remove a subscription; the reports that it brought stay."""
    await actions.delete_subscription(
        session, writer.organization_id, portfolio_id, portfolio_subscription_id, if_match
    )
