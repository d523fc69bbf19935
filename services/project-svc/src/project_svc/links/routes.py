"""`/projects/{project_id}/links`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Order, Page
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import Asked, answer, short_cut
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events import LinkState
from contracts.values import Id
from contracts.vocabulary import LagCalendar, LinkType
from project_svc.links import actions
from project_svc.links.models import Link, LinkCreate, LinkUpdate
from project_svc.projects.locked import Writing, writing
from project_svc.projects.models import ProjectClosed
from project_svc.records import table_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime
from project_svc.tasks.rules import OtherProject
from project_svc.written import Form, RecordQuery, duration, hours_per_day

router = APIRouter(prefix="/projects/{project_id}/links", tags=["links"], route_class=TransactionRoute)

WRITES = responses(NotFound, Forbidden, Conflict, AlreadyExists, ProjectClosed, OtherProject, Cycle, OutsideTime)
ORDER = Order(columns={"created_at": col(Link.created_at)}, default="created_at", identity=col(Link.id))
FORM = Form(
    table_of(Link),
    LinkState,
    ORDER,
    filters={
        "type": "type",
        "lag_calendar": "lag_calendar",
        "predecessor_id": "predecessor_id",
        "successor_id": "successor_id",
        "task_id": "{} IN (predecessor_id, successor_id)",
    },
    own={"hours_per_day": hours_per_day, "lag": duration("lag")},
)


class LinkQuery(RecordQuery):
    """Which links."""

    type: LinkType | None = None
    lag_calendar: LagCalendar | None = None
    predecessor_id: Id | None = None
    successor_id: Id | None = None
    task_id: Id | None = None
    """Either end."""


async def _create(asked: Asked) -> Response:
    asked.expect_no_query()
    body = await asked.body(LinkCreate)
    response = Response()
    link = await create_link(await writing(asked.id("project_id"), asked.unit), body, response)
    return answer(link, response, 201)


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
@short_cut(_create, writes_at_once=True)
async def create_link(project: Writing, body: LinkCreate, response: Response) -> LinkState | Preview:
    """Let one task wait for another. 409 `cycle`, with its path, if that task already waits for this one."""
    project.write_later()
    link = await actions.create_link(project, body)
    return await conclude(project, link, response)


@router.get("", response_model=Page[LinkState], responses=responses(NotFound))
@short_cut(FORM.short_page(LinkQuery))
async def list_links(project_id: Id, unit: Unit, query: Annotated[LinkQuery, Query()]) -> Response:
    """The project's links. Sort by `created_at`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{link_id}", response_model=LinkState, responses=responses(NotFound))
@short_cut(FORM.short_one("link_id"))
async def read_link(link_id: Id, project_id: Id, unit: Unit) -> Response:
    """One link."""
    return await FORM.one(unit, project_id, link_id)


@router.patch("/{link_id}", responses=WRITES | responses(StaleRevision))
async def update_link(
    project: Writing, link_id: Id, body: LinkUpdate, response: Response, if_match: IfMatch = None
) -> LinkState | Preview:
    """Change a link's type or lag."""
    link = await project.load(Link, link_id)
    check_if_match(if_match, link)
    await actions.update_link(project, link, body)
    return await conclude(project, link, response)


@router.delete(
    "/{link_id}", status_code=204, response_model=None, responses=PREVIEWED | WRITES | responses(StaleRevision)
)
async def delete_link(project: Writing, link_id: Id, response: Response, if_match: IfMatch = None) -> Preview | None:
    """Remove a link."""
    link = await project.find(Link, link_id)
    check_if_match(if_match, link)
    await actions.delete_link(project, link)
    return await conclude_deletion(project, response)
