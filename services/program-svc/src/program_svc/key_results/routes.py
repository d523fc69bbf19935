"""`/goals/{id}/key-results` and `/key-results/{id}` with their check-ins."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.program_events import CheckInState
from contracts.values import Id
from program_svc.goals.progress import progress_of, ratio
from program_svc.goals.queries import the_goal
from program_svc.key_results import actions
from program_svc.key_results.models import (
    CheckIn,
    CheckInCreate,
    KeyResult,
    KeyResultCreate,
    KeyResultRead,
    KeyResultUpdate,
    check_in_state,
    state_of,
)
from program_svc.permissions import Writer

router = APIRouter(tags=["goals"], route_class=TransactionRoute)

KEY_RESULTS = Order(
    columns={"created_at": col(KeyResult.created_at), "name": col(KeyResult.name)},
    default="created_at",
    identity=col(KeyResult.id),
)
CHECK_INS = Order(
    columns={"on": col(CheckIn.on), "created_at": col(CheckIn.created_at)}, default="on", identity=col(CheckIn.id)
)


@router.post("/goals/{goal_id}/key-results", status_code=201, responses=responses(NotFound, Forbidden, AlreadyExists))
async def create_key_result(
    goal_id: Id, body: KeyResultCreate, session: Session, writer: Writer, response: Response
) -> KeyResultRead:
    """Say how a goal is measured."""
    key_result = await actions.create_key_result(session, writer.organization_id, goal_id, body)
    stamp(response, key_result)
    return _read(key_result)


@router.get("/goals/{goal_id}/key-results", responses=responses(NotFound))
async def list_key_results(goal_id: Id, session: Session, query: Annotated[PageQuery, Query()]) -> Page[KeyResultRead]:
    """The measures of a goal. Sort by `created_at` or `name`."""
    await the_goal(session, goal_id)
    rows, following = await page(
        session, select(KeyResult).where(col(KeyResult.goal_id) == goal_id), query, KEY_RESULTS
    )
    return Page(items=[_read(row) for row in rows], next=following)


@router.get("/key-results/{key_result_id}", responses=responses(NotFound))
async def read_key_result(key_result_id: Id, session: Session, response: Response) -> KeyResultRead:
    """One key result and how far it is."""
    key_result = await actions.the_key_result(session, key_result_id)
    stamp(response, key_result)
    return _read(key_result)


@router.patch("/key-results/{key_result_id}", responses=responses(NotFound, Forbidden, StaleRevision))
async def update_key_result(
    key_result_id: Id,
    body: KeyResultUpdate,
    session: Session,
    writer: Writer,
    response: Response,
    if_match: IfMatch = None,
) -> KeyResultRead:
    """Change a key result; its actual value changes by check-ins alone."""
    key_result = await actions.update_key_result(session, writer.organization_id, key_result_id, body, if_match)
    stamp(response, key_result)
    return _read(key_result)


@router.delete("/key-results/{key_result_id}", status_code=204, responses=responses(NotFound, Forbidden, StaleRevision))
async def delete_key_result(key_result_id: Id, session: Session, writer: Writer, if_match: IfMatch = None) -> None:
    """Remove a key result with its check-ins."""
    await actions.delete_key_result(session, writer.organization_id, key_result_id, if_match)


@router.post(
    "/key-results/{key_result_id}/check-ins", status_code=201, responses=responses(NotFound, Forbidden, AlreadyExists)
)
async def record_check_in(key_result_id: Id, body: CheckInCreate, session: Session, writer: Writer) -> CheckInState:
    """Record a measured value. Check-ins are never changed: a correction is a new one."""
    check_in, key_result = await actions.record_check_in(
        session, writer.organization_id, key_result_id, body, writer.subject
    )
    return check_in_state(check_in, key_result.goal_id)


@router.get("/key-results/{key_result_id}/check-ins", responses=responses(NotFound))
async def list_check_ins(
    key_result_id: Id, session: Session, query: Annotated[PageQuery, Query()]
) -> Page[CheckInState]:
    """The measurements of a key result. Sort by `on` or `created_at`."""
    key_result = await actions.the_key_result(session, key_result_id)
    rows, following = await page(
        session, select(CheckIn).where(col(CheckIn.key_result_id) == key_result_id), query, CHECK_INS
    )
    return Page(items=[check_in_state(row, key_result.goal_id) for row in rows], next=following)


def _read(key_result: KeyResult) -> KeyResultRead:
    state = state_of(key_result)
    fields = {name: getattr(state, name) for name in type(state).model_fields}
    return KeyResultRead(**fields, progress=ratio(progress_of(key_result)))
