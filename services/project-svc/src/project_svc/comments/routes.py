"""`/projects/{project_id}/comments`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import Page, PageQuery
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, TransactionRoute
from contracts.project_events.comments import CommentedRecord, CommentState, CommentStatus
from contracts.values import Id, Label, Name
from project_svc.comments import actions
from project_svc.comments.models import COMMENTS, CommentCreate, CommentUpdate, NotTheAuthor
from project_svc.projects.locked import Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.projects.reading import Reading
from project_svc.register.actions import find, list_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview

router = APIRouter(prefix="/projects/{project_id}/comments", tags=["comments"], route_class=TransactionRoute)

WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed)


class CommentQuery(PageQuery):
    """Which comments."""

    record: CommentedRecord | None = None
    record_id: Id | None = None
    author: Label | None = None
    state: CommentStatus | None = None
    mentions: Name | None = None
    """Who is mentioned."""


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_comment(
    project: Writing, body: CommentCreate, identity: CurrentIdentity, response: Response
) -> CommentState | Preview:
    """Say something about any record of the project. Whoever is mentioned has it on the work list until it is resolved."""
    return await conclude(project, await actions.create_comment(project, body, identity.subject), response)


@router.get("", responses=responses(NotFound))
async def list_comments(project: Reading, query: Annotated[CommentQuery, Query()]) -> Page[CommentState]:
    """The project's comments; `record` and `record_id` ask for those on one record. Sort by `created_at` or `updated_at`."""
    mentioned = [] if query.mentions is None else [COMMENTS.table.c.mentions.contains([query.mentions])]
    records, following = await list_of(project, COMMENTS, query, *mentioned)
    return Page(items=records, next=following)


@router.get("/{comment_id}", responses=responses(NotFound))
async def read_comment(project: Reading, comment_id: Id, response: Response) -> CommentState:
    """One comment."""
    comment = await find(project, COMMENTS, comment_id)
    stamp(response, comment)
    return comment


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
