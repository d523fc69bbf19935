"""`/projects/{project_id}/change-requests`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, create_model

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Page, PageQuery
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import short_cut
from chassis.unit_of_work import CurrentIdentity, TransactionRoute, Unit
from contracts.project_events.change_requests import ChangeRequestState, ChangeRequestStatus
from contracts.values import Id
from project_svc.change_requests import actions
from project_svc.change_requests.models import CHANGE_REQUESTS, ChangeRequestCreate, Decision
from project_svc.conflicts import RecordInUse
from project_svc.projects.locked import Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.register.actions import find
from project_svc.register.forms import form_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable

router = APIRouter(
    prefix="/projects/{project_id}/change-requests", tags=["change-requests"], route_class=TransactionRoute
)
IN_LISTS = {
    "touched": "a record that it created, changed or removed",
    "takes_over": "a record whose unrequested changes it takes over",
}
"""Filters by one record of a list of them."""
FORM = form_of(CHANGE_REQUESTS, **{name: f"{name} ? ({{}}::uuid)::text" for name in IN_LISTS})

WRITES = responses(NotFound, Forbidden, ProjectClosed, AlreadyExists)
CHANGES = responses(NotFound, Forbidden, ProjectClosed, actions.ChangeRequestFixed, StaleRevision)
STEPS = responses(NotFound, Forbidden, ProjectClosed, IllegalStep, StaleRevision)
TRIALS = responses(
    NotFound, Forbidden, ProjectClosed, IllegalStep, StaleRevision, Conflict, Cycle, OutsideTime, Unschedulable
)


def _query() -> type[PageQuery]:
    fields: Any = {name: (Id | None, Field(default=None, description=said)) for name, said in IN_LISTS.items()}
    return create_model("ChangeRequestQuery", __base__=CHANGE_REQUESTS.query, **fields)


ChangeRequestQuery = _query()
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
    """Write down what should be changed, as operations on the plan's records; it is a draft."""
    return await conclude(project, await actions.create_change_request(project, body), response)


@router.get("", response_model=Page[ChangeRequestState], responses=responses(NotFound))
@short_cut(FORM.short_page(ChangeRequestQuery))
async def list_change_requests(
    project_id: Id,
    unit: Unit,
    query: Annotated[ChangeRequestQuery, Query()],  # type: ignore[valid-type]  # made from the declaration
) -> Response:
    """The project's change requests; `touched` asks for those that were carried out on a record, `takes_over` for those that take over what was done to it. Sort by `created_at`, `updated_at` or `title`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{change_request_id}", response_model=ChangeRequestState, responses=responses(NotFound))
@short_cut(FORM.short_one("change_request_id"))
async def read_change_request(change_request_id: Id, project_id: Id, unit: Unit) -> Response:
    """One change request, with its impact once it was assessed."""
    return await FORM.one(unit, project_id, change_request_id)


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
