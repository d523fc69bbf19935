"""Making a file's values fit: texts of bounded length, moments in a project that plans in days, working time. What changes is reported."""

from datetime import date, datetime, time, timedelta

from contracts.values import WrittenDuration
from contracts.vocabulary import Granularity
from planning.exchange import FidelityReport

LONGEST_NAME, LONGEST_LABEL, LONGEST_TEXT = 200, 200, 10_000
UNNAMED = "(unnamed)"


class Fitting:
    """Fits the values of one kind of record."""

    def __init__(self, report: FidelityReport, record: str, granularity: Granularity) -> None:
        self.report = report
        self.record = record
        self._by_day = granularity is Granularity.DAY

    def name(self, value: str, source_id: str) -> str:
        """A name: not empty, not too long."""
        return self._cut("name", value, source_id, LONGEST_NAME) or self._unnamed(source_id)

    def label(self, field: str, value: str, source_id: str) -> str:
        """A short text."""
        return self._cut(field, value, source_id, LONGEST_LABEL)

    def text(self, field: str, value: str, source_id: str) -> str:
        """A long text."""
        return self._cut(field, value, source_id, LONGEST_TEXT)

    def start(self, field: str, at: datetime | None, source_id: str) -> date | None:
        """A moment that begins something."""
        return None if at is None else self._dated(field, at, source_id, at.date())

    def finish(self, field: str, at: datetime | None, source_id: str) -> date | None:
        """A moment that ends something; midnight ends the day before."""
        if at is None:
            return None
        return self._dated(
            field, at, source_id, (at - timedelta(minutes=1)).date() if at.time() == time() else at.date()
        )

    def dropped(self, field: str, value: object, source_id: str, reason: str, *, usual: object = None) -> None:
        """Say of a value that it has no place here, unless it says nothing."""
        if value not in (None, usual):
            self.report.dropped(self.record, field, source_id, reason)

    def converted(self, field: str, source_id: str, reason: str) -> None:
        """Say of a value that it is kept in another form."""
        self.report.converted(self.record, field, source_id, reason)

    def _dated(self, field: str, at: datetime, source_id: str, day: date) -> date:
        if not self._by_day:
            return at
        if at.time() != time():
            self.converted(field, source_id, "the project plans in days: the time of day is left out")
        return day

    def _cut(self, field: str, value: str, source_id: str, longest: int) -> str:
        value = value.replace("\x00", "")
        if len(value) > longest:
            self.converted(field, source_id, f"cut to {longest} characters")
        return value[:longest].strip()

    def _unnamed(self, source_id: str) -> str:
        self.converted("name", source_id, "it had none")
        return UNNAMED


def working(minutes: int) -> WrittenDuration:
    """So many minutes of working time, on whatever calendar."""
    return WrittenDuration(0, minutes)
