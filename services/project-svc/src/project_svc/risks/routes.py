"""`/projects/{project_id}/risks`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import TransactionRoute
from contracts.project_events import RiskState
from contracts.values import Id, Label
from contracts.vocabulary import RiskKind, RiskStatus
from project_svc.projects.locked import Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.projects.reading import Reading
from project_svc.risks import actions
from project_svc.risks.models import Risk, RiskCreate, RiskUpdate
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.tasks.rules import OtherProject

router = APIRouter(prefix="/projects/{project_id}/risks", tags=["risks"], route_class=TransactionRoute)

WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed, OtherProject)
ORDER = Order(
    columns={"created_at": col(Risk.created_at), "title": col(Risk.title), "probability": col(Risk.probability)},
    default="created_at",
    identity=col(Risk.id),
)


class RiskQuery(PageQuery):
    """Which risks."""

    kind: RiskKind | None = None
    state: RiskStatus | None = None
    owner: Label | None = None
    task_id: Id | None = None
    escalated: bool | None = None


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_risk(project: Writing, body: RiskCreate, response: Response) -> RiskState | Preview:
    """Write a risk down; it is `identified`."""
    risk = await actions.create_risk(project, body)
    return await conclude(project, risk, response)


@router.get("", responses=responses(NotFound))
async def list_risks(project: Reading, query: Annotated[RiskQuery, Query()]) -> Page[RiskState]:
    """The project's risks. Sort by `created_at`, `title` or `probability`."""
    statement = select(Risk).where(col(Risk.project_id) == project.id)
    statement = statement.where(*query.asked(Risk, "kind", "state", "owner", "task_id", "escalated"))
    rows, following = await page(project.session, statement, query, ORDER)
    return Page(items=[row.wire() for row in rows], next=following)


@router.get("/{risk_id}", responses=responses(NotFound))
async def read_risk(project: Reading, risk_id: Id, response: Response) -> RiskState:
    """One risk."""
    risk = await project.find(Risk, risk_id)
    stamp(response, risk)
    return risk.wire()


@router.patch("/{risk_id}", responses=WRITES | responses(StaleRevision, IllegalStep))
async def update_risk(
    project: Writing, risk_id: Id, body: RiskUpdate, response: Response, if_match: IfMatch = None
) -> RiskState | Preview:
    """Change a risk, or take it to its next state."""
    risk = await project.find(Risk, risk_id)
    check_if_match(if_match, risk)
    await actions.update_risk(project, risk, body)
    return await conclude(project, risk, response)


@router.delete(
    "/{risk_id}", status_code=204, response_model=None, responses=PREVIEWED | WRITES | responses(StaleRevision)
)
async def delete_risk(project: Writing, risk_id: Id, response: Response, if_match: IfMatch = None) -> Preview | None:
    """Remove a risk. One that is over is better closed: that keeps what was known of it."""
    risk = await project.find(Risk, risk_id)
    check_if_match(if_match, risk)
    await actions.delete_risk(project, risk)
    return await conclude_deletion(project, response)
