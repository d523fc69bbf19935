"""`/projects/{project_id}/risks`."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Order, Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import short_cut
from chassis.statements import Record
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events import RiskState
from contracts.values import Day, Id, Label
from contracts.vocabulary import RiskKind, RiskProximity, RiskResponse, RiskStatus
from planning.risk import RiskKind as Sign
from planning.risk import emv
from project_svc.projects.locked import Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.records import table_of
from project_svc.risks import actions
from project_svc.risks.models import OVER, Risk, RiskCreate, RiskUpdate
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.shown import shown_money
from project_svc.tasks.rules import OtherProject
from project_svc.written import Form, RecordQuery, duration, hours_per_day, money, within

router = APIRouter(prefix="/projects/{project_id}/risks", tags=["risks"], route_class=TransactionRoute)

WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed, OtherProject)
ORDER = Order(
    columns={
        "created_at": col(Risk.created_at),
        "title": col(Risk.title),
        "probability": col(Risk.probability),
        "review_on": col(Risk.review_on),
    },
    default="created_at",
    identity=col(Risk.id),
)


def _emv(record: Record) -> dict[str, str]:
    """As `Risk.emv`."""
    is_over = record["state"] in OVER
    value = Decimal(0) if is_over else emv(Sign(record["kind"]), record["probability"], record["cost_impact"])
    return shown_money(value, record["currency"])


FORM = Form(
    table_of(Risk),
    RiskState,
    ORDER,
    filters={
        "kind": '"kind"',
        "state": '"state"',
        "category": '"category"',
        "response": '"response"',
        "proximity": '"proximity"',
        "owner": '"owner"',
        "task_id": '"task_id"',
        "escalated": '"escalated"',
    }
    | within("review_on"),
    own={
        "hours_per_day": hours_per_day,
        "cost_impact": money("cost_impact"),
        "days_impact": duration("days_impact"),
        "emv": _emv,
        "residual_cost_impact": money("residual_cost_impact"),
        "residual_days_impact": duration("residual_days_impact"),
    },
)


class RiskQuery(RecordQuery):
    """Which risks; both days belong to the range, which asks for their next review."""

    kind: RiskKind | None = None
    state: RiskStatus | None = None
    category: Label | None = None
    response: RiskResponse | None = None
    proximity: RiskProximity | None = None
    owner: Label | None = None
    task_id: Id | None = None
    escalated: bool | None = None
    since: Day | None = None
    until: Day | None = None


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_risk(project: Writing, body: RiskCreate, response: Response) -> RiskState | Preview:
    """Write a risk down; it is `identified`."""
    risk = await actions.create_risk(project, body)
    return await conclude(project, risk, response)


@router.get("", response_model=Page[RiskState], responses=responses(NotFound))
@short_cut(FORM.short_page(RiskQuery))
async def list_risks(project_id: Id, unit: Unit, query: Annotated[RiskQuery, Query()]) -> Response:
    """The project's risks. Sort by `created_at`, `title`, `probability` or `review_on`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{risk_id}", response_model=RiskState, responses=responses(NotFound))
@short_cut(FORM.short_one("risk_id"))
async def read_risk(risk_id: Id, project_id: Id, unit: Unit) -> Response:
    """One risk."""
    return await FORM.one(unit, project_id, risk_id)


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
