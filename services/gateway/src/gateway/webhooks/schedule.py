"""When a delivery is tried again: quickly at first, then ever more rarely, a day apart at most, until it is given up."""

import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST = 5.0
FACTOR = 3.0
LONGEST = 24 * 3600.0
MOST_TRIES = 13
"""At most 3.6 days, at least half of it: 13.7 hours for the first ten, then a day each."""


def pause_after(tries: int, chance: random.Random) -> timedelta | None:
    """How long to wait after so many attempts; None when it is given up. Between half and all of the full pause, so that what failed at once
    does not come back at once.
    """
    if tries >= MOST_TRIES:
        return None
    full = min(FIRST * FACTOR ** (tries - 1), LONGEST)
    return timedelta(seconds=full * chance.uniform(0.5, 1.0))


def retry_after(header: str | None, at: datetime) -> timedelta | None:
    """What the receiver asked for, in seconds or as a date, a day at most; None if it asked for nothing readable."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        seconds = min(float(header[:9]), LONGEST)
    else:
        try:
            seconds = (parsedate_to_datetime(header) - at).total_seconds()
        except (TypeError, ValueError):
            return None
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST))
