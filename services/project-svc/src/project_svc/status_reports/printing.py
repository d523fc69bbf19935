"""A status report as it is printed. Loaded by the first who asks for a page."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from chassis.problem import Unavailable
from contracts.project_events.reports import StatusReportState
from pictures import HEADERS, MEDIA_TYPE, TooBusy, draw
from project_svc.status_reports.drawings import drawings_of
from project_svc.status_reports.page import page_of


async def printed(report: StatusReportState, content: Mapping[str, Any]) -> Response:
    """The report's page with its pictures. Raises Unavailable while too many are being drawn."""
    wanted = drawings_of(content)
    try:
        drawn = dict(zip(wanted, await draw(list(wanted.values())), strict=True))
    except TooBusy as error:
        raise Unavailable("Too many pages are being drawn.", retry_after=5) from error
    return Response(page_of(report, content, drawn), media_type=MEDIA_TYPE, headers=HEADERS)
