"""Documents as files."""

from planning.exchange import Document, FidelityReport, write_mspdi
from project_svc.exchange.csv_form import write_csv
from project_svc.exchange.csv_resources import report_losses
from project_svc.exchange.json_form import write_json


def write(document: Document, form: str) -> tuple[bytes, FidelityReport]:
    """The file in a form (`mspdi`, `csv`, `json`), and what it has no place for."""
    if form == "mspdi":
        return write_mspdi(document)
    report = FidelityReport()
    if form == "json":
        return write_json(document), report
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
