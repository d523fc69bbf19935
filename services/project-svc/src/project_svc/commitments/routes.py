"""`/projects/{project_id}/budget/commitments`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.etag import stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, responses
from chassis.unit_of_work import TransactionRoute
from contracts.project_events import CommitmentState
from contracts.values import Day, Id, Label
from project_svc.budgets.actions import BudgetTooLarge
from project_svc.commitments import actions
from project_svc.commitments.models import Commitment, CommitmentCreate
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.projects.reading import Reading
from project_svc.schedule.conclusion import PREVIEWED, conclude
from project_svc.schedule.models import Preview
from project_svc.tasks.rules import OtherProject

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


class CommitmentQuery(PageQuery):
    """Which commitments; both days belong to the range."""

    task_id: Id | None = None
    supplier: Label | None = None
    source: Label | None = None
    since: Day | None = None
    until: Day | None = None


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def record_commitment(project: Writing, body: CommitmentCreate, response: Response) -> CommitmentState | Preview:
    """Enter a promise to pay. An entry stays as it is; correct it by another one, with a negative amount."""
    commitment = await actions.record_commitment(project, body)
    return await conclude(project, commitment, response)


@router.get("", responses=responses(NotFound))
async def list_commitments(project: Reading, query: Annotated[CommitmentQuery, Query()]) -> Page[CommitmentState]:
    """The commitments. Sort by `on`, `created_at` or `amount`."""
    statement = select(Commitment).where(col(Commitment.project_id) == project.id)
    statement = statement.where(*query.asked(Commitment, "task_id", "supplier", "source"))
    if query.since is not None:
        statement = statement.where(col(Commitment.on) >= query.since)
    if query.until is not None:
        statement = statement.where(col(Commitment.on) <= query.until)
    rows, following = await page(project.session, statement, query, ORDER)
    return Page(items=[row.wire() for row in rows], next=following)


@router.get("/{commitment_id}", responses=responses(NotFound))
async def read_commitment(project: Reading, commitment_id: Id, response: Response) -> CommitmentState:
    """One commitment."""
    commitment = await project.find(Commitment, commitment_id)
    stamp(response, commitment)
    return commitment.wire()
