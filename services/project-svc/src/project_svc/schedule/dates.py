"""Computed instants as a project shows them: by the day or, in a minute project, by the minute."""

from datetime import date

from contracts.vocabulary import Granularity
from planning import written


def start_of(instant: int, granularity: Granularity) -> date:
    """A start as it is shown: the first working day, or the minute."""
    return written.start_of(instant, by_minute=granularity is Granularity.MINUTE)


def finish_of(instant: int, granularity: Granularity) -> date:
    """A finish as it is shown: the last working day, or the minute."""
    return written.finish_of(instant, by_minute=granularity is Granularity.MINUTE)
