"""`/portfolios/{id}/projects`: the projects of a portfolio that are in no program."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import Row, select
from sqlmodel import col

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, Session, TransactionRoute
from contracts.program_events.portfolios import PortfolioProjectState
from contracts.values import Id
from contracts.vocabulary import ProjectStatus
from program_svc.components.models import AlreadyComponent
from program_svc.permissions import Writer
from program_svc.portfolio_projects import actions
from program_svc.portfolio_projects.models import (
    AlreadyInPortfolio,
    PortfolioProject,
    PortfolioProjectCreate,
    state_of,
)
from program_svc.portfolios.actions import the_portfolio
from program_svc.replica.queries import known_projects

router = APIRouter(prefix="/portfolios/{portfolio_id}/projects", tags=["portfolios"], route_class=TransactionRoute)

ORDER = Order(
    columns={"created_at": col(PortfolioProject.created_at)},
    default="created_at",
    identity=col(PortfolioProject.id),
)


class PortfolioProjectRead(PortfolioProjectState):
    """A membership with what is known of its project."""

    key: str
    name: str
    state: ProjectStatus
    position: int
    """The project's revision that this reflects."""


@router.post("", status_code=201, responses=responses(NotFound, Forbidden, AlreadyComponent, AlreadyInPortfolio))
async def add_portfolio_project(
    portfolio_id: Id, body: PortfolioProjectCreate, session: Session, writer: Writer, response: Response
) -> PortfolioProjectRead:
    """A project that is in no program joins the portfolio. It leaves it once it joins a program."""
    member = await actions.add_portfolio_project(session, writer.organization_id, portfolio_id, body.project_id)
    stamp(response, member)
    projects = await known_projects(session, [member.project_id])
    return _read(member, projects[member.project_id])


@router.get("", responses=responses(NotFound))
async def list_portfolio_projects(
    portfolio_id: Id, session: Session, identity: CurrentIdentity, query: Annotated[PageQuery, Query()]
) -> Page[PortfolioProjectRead]:
    """The portfolio's projects outside programs that you see. Sort by `created_at`."""
    await the_portfolio(session, portfolio_id)
    found = select(PortfolioProject).where(col(PortfolioProject.portfolio_id) == portfolio_id)
    if not identity.sees_all:
        found = found.where(col(PortfolioProject.project_id).in_(identity.projects))
    members, following = await page(session, found, query, ORDER)
    projects = await known_projects(session, [each.project_id for each in members])
    return Page(items=[_read(each, projects[each.project_id]) for each in members], next=following)


@router.delete("/{project_id}", status_code=204, responses=responses(NotFound, Forbidden, StaleRevision))
async def remove_portfolio_project(
    portfolio_id: Id, project_id: Id, session: Session, writer: Writer, if_match: IfMatch = None
) -> None:
    """A project leaves the portfolio."""
    await actions.remove_portfolio_project(session, writer.organization_id, portfolio_id, project_id, if_match)


def _read(member: PortfolioProject, project: Row[Any]) -> PortfolioProjectRead:
    state = state_of(member)
    known = {"key": project.key, "name": project.name, "state": project.state, "position": project.revision}
    return PortfolioProjectRead(**{name: getattr(state, name) for name in type(state).model_fields}, **known)
