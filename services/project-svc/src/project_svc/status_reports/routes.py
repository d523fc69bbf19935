"""`/projects/{project_id}/status-reports`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from chassis.etag import stamp
from chassis.paging import Page, PageQuery
from chassis.problem import AlreadyExists, Forbidden, NotFound, Unavailable, responses
from chassis.unit_of_work import CurrentIdentity, TransactionRoute
from contracts.project_events.reports import StatusReportState
from contracts.values import Id, Label
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.projects.reading import Reading
from project_svc.register.actions import find, list_of
from project_svc.schedule.conclusion import PREVIEWED, conclude
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.status_reports import actions
from project_svc.status_reports.models import (
    STATUS_REPORTS,
    StatusReportContent,
    StatusReportCreate,
    StatusReportRead,
)

router = APIRouter(prefix="/projects/{project_id}/status-reports", tags=["reports"], route_class=TransactionRoute)

HTML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "the page"}
}


class StatusReportQuery(PageQuery):
    """Which reports."""

    published_by: Label | None = None


@router.post(
    "",
    status_code=201,
    responses=PREVIEWED
    | responses(NotFound, Forbidden, AlreadyExists, ProjectClosed, Cycle, OutsideTime, Unschedulable),
)
async def publish_status_report(
    project: Writing, body: StatusReportCreate, identity: CurrentIdentity, response: Response
) -> StatusReportState | Preview:
    """Publish a report. The project's figures are frozen into it, and it never changes."""
    return await conclude(project, await actions.publish_status_report(project, body, identity.subject), response)


@router.get("", responses=responses(NotFound))
async def list_status_reports(
    project: Reading, query: Annotated[StatusReportQuery, Query()]
) -> Page[StatusReportState]:
    """The project's reports, without their figures. Sort by `created_at`, `updated_at`, `ends_on` or `title`."""
    reports, following = await list_of(project, STATUS_REPORTS, query)
    return Page(items=reports, next=following)


@router.get("/{status_report_id}", responses=responses(NotFound))
async def read_status_report(project: Reading, status_report_id: Id, response: Response) -> StatusReportRead:
    """One report, with the figures as they stood when it was published."""
    report = await find(project, STATUS_REPORTS, status_report_id)
    kept = await project.session.get_one(StatusReportContent, report.id)
    stamp(response, report)
    return StatusReportRead(report=report, content=kept.content)


@router.get("/{status_report_id}/page", response_class=Response, responses=HTML | responses(NotFound, Unavailable))
async def print_status_report(project: Reading, status_report_id: Id) -> Response:
    """The same as one page to print, with its pictures: Gantt chart, S-curve, risk matrix, burn of float. It loads and runs nothing."""
    from project_svc.status_reports.printing import printed

    report = await find(project, STATUS_REPORTS, status_report_id)
    kept = await project.session.get_one(StatusReportContent, report.id)
    return await printed(report, kept.content)
