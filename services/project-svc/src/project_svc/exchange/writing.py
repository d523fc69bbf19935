"""Documents as files, and what they leave out as a header."""

from collections.abc import Iterable
from urllib.parse import quote

import orjson

from contracts.values import MINUTES_PER_DAY
from planning.exchange import Document, FidelityReport, Finding, write_mspdi
from planning.plan import Progress
from project_svc.exchange.csv_resources import report_losses
from project_svc.exchange.csv_writing import write_csv
from project_svc.exchange.json_form import write_json


def write(document: Document, form: str) -> tuple[bytes, FidelityReport]:
    """The file in a form (`mspdi`, `csv`, `json`), and what of the document it has no place for."""
    if form == "mspdi":
        return write_mspdi(document)
    report = FidelityReport()
    if form == "json":
        return write_json(document), report
    if document.project.calendar_id is not None:
        report.dropped("project", "calendar_id", "", "a table has no calendars")
    if document.project.minutes_per_day != MINUTES_PER_DAY:
        report.converted("project", "hours_per_day", "", "a table has days of eight hours")
    if document.project.progress_logic is Progress.OVERRIDE:
        report.dropped("project", "progress_logic", "", "a table does not say what holds started work")
    if document.project.critical_float:
        report.dropped("project", "critical_float", "", "a table does not say what is critical")
    for calendar in document.calendars:
        report.dropped("calendar", "calendar", calendar.source_id, "a table has no calendars")
    for task in document.tasks:
        if task.baselines:
            report.dropped("task", "baselines", task.source_id, "a table has no baselines")
        if task.calendar_id is not None:
            report.dropped("task", "calendar_id", task.source_id, "a table has no calendars")
        if task.cost is not None:
            report.dropped("task", "cost", task.source_id, "a table has no costs")
    report_losses(document, report)
    return write_csv(document), report


def told(findings: Iterable[Finding]) -> str:
    """Findings as a header has them: JSON, percent-encoded where a header has to."""
    listed = [
        {
            "loss": each.loss.value,
            "record": each.record,
            "field": each.field,
            "reason": each.reason,
            "count": len(each.source_ids),
        }
        for each in findings
    ]
    return quote(orjson.dumps(listed), safe=" !\"#$&'()*+,-./:;<=>?@[]^_`{|}~")
