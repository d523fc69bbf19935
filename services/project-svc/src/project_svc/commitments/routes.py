"""`/projects/{project_id}/budget/commitments`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.paging import Order, Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, responses
from chassis.short_cuts import short_cut
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events import CommitmentState
from contracts.values import Day, Id, Label
from project_svc.budgets.actions import BudgetTooLarge
from project_svc.commitments import actions
from project_svc.commitments.models import Commitment, CommitmentCreate
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.records import table_of
from project_svc.schedule.conclusion import PREVIEWED, conclude
from project_svc.schedule.models import Preview
from project_svc.tasks.rules import OtherProject
from project_svc.written import BOOKED, Form, RecordQuery, money, rate

router = APIRouter(prefix="/projects/{project_id}/budget/commitments", tags=["budget"], route_class=TransactionRoute)

WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed, OtherProject, BudgetTooLarge)
ORDER = Order(
    columns={
        "created_at": col(Commitment.created_at),
        "on": col(Commitment.on),
        "amount": col(Commitment.amount),
    },
    default="on",
    identity=col(Commitment.id),
)


FORM = Form(
    table_of(Commitment),
    CommitmentState,
    ORDER,
    filters=BOOKED | {"supplier": "supplier"},
    own={
        "amount": money("amount"),
        "original": money("original_amount", "original_currency"),
        "exchange_rate": rate("exchange_rate"),
    },
)


class CommitmentQuery(RecordQuery):
    """Which commitments; both days belong to the range."""

    task_id: Id | None = None
    supplier: Label | None = None
    source: Label | None = None
    corrects_id: Id | None = None
    since: Day | None = None
    until: Day | None = None


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def record_commitment(project: Writing, body: CommitmentCreate, response: Response) -> CommitmentState | Preview:
    """Enter a promise to pay. An entry stays as it is; correct it by another one, with a negative amount."""
    commitment = await actions.record_commitment(project, body)
    return await conclude(project, commitment, response)


@router.get("", response_model=Page[CommitmentState], responses=responses(NotFound))
@short_cut(FORM.short_page(CommitmentQuery))
async def list_commitments(project_id: Id, unit: Unit, query: Annotated[CommitmentQuery, Query()]) -> Response:
    """The commitments. Sort by `on`, `created_at` or `amount`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{commitment_id}", response_model=CommitmentState, responses=responses(NotFound))
@short_cut(FORM.short_one("commitment_id"))
async def read_commitment(commitment_id: Id, project_id: Id, unit: Unit) -> Response:
    """One commitment."""
    return await FORM.one(unit, project_id, commitment_id)
