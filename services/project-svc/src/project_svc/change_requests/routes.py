"""`/projects/{project_id}/change-requests`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import Page
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, TransactionRoute
from contracts.project_events.change_requests import ChangeRequestState, ChangeRequestStatus
from contracts.values import Id
from project_svc.change_requests import actions
from project_svc.change_requests.models import CHANGE_REQUESTS, ChangeRequestCreate, Decision
from project_svc.conflicts import RecordInUse
from project_svc.projects.locked import Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.projects.reading import Reading
from project_svc.register.actions import find, list_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable

router = APIRouter(
    prefix="/projects/{project_id}/change-requests", tags=["change-requests"], route_class=TransactionRoute
)

WRITES = responses(NotFound, Forbidden, ProjectClosed, AlreadyExists)
CHANGES = responses(NotFound, Forbidden, ProjectClosed, actions.ChangeRequestFixed, StaleRevision)
STEPS = responses(NotFound, Forbidden, ProjectClosed, IllegalStep, StaleRevision)
TRIALS = responses(
    NotFound, Forbidden, ProjectClosed, IllegalStep, StaleRevision, Conflict, Cycle, OutsideTime, Unschedulable
)
ChangeRequestQuery = CHANGE_REQUESTS.query
ChangeRequestUpdate = CHANGE_REQUESTS.update


async def _found(project: Writing, change_request_id: Id, if_match: IfMatch = None) -> ChangeRequestState:
    request = await find(project, CHANGE_REQUESTS, change_request_id)
    check_if_match(if_match, request)
    return request


Found = Annotated[ChangeRequestState, Depends(_found)]
"""The request that a write is about. Raises NotFound, StaleRevision."""
Answer = ChangeRequestState | Preview


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_change_request(project: Writing, body: ChangeRequestCreate, response: Response) -> Answer:
    """Write down what should be changed, as operations on tasks, links and budget lines; it is a draft."""
    return await conclude(project, await actions.create_change_request(project, body), response)


@router.get("", responses=responses(NotFound))
async def list_change_requests(
    project: Reading,
    query: Annotated[ChangeRequestQuery, Query()],  # type: ignore[valid-type]  # made from the declaration
) -> Page[ChangeRequestState]:
    """The project's change requests. Sort by `created_at`, `updated_at` or `title`."""
    records, following = await list_of(project, CHANGE_REQUESTS, query)
    return Page(items=records, next=following)


@router.get("/{change_request_id}", responses=responses(NotFound))
async def read_change_request(project: Reading, change_request_id: Id, response: Response) -> ChangeRequestState:
    """One change request, with its impact once it was assessed."""
    request = await find(project, CHANGE_REQUESTS, change_request_id)
    stamp(response, request)
    return request


@router.patch("/{change_request_id}", responses=CHANGES)
async def update_change_request(
    project: Writing,
    request: Found,
    body: ChangeRequestUpdate,  # type: ignore[valid-type]  # made from the declaration
    response: Response,
) -> Answer:
    """Rewrite a draft, or a request that was deferred."""
    return await conclude(project, await actions.update_change_request(project, request, body), response)


@router.delete(
    "/{change_request_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | CHANGES | responses(NotFound, RecordInUse, actions.ChangeRequestFixed),
)
async def delete_change_request(project: Writing, request: Found, response: Response) -> Preview | None:
    """Remove a draft."""
    await actions.delete_change_request(project, request)
    return await conclude_deletion(project, response)


@router.post("/{change_request_id}/submit", responses=STEPS)
async def submit_change_request(project: Writing, request: Found, response: Response) -> Answer:
    """Ask for it to be assessed."""
    return await conclude(project, await actions.submit_change_request(project, request), response)


@router.post("/{change_request_id}/assess", responses=TRIALS)
async def assess_change_request(project: Writing, request: Found, response: Response) -> Answer:
    """Compute its impact: the operations are carried out on trial, on the present plan. May be done again as the plan moves on."""
    return await conclude(project, await actions.assess_change_request(project, request), response)


@router.post("/{change_request_id}/approve", responses=STEPS)
async def approve_change_request(
    project: Writing, request: Found, body: Decision, identity: CurrentIdentity, response: Response
) -> Answer:
    """Agree to it."""
    to = ChangeRequestStatus.APPROVED
    decided = await actions.decide_change_request(project, request, to, body, identity.subject)
    return await conclude(project, decided, response)


@router.post("/{change_request_id}/reject", responses=STEPS)
async def reject_change_request(
    project: Writing, request: Found, body: Decision, identity: CurrentIdentity, response: Response
) -> Answer:
    """Refuse it."""
    to = ChangeRequestStatus.REJECTED
    decided = await actions.decide_change_request(project, request, to, body, identity.subject)
    return await conclude(project, decided, response)


@router.post("/{change_request_id}/defer", responses=STEPS)
async def defer_change_request(
    project: Writing, request: Found, body: Decision, identity: CurrentIdentity, response: Response
) -> Answer:
    """Put it off; it may be rewritten and submitted again."""
    to = ChangeRequestStatus.DEFERRED
    decided = await actions.decide_change_request(project, request, to, body, identity.subject)
    return await conclude(project, decided, response)


@router.post(
    "/{change_request_id}/implement", responses=TRIALS | responses(NotFound, actions.NoLongerFits, IllegalStep)
)
async def implement_change_request(project: Writing, request: Found, response: Response) -> Answer:
    """Carry all its operations out: one transaction, one revision, one recalculation. With `dry_run=true`: what would move."""
    return await conclude(project, await actions.implement_change_request(project, request), response)


@router.post("/{change_request_id}/close", responses=STEPS)
async def close_change_request(project: Writing, request: Found, response: Response) -> Answer:
    """Put a request that was implemented or rejected to the records."""
    return await conclude(project, await actions.close_change_request(project, request), response)
