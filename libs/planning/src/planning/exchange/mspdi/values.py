"""One record of the file: its values read by kind, what is wrong named with element and line, what nobody read reported."""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from planning.exchange.elements import Element
from planning.exchange.errors import BadValue
from planning.exchange.fidelity import FidelityReport
from planning.exchange.mspdi.numbers import COMPUTED, HUNDREDTHS, UNKNOWN
from planning.instant import MINUTES_PER_DAY

MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.0+)?)?")
DURATION = re.compile(r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.0+)?)?")
LIMIT = Decimal(10) ** 15
"""Beyond any amount and any number of minutes that is one."""

Known = TypeVar("Known")


class Record:
    """Named `record` in the report; `source_id` is set once it is read. A value that is not there or empty is None."""

    def __init__(self, element: Element, record: str, report: FidelityReport, source_id: str = "") -> None:
        self.element = element
        self.record = record
        self.report = report
        self.source_id = source_id

    def text(self, name: str) -> str | None:
        child = self.element.child(name)
        return child.text or None if child is not None else None

    def integer(self, name: str, low: int = -(2**31), high: int = 2**31 - 1) -> int | None:
        rule = f"a whole number from {low} to {high}"
        value = self._number(name, rule)
        if value is None:
            return None
        if value != value.to_integral_value() or not low <= value <= high:
            raise self.bad(name, rule)
        return int(value)

    def known(self, name: str, numbers: dict[int, Known]) -> Known | None:
        """One of Project's numbers."""
        value = self.integer(name)
        if value is None:
            return None
        if value not in numbers:
            raise self.bad(name, f"one of {', '.join(map(str, numbers))}")
        return numbers[value]

    def flag(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None:
            return None
        if value not in ("0", "1", "true", "false"):
            raise self.bad(name, "0, 1, true or false")
        return value in ("1", "true")

    def decimal(self, name: str) -> Decimal | None:
        return self._number(name, "a number")

    def money(self, name: str) -> Decimal | None:
        """An amount; the file has hundredths of it."""
        value = self.decimal(name)
        return None if value is None else value / HUNDREDTHS

    def moment(self, name: str) -> datetime | None:
        value = self.text(name)
        if value is None or value == "NA":
            return None
        rule = "a date and time like 2026-03-02T08:00:00, without a zone"
        if not MOMENT.fullmatch(value):
            raise self.bad(name, rule)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise self.bad(name, rule) from None
        if moment.second:
            self.converted(name, "seconds are cut off: a plan is in whole minutes")
        return moment.replace(second=0, microsecond=0)

    def day(self, name: str) -> date | None:
        moment = self.moment(name)
        return None if moment is None else moment.date()

    def minutes(self, name: str) -> int | None:
        """A duration or an amount of work."""
        value = self.text(name)
        if value is None:
            return None
        found = DURATION.fullmatch(value)
        if found is None or value.endswith("T"):
            raise self.bad(name, "a duration in hours, minutes and seconds like PT8H0M0S")
        sign, hours, minutes, seconds = found.groups()
        exact = Decimal(hours or 0) * 60 + Decimal(minutes or 0) + Decimal(seconds or 0) / 60
        if exact >= LIMIT:
            raise self.bad(name, "a duration that a plan can have")
        whole = int(exact.to_integral_value())
        if whole != exact:
            self.converted(name, "rounded to whole minutes")
        return -whole if sign else whole

    def duration(self, name: str) -> int | None:
        """Minutes that are not negative."""
        value = self.minutes(name)
        if value is not None and value < 0:
            raise self.bad(name, "a duration of zero or more")
        return value

    def time(self, name: str, *, is_end: bool) -> int | None:
        """Minutes of the day; midnight ends a day as 1440."""
        value = self.text(name)
        if value is None:
            return None
        found = TIME.fullmatch(value)
        if found is None or int(found[1]) > 23 or int(found[2]) > 59 or found[3] not in (None, "00"):
            raise self.bad(name, "a time of the day like 08:00:00, in whole minutes")
        minute = int(found[1]) * 60 + int(found[2])
        return MINUTES_PER_DAY if is_end and minute == 0 else minute

    def bad(self, name: str, rule: str) -> BadValue:
        child = self.element.child(name) or self.element
        return BadValue(f"{self.element.name}/{name}", child.line, child.text, rule)

    def dropped(self, name: str, reason: str) -> None:
        self.report.dropped(self.record, name, self.source_id, reason)

    def converted(self, name: str, reason: str) -> None:
        self.report.converted(self.record, name, self.source_id, reason)

    def close(self, computed: Collection[str] = (), ignored: Iterable[str] = ()) -> None:
        """Report what nobody read, by name, empty elements aside; of groups, what is in them."""
        for name in ignored:
            for child in self.element.every(name):
                child.is_read = True
        for child in self.element.children:
            if not child.is_read and (child.text or child.children):
                self.dropped(child.name, COMPUTED if child.name in computed else UNKNOWN)

    def _number(self, name: str, rule: str) -> Decimal | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise self.bad(name, rule) from None
        if not number.is_finite() or abs(number) >= LIMIT:
            raise self.bad(name, rule)
        return number
