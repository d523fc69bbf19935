"""Status reports: declared, and the figures that were frozen with them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlmodel import Field

from contracts.project_events.baselines import ContentHash
from contracts.project_events.registers import STATUS_REPORT
from contracts.project_events.reports import StatusReportFields, StatusReportState
from contracts.values import Day, ExternalRef, Label, Shape
from project_svc.records import DOCUMENT, Row
from project_svc.register.declared import Broken, Declared


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
    sorts=("title",),
    days=("starts_on", "ends_on"),
    rules=_rules,
)
TABLE = STATUS_REPORTS.table


class StatusReportContent(Row, table=True):
    """The figures of a report as they stood when it was published."""

    __tablename__ = "status_report_contents"

    report_id: UUID = Field(primary_key=True, foreign_key="status_reports.id", ondelete="CASCADE")
    organization_id: UUID
    content: dict[str, Any] = Field(sa_type=DOCUMENT)


class StatusReportCreate(StatusReportFields):
    """A report to be published."""

    external_ref: ExternalRef | None = None


class StatusReportPublished(StatusReportCreate):
    """A new report with what was frozen into it."""

    data_date: Day
    content_hash: ContentHash
    published_by: Label


class StatusReportRead(Shape):
    """A report with the figures as they stood."""

    report: StatusReportState
    content: dict[str, JsonValue]
