"""`/projects/{project_id}/calendars`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Order, Page, PageQuery
from chassis.problem import (
    AlreadyExists,
    Conflict,
    Forbidden,
    NotFound,
    StaleRevision,
    UnsupportedMediaType,
    responses,
)
from chassis.short_cuts import short_cut
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events import CalendarState
from contracts.values import Day, Id, Name
from project_svc.calendars import actions
from project_svc.calendars.models import Calendar, CalendarCreate, CalendarInUse, CalendarUpdate
from project_svc.calendars.versions import (
    CalendarVersion,
    CalendarVersionRead,
    Version,
    form_of_versions,
    one_version,
    page_of_versions,
)
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.records import table_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import OutsideTime, Unschedulable
from project_svc.written import Form, RecordQuery, hours_per_day

router = APIRouter(prefix="/projects/{project_id}/calendars", tags=["calendars"], route_class=TransactionRoute)

ICS = "text/calendar"
ICS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {ICS: {"schema": {"type": "string", "format": "binary"}}},
    }
}
WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed)
MOVES = WRITES | responses(NotFound, Forbidden, Conflict, ProjectClosed, OutsideTime, Unschedulable, StaleRevision)
ORDER = Order(
    columns={"created_at": col(Calendar.created_at), "name": col(Calendar.name)},
    default="created_at",
    identity=col(Calendar.id),
)


FORM = Form(
    table_of(Calendar),
    CalendarState,
    ORDER,
    filters={"name": '"name"', "shared_calendar_id": "shared_calendar_id"},
    own={"hours_per_day": hours_per_day},
)


VERSIONS = form_of_versions(CalendarVersion)


class CalendarQuery(RecordQuery):
    """Which calendars."""

    name: Name | None = None
    shared_calendar_id: Id | None = None


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_calendar(project: Writing, body: CalendarCreate, response: Response) -> CalendarState | Preview:
    """Add a calendar. The project and its tasks work by it once they name it as their `calendar_id`."""
    calendar = await actions.create_calendar(project, body)
    return await conclude(project, calendar, response)


@router.get("", response_model=Page[CalendarState], responses=responses(NotFound))
@short_cut(FORM.short_page(CalendarQuery))
async def list_calendars(project_id: Id, unit: Unit, query: Annotated[CalendarQuery, Query()]) -> Response:
    """The project's calendars. Sort by `created_at` or `name`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{calendar_id}", response_model=CalendarState, responses=responses(NotFound))
@short_cut(FORM.short_one("calendar_id"))
async def read_calendar(calendar_id: Id, project_id: Id, unit: Unit) -> Response:
    """One calendar, its public holidays listed day by day."""
    return await FORM.one(unit, project_id, calendar_id)


@router.get("/{calendar_id}/versions", response_model=Page[CalendarVersionRead], responses=responses(NotFound))
async def list_calendar_versions(
    project_id: Id, calendar_id: Id, unit: Unit, query: Annotated[PageQuery, Query()]
) -> Response:
    """What the calendar said from which instant on, the first version first; `sort=-version` begins with the present one."""
    return await page_of_versions(VERSIONS, unit, query, calendar_id=calendar_id, project_id=project_id)


@router.get("/{calendar_id}/versions/{version}", response_model=CalendarVersionRead, responses=responses(NotFound))
async def read_calendar_version(project_id: Id, calendar_id: Id, version: Version, unit: Unit) -> Response:
    """One version of the calendar. It never changes."""
    return await one_version(VERSIONS, unit, version, calendar_id=calendar_id, project_id=project_id)


@router.patch("/{calendar_id}", responses=MOVES)
async def update_calendar(
    project: Writing, calendar_id: Id, body: CalendarUpdate, response: Response, if_match: IfMatch = None
) -> CalendarState | Preview:
    """Change a calendar; what is planned by it moves in the same transaction, with `dry_run=true` in the answer."""
    calendar = await project.find(Calendar, calendar_id)
    check_if_match(if_match, calendar)
    await actions.update_calendar(project, calendar, body)
    return await conclude(project, calendar, response)


@router.post(
    "/{calendar_id}/exceptions/import", responses=MOVES | responses(UnsupportedMediaType), openapi_extra=ICS_BODY
)
async def import_exceptions(
    project: Writing,
    calendar_id: Id,
    request: Request,
    response: Response,
    first: Annotated[
        Day | None, Query(description="the first day to look at; else a year before the project's")
    ] = None,
    last: Annotated[Day | None, Query(description="the last day to look at; else twenty years after it")] = None,
    if_match: IfMatch = None,
) -> CalendarState | Preview:
    """Make exceptions of the events of an iCalendar file (`text/calendar`): whole days become free, timed events take their hours."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != ICS:
        raise UnsupportedMediaType(f"Send an iCalendar file as {ICS}.")
    calendar = await project.find(Calendar, calendar_id)
    check_if_match(if_match, calendar)
    await actions.import_exceptions(project, calendar, await request.body(), first, last)
    return await conclude(project, calendar, response)


@router.delete(
    "/{calendar_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | WRITES | responses(StaleRevision, CalendarInUse),
)
async def delete_calendar(
    project: Writing, calendar_id: Id, response: Response, if_match: IfMatch = None
) -> Preview | None:
    """Remove a calendar that neither the project nor a task works by."""
    calendar = await project.find(Calendar, calendar_id)
    check_if_match(if_match, calendar)
    await actions.delete_calendar(project, calendar)
    return await conclude_deletion(project, response)
