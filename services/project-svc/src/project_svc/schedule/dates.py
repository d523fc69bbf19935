"""Computed instants as a project shows them: by the day or, in a minute project, by the minute."""

from datetime import date

import numpy as np

from contracts.values import Duration
from contracts.vocabulary import Granularity
from planning import WorkCalendar, written
from planning.engine.arrays import ABSENT, Instants
from planning.instant import MINUTES_PER_DAY


def start_of(instant: int, granularity: Granularity) -> date:
    """A start as it is shown: the first working day, or the minute."""
    return written.start_of(instant, by_minute=granularity is Granularity.MINUTE)


def finish_of(instant: int, granularity: Granularity) -> date:
    """A finish as it is shown: the last working day, or the minute."""
    return written.finish_of(instant, by_minute=granularity is Granularity.MINUTE)


def worked(calendar: WorkCalendar, before: int, after: int) -> Duration:
    """Working time from one instant to another, in days of the calendar; negative where the other is earlier."""
    return Duration(calendar.between(before, after), calendar.minutes_per_day)


def starts_of(instants: Instants, granularity: Granularity) -> list[str | None]:
    """Many starts in the form of the wire; None for ABSENT."""
    return _written(instants, granularity, 0)


def finishes_of(instants: Instants, granularity: Granularity) -> list[str | None]:
    """Many finishes in the form of the wire; None for ABSENT."""
    return _written(instants, granularity, 1)


def _written(instants: Instants, granularity: Granularity, before: int) -> list[str | None]:
    if granularity is Granularity.MINUTE:
        shown = instants.astype("datetime64[m]")
    else:
        shown = ((instants - before) // MINUTES_PER_DAY).astype("datetime64[D]")
    shown[instants == ABSENT] = np.datetime64("NaT")
    texts: list[str] = np.datetime_as_string(shown).tolist()
    return [None if text == "NaT" else text for text in texts]
