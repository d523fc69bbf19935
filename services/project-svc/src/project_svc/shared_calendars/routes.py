"""`/calendars`: those of the organisation, which its projects follow."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, PageQuery
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import Asked, short_cut
from chassis.statements import fetch_row
from chassis.unit_of_work import DryRun, TransactionRoute, Unit
from contracts.project_events.shared_calendars import SharedCalendarState
from contracts.values import Id, Name
from project_svc.calendars.models import CalendarContentCreate, CalendarContentUpdate, CalendarInUse
from project_svc.calendars.versions import (
    CalendarVersionRead,
    Version,
    form_of_versions,
    one_version,
    page_of_versions,
)
from project_svc.records import table_of
from project_svc.schedule.conclusion import PREVIEWED, conclude_deletion
from project_svc.schedule.models import Moved, Preview
from project_svc.schedule.problems import OutsideTime, Unschedulable
from project_svc.shared_calendars import actions
from project_svc.shared_calendars.models import SharedCalendar
from project_svc.shared_calendars.versions import SharedCalendarVersion
from project_svc.written import Form, RecordQuery, hours_per_day

router = APIRouter(prefix="/calendars", tags=["calendars"], route_class=TransactionRoute)

ORDER = Order(
    columns={"created_at": col(SharedCalendar.created_at), "name": col(SharedCalendar.name)},
    default="created_at",
    identity=col(SharedCalendar.id),
)
FORM = Form(
    table_of(SharedCalendar),
    SharedCalendarState,
    ORDER,
    filters={"name": "name"},
    own={"hours_per_day": hours_per_day},
)
READ = f"SELECT {FORM.columns} FROM shared_calendars WHERE id = $1 AND organization_id = $2"  # noqa: S608  (names of our own)

VERSIONS = form_of_versions(SharedCalendarVersion)


class SharedCalendarQuery(RecordQuery):
    """Which shared calendars."""

    name: Name | None = None


async def _list(asked: Asked) -> Response:
    return await list_shared_calendars(asked.unit, asked.query(SharedCalendarQuery))


async def _read(asked: Asked) -> Response:
    asked.expect_no_query()
    return await read_shared_calendar(asked.id("shared_calendar_id"), asked.unit)


@router.post("", status_code=201, responses=PREVIEWED | responses(Forbidden, AlreadyExists))
async def create_shared_calendar(
    unit: Unit, body: CalendarContentCreate, is_preview: DryRun, response: Response
) -> SharedCalendarState | Preview:
    """Share a calendar with the organisation. A project works by it once one of its own calendars follows it (`shared_calendar_id`)."""
    shared = await actions.create_shared_calendar(unit.session, unit.identity, body)
    if is_preview:
        response.status_code = 200
        return Preview(moved=[])
    stamp(response, shared)
    return shared.wire()


@router.get("", response_model=Page[SharedCalendarState])
@short_cut(_list)
async def list_shared_calendars(unit: Unit, query: Annotated[SharedCalendarQuery, Query()]) -> Response:
    """The organisation's shared calendars. Sort by `created_at` or `name`."""
    where = {"organization_id": unit.identity.organization_id}
    return FORM.answer(*await FORM.records(unit, query, where))


@router.get("/{shared_calendar_id}", response_model=SharedCalendarState, responses=responses(NotFound))
@short_cut(_read)
async def read_shared_calendar(shared_calendar_id: Id, unit: Unit) -> Response:
    """One shared calendar, its public holidays listed day by day."""
    return FORM.answer_one(await fetch_row(unit.session, READ, shared_calendar_id, unit.identity.organization_id))


@router.get("/{shared_calendar_id}/versions", response_model=Page[CalendarVersionRead], responses=responses(NotFound))
async def list_shared_calendar_versions(
    shared_calendar_id: Id, unit: Unit, query: Annotated[PageQuery, Query()]
) -> Response:
    """What the shared calendar said from which instant on, the first version first; `sort=-version` begins with the present one."""
    return await page_of_versions(VERSIONS, unit, query, calendar_id=shared_calendar_id)


@router.get(
    "/{shared_calendar_id}/versions/{version}", response_model=CalendarVersionRead, responses=responses(NotFound)
)
async def read_shared_calendar_version(shared_calendar_id: Id, version: Version, unit: Unit) -> Response:
    """One version of the shared calendar. It never changes."""
    return await one_version(VERSIONS, unit, version, calendar_id=shared_calendar_id)


@router.patch(
    "/{shared_calendar_id}", responses=responses(NotFound, Forbidden, OutsideTime, Unschedulable, StaleRevision)
)
async def update_shared_calendar(
    shared_calendar_id: Id,
    unit: Unit,
    body: CalendarContentUpdate,
    is_preview: DryRun,
    response: Response,
    if_match: IfMatch = None,
) -> SharedCalendarState | Preview:
    """Change a shared calendar. Every open project that follows it changes with it, in the same transaction; with `dry_run=true`: what would move."""
    session, organization_id = unit.session, unit.identity.organization_id
    projects = await actions.lock_followers(session, organization_id, shared_calendar_id, is_preview=is_preview)
    shared = await actions.update_shared_calendar(
        session, projects, organization_id, shared_calendar_id, body, if_match
    )
    moved: list[Moved] = []
    for project in projects.values():
        if (preview := await conclude_deletion(project, response)) is not None:
            moved += preview.moved
    if is_preview:
        response.status_code = 200
        return Preview(moved=moved)
    stamp(response, shared)
    return shared.wire()


@router.delete(
    "/{shared_calendar_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | responses(NotFound, Forbidden, StaleRevision, CalendarInUse),
)
async def delete_shared_calendar(
    shared_calendar_id: Id, unit: Unit, is_preview: DryRun, response: Response, if_match: IfMatch = None
) -> Preview | None:
    """Remove a shared calendar that no project follows."""
    await actions.delete_shared_calendar(unit.session, unit.identity.organization_id, shared_calendar_id, if_match)
    if not is_preview:
        return None
    response.status_code = 200
    return Preview(moved=[])
