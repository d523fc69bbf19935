"""`/projects/{project_id}/status-reports`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from chassis.paging import Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, Unavailable, responses
from chassis.short_cuts import Asked, short_cut
from chassis.statements import fetch_row
from chassis.unit_of_work import CurrentIdentity, TransactionRoute, Unit
from contracts.project_events.reports import StatusReportState
from contracts.values import Id
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.projects.reading import Reading
from project_svc.register.actions import find
from project_svc.register.forms import form_of
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
from project_svc.written import answer_with_etag

router = APIRouter(prefix="/projects/{project_id}/status-reports", tags=["reports"], route_class=TransactionRoute)
FORM = form_of(STATUS_REPORTS)
READ = f"""
    SELECT {FORM.columns}, (SELECT content FROM status_report_contents WHERE report_id = id) AS content
    FROM status_reports WHERE id = $1 AND project_id = $2 AND organization_id = $3
"""  # noqa: S608  (names of our own)

HTML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "the page"}
}


StatusReportQuery = STATUS_REPORTS.query


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


@router.get("", response_model=Page[StatusReportState], responses=responses(NotFound))
@short_cut(FORM.short_page(StatusReportQuery))
async def list_status_reports(
    project_id: Id,
    unit: Unit,
    query: Annotated[StatusReportQuery, Query()],  # type: ignore[valid-type]  # made from the declaration
) -> Response:
    """The project's reports, without their figures. Sort by `created_at`, `updated_at`, `title`, `starts_on` or `ends_on`."""
    return await FORM.page(unit, project_id, query)


async def _read(asked: Asked) -> Response:
    asked.expect_no_query()
    return await read_status_report(asked.id("status_report_id"), asked.id("project_id"), asked.unit)


@router.get("/{status_report_id}", response_model=StatusReportRead, responses=responses(NotFound))
@short_cut(_read)
async def read_status_report(status_report_id: Id, project_id: Id, unit: Unit) -> Response:
    """One report, with the figures as they stood when it was published."""
    record = await fetch_row(unit.session, READ, status_report_id, project_id, unit.identity.organization_id)
    if record is None:
        raise NotFound
    return answer_with_etag({"report": FORM.written(record), "content": record["content"]}, record["revision"])


@router.get("/{status_report_id}/page", response_class=Response, responses=HTML | responses(NotFound, Unavailable))
async def print_status_report(project: Reading, status_report_id: Id) -> Response:
    """The same as one page to print, with its pictures: Gantt chart, S-curve, risk matrix, burn of float. It loads and runs nothing."""
    from project_svc.status_reports.printing import printed

    report = await find(project, STATUS_REPORTS, status_report_id)
    kept = await project.session.get_one(StatusReportContent, report.id)
    return await printed(report, kept.content)
