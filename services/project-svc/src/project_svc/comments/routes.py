"""`/projects/{project_id}/comments`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import short_cut
from chassis.unit_of_work import CurrentIdentity, TransactionRoute, Unit
from contracts.project_events.comments import CommentedRecord, CommentState, CommentStatus
from contracts.values import Day, Id, Label, Name
from project_svc.comments import actions
from project_svc.comments.models import COMMENTS, CommentCreate, CommentUpdate, NotTheAuthor
from project_svc.projects.locked import Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.register.actions import find
from project_svc.register.forms import form_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.written import RecordQuery

router = APIRouter(prefix="/projects/{project_id}/comments", tags=["comments"], route_class=TransactionRoute)
FORM = form_of(COMMENTS, mentions="mentions ? {}")

WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed)


class CommentQuery(RecordQuery):
    """Which comments; both days belong to the range, which asks for when they were written."""

    record: CommentedRecord | None = None
    record_id: Id | None = None
    author: Label | None = None
    state: CommentStatus | None = None
    mentions: Name | None = None
    """Who is mentioned."""
    since: Day | None = None
    until: Day | None = None


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_comment(
    project: Writing, body: CommentCreate, identity: CurrentIdentity, response: Response
) -> CommentState | Preview:
    """Say something about the project or any record that people keep of it. Whoever is mentioned has it on the work list until it is resolved."""
    return await conclude(project, await actions.create_comment(project, body, identity.subject), response)


@router.get("", response_model=Page[CommentState], responses=responses(NotFound))
@short_cut(FORM.short_page(CommentQuery))
async def list_comments(
    project_id: Id,
    unit: Unit,
    query: Annotated[CommentQuery, Query()],
) -> Response:
    """The project's comments; `record` and `record_id` ask for those on one record. Sort by `created_at` or `updated_at`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{comment_id}", response_model=CommentState, responses=responses(NotFound))
@short_cut(FORM.short_one("comment_id"))
async def read_comment(comment_id: Id, project_id: Id, unit: Unit) -> Response:
    """One comment."""
    return await FORM.one(unit, project_id, comment_id)


@router.patch("/{comment_id}", responses=WRITES | responses(StaleRevision, IllegalStep, NotTheAuthor))
async def update_comment(
    project: Writing,
    comment_id: Id,
    body: CommentUpdate,
    identity: CurrentIdentity,
    response: Response,
    if_match: IfMatch = None,
) -> CommentState | Preview:
    """Say it better, or resolve it."""
    comment = await find(project, COMMENTS, comment_id)
    check_if_match(if_match, comment)
    return await conclude(project, await actions.update_comment(project, comment, body, identity), response)


@router.delete(
    "/{comment_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | WRITES | responses(StaleRevision, NotTheAuthor),
)
async def delete_comment(
    project: Writing, comment_id: Id, identity: CurrentIdentity, response: Response, if_match: IfMatch = None
) -> Preview | None:
    """Take a comment back."""
    comment = await find(project, COMMENTS, comment_id)
    check_if_match(if_match, comment)
    await actions.delete_comment(project, comment, identity)
    return await conclude_deletion(project, response)
