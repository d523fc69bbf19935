"""Publishing a status report."""

import hashlib
from datetime import date

import orjson

from contracts.project_events.reports import StatusReportState
from project_svc.projects.locked import LockedProject
from project_svc.projects.reading import ReadProject
from project_svc.register.actions import Entry, create
from project_svc.status_reports.content import content_of
from project_svc.status_reports.models import (
    STATUS_REPORTS,
    StatusReportContent,
    StatusReportCreate,
    StatusReportPublished,
)


async def publish_status_report(
    project: LockedProject, body: StatusReportCreate, published_by: str
) -> Entry[StatusReportState]:
    """Freeze the project's figures into a report. Raises InvalidRequest; Cycle, OutsideTime, Unschedulable (409)."""
    content = await content_of(ReadProject(project.session, project.row))
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    fields = {name: getattr(body, name) for name in StatusReportCreate.model_fields}
    published = StatusReportPublished(
        **fields,
        data_date=date.fromisoformat(content["data_date"]),
        content_hash=f"sha-256:{digest}",
        published_by=published_by,
    )
    entry = await create(project, STATUS_REPORTS, published)
    project.session.add(
        StatusReportContent(report_id=entry.record.id, organization_id=project.row.organization_id, content=content)
    )
    await project.session.flush()
    return entry
