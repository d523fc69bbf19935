"""What every part of the writer needs: elements in Project's order, values in Project's forms, ids as Project's numbers."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

from planning.exchange.errors import NotWritable
from planning.exchange.fidelity import FidelityReport
from planning.exchange.mspdi.numbers import HUNDREDTHS
from planning.instant import MINUTES_PER_DAY

UNHELD = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, or (carriage return) gives back as another."""
NUMBER = re.compile(r"0|[1-9]\d{0,8}")
LAST_MINUTE = time(23, 59)

Value = str | int | bool | Decimal | datetime | None


class Writer:
    """Appends elements; a value of None is left out."""

    def __init__(self, element: Element, record: str, source_id: str, report: FidelityReport) -> None:
        self.element = element
        self.record = record
        self.source_id = source_id
        self.report = report

    def put(self, name: str, value: Value) -> None:
        if value is None:
            return
        if isinstance(value, str):
            text = UNHELD.sub("", value).strip()
            if text != value:
                self.converted(name, "white space around a text, and characters that XML does not hold, are left out")
            if not text:
                return
        else:
            text = _printed(value)
        SubElement(self.element, name).text = text

    def minutes(self, name: str, minutes: int | None) -> None:
        if minutes is not None:
            hours, rest = divmod(abs(minutes), 60)
            self.put(name, f"{'-' if minutes < 0 else ''}PT{hours}H{rest}M0S")

    def money(self, name: str, amount: Decimal | None) -> None:
        if amount is not None:
            self.put(name, amount * HUNDREDTHS)

    def within(self, name: str) -> "Writer":
        """A writer for an element in this one, of the same record."""
        return Writer(SubElement(self.element, name), self.record, self.source_id, self.report)

    def converted(self, name: str, reason: str) -> None:
        self.report.converted(self.record, name, self.source_id, reason)


class Numbering:
    """Project's ids are numbers. Ids that are numbers are kept, others get the next free ones."""

    def __init__(self, record: str, ids: Sequence[str], report: FidelityReport, first: int = 1) -> None:
        self._record = record
        self._numbers: dict[str, int] = {}
        taken = {int(each) for each in ids if NUMBER.fullmatch(each)}
        following = max(taken, default=first - 1) + 1
        for each in ids:
            if each in self._numbers:
                raise NotWritable(f"The document holds the {record} {each} twice")
            if NUMBER.fullmatch(each):
                self._numbers[each] = int(each)
                continue
            self._numbers[each] = following
            report.converted(record, "UID", each, "numbered: ids are numbers in Project")
            following += 1
        self.following = following
        """The next free number."""

    def of(self, source_id: str, named_by: str) -> int:
        """The number of a record. Raises NotWritable for one that is not in the document."""
        if source_id not in self._numbers:
            raise NotWritable(f"{named_by} names the {self._record} {source_id}, which is not in the document")
        return self._numbers[source_id]

    def optional(self, source_id: str | None, named_by: str) -> int | None:
        return None if source_id is None else self.of(source_id, named_by)


def clock(minute: int) -> str:
    """A time of the day; the end of the day is midnight."""
    hours, minutes = divmod(minute % MINUTES_PER_DAY, 60)
    return f"{hours:02}:{minutes:02}:00"


def day_begin(day: date) -> datetime:
    """Where a range of days begins."""
    return datetime.combine(day, time())


def day_end(day: date) -> datetime:
    """Where a range of days ends, as Project writes it."""
    return datetime.combine(day, LAST_MINUTE)


def _printed(value: int | bool | Decimal | datetime) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Decimal):
        text = format(value, "f")
        return "0" if not value else text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
