"""Links: types, lags and the units that lags are shown in."""

from decimal import Decimal

from planning.exchange.document import DocumentLink, DocumentTask, OtherEnd, OutsideLink
from planning.exchange.elements import Element
from planning.exchange.errors import UnknownReference
from planning.exchange.mspdi.numbers import ELAPSED, ESTIMATED, LAG_UNITS_PER_MINUTE, LINKS, PERCENT, UNITS
from planning.exchange.mspdi.outside import Outside, outside_of
from planning.exchange.mspdi.read_tasks import ReadTasks
from planning.exchange.mspdi.values import Record
from planning.plan import LagCalendar, LinkType

ELAPSED_PERCENT = 20


def read_links(read: ReadTasks) -> tuple[tuple[DocumentLink, ...], tuple[OutsideLink, ...]]:
    """The links of all tasks, in the file's order, and those to tasks of other projects. Raises BadValue, UnknownReference."""
    tasks = {task.source_id: task for task in read.tasks}
    links: list[DocumentLink] = []
    outside: list[OutsideLink] = []
    for record in read.records:
        for element in record.element.every("PredecessorLink"):
            match _link(element, record, tasks, read):
                case DocumentLink() as link:
                    links.append(link)
                case OutsideLink() as link:
                    outside.append(link)
    for row, place in read.outside.values():
        told = [_link_out(element, row, place, tasks) for element in row.element.every("PredecessorLink")]
        outside += [each for each in told if each is not None]
    return tuple(links), tuple(outside)


def _link(
    element: Element, task: Record, tasks: dict[str, DocumentTask], read: ReadTasks
) -> DocumentLink | OutsideLink | None:
    record = Record(element, "link", task.report, task.source_id)
    before = record.text("PredecessorUID")
    if before is None:
        raise record.bad("PredecessorUID", "there")
    if record.flag("CrossProject") or before in read.left_out:
        place = read.outside[before][1] if before in read.outside else outside_of(record.text("CrossProjectName"))
        if place is None:
            record.dropped("PredecessorLink", "a link to a task that is not in the project")
            return None
        kind, (lag, lag_calendar) = record.known("Type", LINKS) or LinkType.FS, _lag(record, 0)
        record.close(ignored=["CrossProjectName"])
        return OutsideLink(task.source_id, *place, OtherEnd.PREDECESSOR, kind, lag, lag_calendar)
    if before not in tasks:
        raise UnknownReference("PredecessorLink/PredecessorUID", element.line, before)
    if before == task.source_id:
        raise record.bad("PredecessorUID", "another task")
    kind = record.known("Type", LINKS) or LinkType.FS
    lag, lag_calendar = _lag(record, tasks[before].duration)
    record.close(ignored=["CrossProjectName"])
    return DocumentLink(before, task.source_id, kind, lag, lag_calendar)


def _link_out(element: Element, row: Record, place: Outside, tasks: dict[str, DocumentTask]) -> OutsideLink | None:
    """A link to a task of another project: in the row that stands for it."""
    record = Record(element, "link", row.report, row.source_id)
    before = record.text("PredecessorUID")
    if before not in tasks:
        record.dropped("PredecessorLink", "a link between tasks of other projects")
        return None
    kind, (lag, lag_calendar) = record.known("Type", LINKS) or LinkType.FS, _lag(record, tasks[before].duration)
    record.flag("CrossProject")
    record.close(ignored=["CrossProjectName"])
    return OutsideLink(before, *place, OtherEnd.SUCCESSOR, kind, lag, lag_calendar)


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
