"""What can happen to a change request on its way from a draft to a changed plan."""

from collections.abc import Sequence
from uuid import UUID

import orjson

from chassis.problem import Conflict, InvalidRequest, NotFound, invalid
from contracts.project_events.change_requests import MOST_OPERATIONS, ChangeRequestState, ChangeRequestStatus
from contracts.project_events.operations import RequestedOperation
from contracts.values import Shape
from project_svc.batch.actions import Done, perform
from project_svc.batch.bodies import check_bodies
from project_svc.change_requests.impact import impact_of, misfits_of
from project_svc.change_requests.models import (
    CHANGE_REQUESTS,
    MOST_BYTES,
    WRITABLE,
    Assessed,
    ChangeRequestCreate,
    ChangeRequestWritten,
    Decided,
    Decision,
    Implemented,
    Step,
)
from project_svc.projects.locked import LockedProject
from project_svc.projects.models import IllegalStep
from project_svc.register.actions import Entry, change, create, remove

Status = ChangeRequestStatus
Request = Entry[ChangeRequestState]


class ChangeRequestFixed(Conflict):
    """What somebody asks for is rewritten only before it is submitted, or after it was deferred; `legal` lists the states that may follow."""

    slug, title = "change-request-fixed", "This change request is on its way"


class NoLongerFits(Conflict):
    """The plan has moved on since the request was assessed; `errors` says where. Defer it, submit it again and assess it anew."""

    slug, title = "no-longer-fits", "The plan has moved on"


async def create_change_request(project: LockedProject, body: ChangeRequestCreate) -> Request:
    """A new draft. Raises InvalidRequest for operations of a wrong shape."""
    _check_operations(body.operations)
    _check_size(body.operations, body.takes_over)
    written = ChangeRequestWritten(**{name: getattr(body, name) for name in type(body).model_fields})
    return await create(project, CHANGE_REQUESTS, written)


async def update_change_request(project: LockedProject, request: ChangeRequestState, body: Shape) -> Request:
    """Rewrite a draft, or a request that was deferred. Raises ChangeRequestFixed for any other, InvalidRequest."""
    if request.state not in WRITABLE:
        raise _fixed(request, "it is not rewritten any more")
    if "operations" in body.model_fields_set:
        _check_operations(getattr(body, "operations"))  # noqa: B009  (the shape is made from the declaration)
    asked = request.model_copy(update={name: getattr(body, name) for name in body.model_fields_set})
    _check_size(asked.operations, asked.takes_over)
    return await change(project, CHANGE_REQUESTS, request, body)


async def delete_change_request(project: LockedProject, request: ChangeRequestState) -> None:
    """Remove a draft. Raises ChangeRequestFixed for any other."""
    if request.state is not Status.DRAFT:
        raise _fixed(request, "it stays")
    await remove(project, CHANGE_REQUESTS, request)


def _fixed(request: ChangeRequestState, why: str) -> ChangeRequestFixed:
    legal = list((CHANGE_REQUESTS.steps or {})[request.state])
    return ChangeRequestFixed(f"The change request is {request.state}: {why}.", legal=legal)


async def submit_change_request(project: LockedProject, request: ChangeRequestState) -> Request:
    """Ask for it to be assessed. Raises IllegalStep; what was assessed before no longer holds."""
    _check_step(request, Status.SUBMITTED)
    step = Assessed(state=Status.SUBMITTED, impact=None, assessed_at=None)
    return await change(project, CHANGE_REQUESTS, request, step)


async def assess_change_request(project: LockedProject, request: ChangeRequestState) -> Request:
    """Compute what it would do to the present plan. Raises IllegalStep, and what its operations raise."""
    _check_step(request, Status.ASSESSED)
    impact = await impact_of(project, request.operations)
    step = Assessed(state=Status.ASSESSED, impact=impact, assessed_at=project.now)
    return await change(project, CHANGE_REQUESTS, request, step)


async def decide_change_request(
    project: LockedProject, request: ChangeRequestState, to: ChangeRequestStatus, body: Decision, caller: str
) -> Request:
    """Approve, reject or defer it. Raises IllegalStep."""
    _check_step(request, to)
    step = Decided(state=to, decided_by=body.decided_by or caller, decided_at=project.now, decision_note=body.note)
    return await change(project, CHANGE_REQUESTS, request, step)


async def implement_change_request(project: LockedProject, request: ChangeRequestState) -> Request:
    """Carry all its operations out. Raises IllegalStep, NoLongerFits."""
    _check_step(request, Status.IMPLEMENTED)
    premises = [] if request.impact is None else request.impact.premises
    if errors := await misfits_of(project, request.operations, premises):
        raise NoLongerFits(errors[0].message, errors=errors)
    try:
        done = await perform(project, [(str(operation.record), operation) for operation in request.operations])
    except (NotFound, Conflict, InvalidRequest) as refused:
        raise NoLongerFits(refused.detail, errors=refused.errors, **refused.members) from None
    touched = _touched(done, request.takes_over)
    step = Implemented(state=Status.IMPLEMENTED, implemented_revision=project.revision, touched=touched)
    return await change(project, CHANGE_REQUESTS, request, step)


def _touched(done: Sequence[Done], takes_over: Sequence[UUID]) -> list[UUID]:
    """Which records something was done to, or agreed on as they are, each once."""
    return list(dict.fromkeys([*(each.id for each in done), *takes_over]))


async def close_change_request(project: LockedProject, request: ChangeRequestState) -> Request:
    """Put a request that was implemented or rejected to the records. Raises IllegalStep."""
    _check_step(request, Status.CLOSED)
    return await change(project, CHANGE_REQUESTS, request, Step(state=Status.CLOSED))


def _check_step(request: ChangeRequestState, to: ChangeRequestStatus) -> None:
    legal = (CHANGE_REQUESTS.steps or {})[request.state]
    if to not in legal:
        named = ", ".join(each for each in legal if each != request.state) or "nothing"
        message = f"A change request that is {request.state} cannot become {to}; legal: {named}."
        raise IllegalStep(message, legal=list(legal))
    if to is Status.SUBMITTED and not (request.operations or request.takes_over):
        raise invalid("/operations", "nothing_proposed", "Say what would be done to the plan.")


def _check_size(operations: list[RequestedOperation], takes_over: list[UUID]) -> None:
    if len(operations) + len(takes_over) > MOST_OPERATIONS:
        message = f"A request is about at most {MOST_OPERATIONS} records: operations, and what it takes over."
        raise invalid("/takes_over", "too_many", message)


def _check_operations(operations: list[RequestedOperation]) -> None:
    if len(orjson.dumps([operation.model_dump(mode="json") for operation in operations])) > MOST_BYTES:
        raise invalid("/operations", "too_large", f"The operations are larger than {MOST_BYTES} bytes.")
    check_bodies([(str(operation.record), operation) for operation in operations])
