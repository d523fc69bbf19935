"""Publishing a status report: the program's figures are frozen into it."""

import hashlib

import orjson

from contracts.program_events.control import StatusReportState
from contracts.project_events.reports import StatusReportFields
from program_svc.boundaries import LockedProgram
from program_svc.register.actions import create
from program_svc.reports.content import figures_of
from program_svc.reports.models import STATUS_REPORTS, StatusReportContent


async def publish(locked: LockedProgram, told: StatusReportFields, by: str) -> StatusReportState:
    """Publish what people say beside the figures as they stand. Raises InvalidRequest and Unschedulable."""
    content = (await figures_of(locked.session, locked.program)).content
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    report = await create(locked, STATUS_REPORTS, told, content_hash=f"sha-256:{digest}", published_by=by)
    kept = StatusReportContent(report_id=report.id, organization_id=locked.organization_id, content=content)
    locked.session.add(kept)
    await locked.session.flush()
    return report
