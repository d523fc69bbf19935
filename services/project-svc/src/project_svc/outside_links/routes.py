"""`/projects/{project_id}/outside-links`. Imports write them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Page
from chassis.problem import Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import short_cut
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.values import Id
from project_svc.outside_links.models import FORM, OUTSIDE_LINKS, OutsideLinkRead
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.register.actions import find, remove
from project_svc.schedule.conclusion import PREVIEWED, conclude_deletion
from project_svc.schedule.models import Preview

router = APIRouter(prefix="/projects/{project_id}/outside-links", tags=["imports"], route_class=TransactionRoute)
OutsideLinkQuery = OUTSIDE_LINKS.query


@router.get("", response_model=Page[OutsideLinkRead], responses=responses(NotFound))
@short_cut(FORM.short_page(OutsideLinkQuery))
async def list_outside_links(
    project_id: Id,
    unit: Unit,
    query: Annotated[OutsideLinkQuery, Query()],  # type: ignore[valid-type]  # made from the declaration
) -> Response:
    """Links of the imported plan to tasks of other projects, and what each waits for. Sort by `created_at` or `updated_at`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{outside_link_id}", response_model=OutsideLinkRead, responses=responses(NotFound))
@short_cut(FORM.short_one("outside_link_id"))
async def read_outside_link(outside_link_id: Id, project_id: Id, unit: Unit) -> Response:
    """One link to a task of another project."""
    return await FORM.one(unit, project_id, outside_link_id)


@router.delete(
    "/{outside_link_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | responses(NotFound, Forbidden, ProjectClosed, StaleRevision),
)
async def delete_outside_link(
    project: Writing, outside_link_id: Id, response: Response, if_match: IfMatch = None
) -> Preview | None:
    """Wait no longer; the next import of a file that has the link brings it back. A dependency that stands for it stays."""
    record = await find(project, OUTSIDE_LINKS, outside_link_id)
    check_if_match(if_match, record)
    await remove(project, OUTSIDE_LINKS, record)
    return await conclude_deletion(project, response)
