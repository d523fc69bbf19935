"""`/alignments`, and what they answer about the whole organisation: `/alignment/coverage` and `/alignment/orphans`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import func, not_
from sqlmodel import col, select

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, Session, TransactionRoute
from contracts.program_events import AlignmentState
from contracts.values import Id
from program_svc.alignments import actions
from program_svc.alignments.coverage import CoverageRead, OrphansRead, coverage_of, orphans_of
from program_svc.alignments.models import Alignment, AlignmentCreate, AlignmentUpdate, state_of
from program_svc.permissions import Writer
from program_svc.sight import CurrentSight

router = APIRouter(tags=["alignment"], route_class=TransactionRoute)

ORDER = Order(
    columns={"created_at": col(Alignment.created_at), "weight": col(Alignment.weight)},
    default="created_at",
    identity=col(Alignment.id),
)


class AlignmentQuery(PageQuery):
    """Which alignments."""

    goal_id: Id | None = None
    project_id: Id | None = None
    benefit_id: Id | None = None
    risk_id: Id | None = None


class AlignmentPage(Page[AlignmentState]):
    """A page of alignments."""

    hidden_count: int = 0
    """Those that were asked for, on whichever page, of projects that you do not see."""


@router.post("/alignments", status_code=201, responses=responses(NotFound, Forbidden, AlreadyExists))
async def create_alignment(
    body: AlignmentCreate, session: Session, writer: Writer, response: Response
) -> AlignmentState:
    """Say that a project serves a goal, through a milestone or as a whole; that a benefit serves it; or that a risk threatens it."""
    alignment = await actions.create_alignment(session, writer.organization_id, body)
    stamp(response, alignment)
    return state_of(alignment)


@router.get("/alignments")
async def list_alignments(
    session: Session, identity: CurrentIdentity, sight: CurrentSight, query: Annotated[AlignmentQuery, Query()]
) -> AlignmentPage:
    """The organisation's alignments. Sort by `created_at` or `weight`."""
    statement = select(Alignment).where(col(Alignment.organization_id) == identity.organization_id)
    if query.goal_id is not None:
        statement = statement.where(col(Alignment.goal_id) == query.goal_id)
    if query.project_id is not None:
        statement = statement.where(col(Alignment.project_id) == query.project_id)
    if query.benefit_id is not None:
        statement = statement.where(col(Alignment.benefit_id) == query.benefit_id)
    if query.risk_id is not None:
        statement = statement.where(col(Alignment.risk_id) == query.risk_id)
    # Before the page is cut: `next` tells where in the order it has ended, which is a weight.
    is_seen, hidden_count = sight.among(Alignment.project_id), 0
    if is_seen is not None:
        hidden = statement.where(not_(is_seen)).with_only_columns(func.count())
        hidden_count = await session.scalar(hidden) or 0
        statement = statement.where(is_seen)
    rows, following = await page(session, statement, query, ORDER)
    return AlignmentPage(items=[state_of(row) for row in rows], next=following, hidden_count=hidden_count)


@router.get("/alignments/{alignment_id}", responses=responses(NotFound))
async def read_alignment(alignment_id: Id, session: Session, response: Response) -> AlignmentState:
    """One alignment."""
    alignment = await actions.the_alignment(session, alignment_id)
    stamp(response, alignment)
    return state_of(alignment)


@router.patch("/alignments/{alignment_id}", responses=responses(NotFound, Forbidden, AlreadyExists, StaleRevision))
async def update_alignment(
    alignment_id: Id,
    body: AlignmentUpdate,
    session: Session,
    writer: Writer,
    response: Response,
    if_match: IfMatch = None,
) -> AlignmentState:
    """Change an alignment's weight, contribution or milestone."""
    alignment = await actions.update_alignment(session, writer.organization_id, alignment_id, body, if_match)
    stamp(response, alignment)
    return state_of(alignment)


@router.delete("/alignments/{alignment_id}", status_code=204, responses=responses(NotFound, Forbidden, StaleRevision))
async def delete_alignment(alignment_id: Id, session: Session, writer: Writer, if_match: IfMatch = None) -> None:
    """What it names no longer serves the goal, or threatens it."""
    await actions.delete_alignment(session, writer.organization_id, alignment_id, if_match)


@router.get("/alignment/coverage")
async def read_alignment_coverage(session: Session, sight: CurrentSight) -> CoverageRead:
    """How much of the committed budget serves a live goal."""
    return await coverage_of(session, sight.sees)


@router.get("/alignment/orphans")
async def read_alignment_orphans(session: Session) -> OrphansRead:
    """The projects that serve no live goal, and the live goals that nothing serves."""
    return await orphans_of(session)
