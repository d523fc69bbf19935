"""`/projects/{project_id}/resources`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Order, Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import short_cut
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events.resources import ResourceKind, ResourceState
from contracts.values import Id, Label, Name
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.records import table_of
from project_svc.resources import actions
from project_svc.resources.models import Resource, ResourceCreate, ResourceInUse, ResourceUpdate
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.written import Form, RecordQuery

router = APIRouter(prefix="/projects/{project_id}/resources", tags=["resources"], route_class=TransactionRoute)

WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed)
ORDER = Order(
    columns={"created_at": col(Resource.created_at), "name": col(Resource.name)},
    default="created_at",
    identity=col(Resource.id),
)


FORM = Form(
    table_of(Resource),
    ResourceState,
    ORDER,
    filters={"name": '"name"', "kind": '"kind"', "group": '"group"', "calendar_id": '"calendar_id"'},
    own={},
)


class ResourceQuery(RecordQuery):
    """Which resources."""

    name: Name | None = None
    kind: ResourceKind | None = None
    group: Label | None = None
    calendar_id: Id | None = None


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_resource(project: Writing, body: ResourceCreate, response: Response) -> ResourceState | Preview:
    """Add somebody or something that the work takes, with what it costs from which day on."""
    resource = await actions.create_resource(project, body)
    return await conclude(project, resource, response)


@router.get("", response_model=Page[ResourceState], responses=responses(NotFound))
@short_cut(FORM.short_page(ResourceQuery))
async def list_resources(project_id: Id, unit: Unit, query: Annotated[ResourceQuery, Query()]) -> Response:
    """The project's resources. Sort by `created_at` or `name`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{resource_id}", response_model=ResourceState, responses=responses(NotFound))
@short_cut(FORM.short_one("resource_id"))
async def read_resource(resource_id: Id, project_id: Id, unit: Unit) -> Response:
    """One resource."""
    return await FORM.one(unit, project_id, resource_id)


@router.patch("/{resource_id}", responses=WRITES | responses(StaleRevision))
async def update_resource(
    project: Writing, resource_id: Id, body: ResourceUpdate, response: Response, if_match: IfMatch = None
) -> ResourceState | Preview:
    """Change a resource. Its rates are replaced as a whole; what work costs follows from them when it is asked for."""
    resource = await project.find(Resource, resource_id)
    check_if_match(if_match, resource)
    await actions.update_resource(project, resource, body)
    return await conclude(project, resource, response)


@router.delete(
    "/{resource_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | WRITES | responses(StaleRevision, ResourceInUse),
)
async def delete_resource(
    project: Writing, resource_id: Id, response: Response, if_match: IfMatch = None
) -> Preview | None:
    """Remove a resource that no work is assigned to."""
    resource = await project.find(Resource, resource_id)
    check_if_match(if_match, resource)
    await actions.delete_resource(project, resource)
    return await conclude_deletion(project, response)
