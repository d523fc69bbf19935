"""Links: types, lags and the units that lags are shown in."""

from decimal import Decimal

from planning.exchange.document import DocumentLink, DocumentTask
from planning.exchange.elements import Element
from planning.exchange.errors import UnknownReference
from planning.exchange.mspdi.numbers import ELAPSED, ESTIMATED, LAG_UNITS_PER_MINUTE, LINKS, PERCENT, UNITS
from planning.exchange.mspdi.read_tasks import ReadTasks
from planning.exchange.mspdi.values import Record
from planning.plan import LagCalendar, LinkType

ELAPSED_PERCENT = 20


def read_links(read: ReadTasks) -> tuple[DocumentLink, ...]:
    """The links of all tasks, in the file's order. Raises BadValue, UnknownReference."""
    tasks = {task.source_id: task for task in read.tasks}
    links: list[DocumentLink] = []
    for record in read.records:
        for element in record.element.every("PredecessorLink"):
            link = _link(element, record, tasks, read.left_out)
            if link is not None:
                links.append(link)
    return tuple(links)


def _link(element: Element, task: Record, tasks: dict[str, DocumentTask], left_out: set[str]) -> DocumentLink | None:
    record = Record(element, "link", task.report, task.source_id)
    before = record.text("PredecessorUID")
    if before is None:
        raise record.bad("PredecessorUID", "there")
    if record.flag("CrossProject") or before in left_out:
        record.dropped("PredecessorLink", "a link to a task that is not in the project")
        return None
    if before not in tasks:
        raise UnknownReference("PredecessorLink/PredecessorUID", element.line, before)
    if before == task.source_id:
        raise record.bad("PredecessorUID", "another task")
    kind = record.known("Type", LINKS) or LinkType.FS
    lag, lag_calendar = _lag(record, tasks[before].duration)
    record.close(ignored=["CrossProjectName"])
    return DocumentLink(before, task.source_id, kind, lag, lag_calendar)


def _lag(record: Record, duration: int) -> tuple[int, LagCalendar]:
    """Minutes and whose. Project works a lag off in the successor's calendar; in elapsed time every minute counts."""
    given = Decimal(record.integer("LinkLag") or 0)
    number = record.integer("LagFormat", 0, 99)
    unit = None if number is None else number - ESTIMATED if number > ESTIMATED else number
    if unit is not None and unit not in UNITS:
        raise record.bad("LagFormat", "one of Project's formats of a lag")
    if unit in PERCENT:
        exact = given * duration / 100
        if given:
            record.converted("LinkLag", "a percentage of the predecessor's duration is kept as the time that it is now")
    else:
        exact = given / LAG_UNITS_PER_MINUTE
    lag = int(exact.to_integral_value())
    if lag != exact:
        record.converted("LinkLag", "rounded to whole minutes")
    is_elapsed = lag != 0 and (unit in ELAPSED or unit == ELAPSED_PERCENT)
    return lag, LagCalendar.ROUND_THE_CLOCK if is_elapsed else LagCalendar.SUCCESSOR
