"""Status reports: declared, and the figures that were frozen with them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from contracts.program_events.control import StatusReportState
from contracts.program_events.registers import STATUS_REPORT
from contracts.project_events.reports import StatusReportFields
from program_svc.register.declared import Broken, Declared
from program_svc.tables import ProgramTable


class StatusReportContent(ProgramTable, table=True):
    """The figures of a report as they stood when it was published."""

    __tablename__ = "status_report_contents"

    report_id: UUID = Field(primary_key=True, foreign_key="status_reports.id", ondelete="CASCADE")
    organization_id: UUID
    content: dict[str, Any] = Field(sa_type=JSONB)


def _rules(report: StatusReportState) -> Iterable[Broken]:
    if report.ends_on < report.starts_on:
        yield "/ends_on", "ends_before_it_starts", "The period would end before it begins."


STATUS_REPORTS = Declared(
    name="status_report",
    collection="status_reports",
    about="how it stands, as it was published.",
    fields=StatusReportFields,
    state=StatusReportState,
    life=STATUS_REPORT,
    filters=("published_by",),
    sorts=("ends_on", "title"),
    rules=_rules,
)
