"""`/programs/{id}/roadmap`, `…/roadmap.svg` and `/programs/{id}/status-reports`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import JsonValue

from chassis.etag import stamp
from chassis.paging import Page, PageQuery
from chassis.problem import AlreadyExists, Forbidden, NotFound, Unavailable, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.program_events.control import StatusReportState
from contracts.project_events.reports import StatusReportFields
from contracts.values import Day, ExternalRef, Id, Label, Shape
from pictures import HEADERS, MEDIA_TYPE, TooBusy, draw
from program_svc.network.queries import Unschedulable
from program_svc.permissions import Writer
from program_svc.programs.actions import lock_open_program
from program_svc.programs.models import ProgramClosed
from program_svc.programs.queries import reflect_program, the_program
from program_svc.register.actions import find, page_of
from program_svc.reports import page
from program_svc.reports.drawing import drawn
from program_svc.reports.drawings import drawings_of
from program_svc.reports.models import STATUS_REPORTS, StatusReportContent
from program_svc.reports.publishing import publish
from program_svc.reports.roadmap import Period, RoadmapRead, roadmap_of
from program_svc.reports.seen import report_as_seen, seen
from program_svc.sight import CurrentSight

router = APIRouter(prefix="/programs/{program_id}", tags=["reports"], route_class=TransactionRoute)

SVG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}, "description": "the picture"}
}
HTML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "the page"}
}


def _period(
    first: Annotated[Day | None, Query(alias="from", description="the first day")] = None,
    last: Annotated[Day | None, Query(alias="to", description="the last day")] = None,
    project_id: Annotated[Id | None, Query(description="of this project alone")] = None,
) -> Period:
    return Period(first, last, project_id)


AskedPeriod = Annotated[Period, Depends(_period)]


class StatusReportCreate(StatusReportFields):
    """A report to be published."""

    external_ref: ExternalRef | None = None


class StatusReportQuery(PageQuery):
    """Which reports."""

    published_by: Label | None = None


class StatusReportRead(Shape):
    """A report with the figures as they stood."""

    report: StatusReportState
    content: dict[str, JsonValue]


@router.get("/roadmap", responses=responses(NotFound))
async def read_program_roadmap(
    program_id: Id, session: Session, period: AskedPeriod, response: Response
) -> RoadmapRead:
    """The program's projects, milestones and gates over time, of a period or one project if asked."""
    program = await the_program(session, program_id)
    await reflect_program(session, response, program)
    return await roadmap_of(session, program, period)


@router.get("/roadmap.svg", response_class=Response, responses=SVG | responses(NotFound))
async def draw_program_roadmap(program_id: Id, session: Session, sight: CurrentSight, period: AskedPeriod) -> Response:
    """The same as a picture."""
    program = await the_program(session, program_id)
    roadmap = seen((await roadmap_of(session, program, period)).model_dump(mode="json"), sight.sees)
    answer = Response(drawn(RoadmapRead.model_validate(roadmap)), media_type="image/svg+xml")
    await reflect_program(session, answer, program)
    return answer


@router.post(
    "/status-reports",
    status_code=201,
    responses=responses(NotFound, Forbidden, AlreadyExists, ProgramClosed, Unschedulable),
)
async def publish_status_report(
    program_id: Id, body: StatusReportCreate, session: Session, writer: Writer, response: Response
) -> StatusReportState:
    """Publish a report. The program's figures are frozen into it, and it never changes."""
    report = await publish(await lock_open_program(session, program_id), body, writer.subject)
    stamp(response, report)
    return report


@router.get("/status-reports", responses=responses(NotFound))
async def list_status_reports(
    program_id: Id, session: Session, query: Annotated[StatusReportQuery, Query()]
) -> Page[StatusReportState]:
    """The program's reports, without their figures. Sort by `created_at`, `updated_at`, `ends_on` or `title`."""
    await the_program(session, program_id)
    reports, following = await page_of(session, program_id, STATUS_REPORTS, query)
    return Page(items=reports, next=following)


@router.get("/status-reports/{status_report_id}", responses=responses(NotFound))
async def read_status_report(
    program_id: Id, status_report_id: Id, session: Session, sight: CurrentSight, response: Response
) -> StatusReportRead:
    """One report, with the figures as they stood when it was published. Sums over projects that you do not see are null."""
    report = await find(session, program_id, STATUS_REPORTS, status_report_id)
    kept = await session.get_one(StatusReportContent, report.id)
    stamp(response, report)
    return StatusReportRead(report=report, content=report_as_seen(kept.content, sight.sees))


@router.get(
    "/status-reports/{status_report_id}/page",
    response_class=Response,
    responses=HTML | responses(NotFound, Unavailable),
)
async def print_status_report(program_id: Id, status_report_id: Id, session: Session, sight: CurrentSight) -> Response:
    """The same as one page to print, with its pictures: roadmap, dependency map, risk matrix, goal tree, S-curve. It loads and runs nothing."""
    report = await find(session, program_id, STATUS_REPORTS, status_report_id)
    kept = await session.get_one(StatusReportContent, report.id)
    content = report_as_seen(kept.content, sight.sees)
    wanted = drawings_of(content)
    try:
        pictures = dict(zip(wanted, await draw(list(wanted.values())), strict=True))
    except TooBusy as error:
        raise Unavailable("Too many pages are being drawn.", retry_after=5) from error
    return Response(page.page_of(report, content, pictures), media_type=MEDIA_TYPE, headers=HEADERS)
