"""Instants: whole minutes since 1970-01-01T00:00 on the plan's own floating clock. No zone, no daylight saving."""

from datetime import date, datetime, time, timedelta

MINUTES_PER_DAY = 1440
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def to_instant(moment: date | datetime) -> int:
    """The instant of a floating moment, or of a day's midnight. Seconds are cut off; a zone is refused with ValueError."""
    minutes = (moment.toordinal() - EPOCH_ORDINAL) * MINUTES_PER_DAY
    if isinstance(moment, datetime):
        if moment.tzinfo is not None:
            raise ValueError("A moment inside a plan has no time zone")
        minutes += moment.hour * 60 + moment.minute
    return minutes


def to_date(instant: int, *, finish: bool) -> date:
    """The day an instant belongs to. A finish at midnight belongs to the day that ends, a start to the day that begins."""
    return date.fromordinal((instant - finish) // MINUTES_PER_DAY + EPOCH_ORDINAL)


def to_moment(instant: int) -> datetime:
    """The floating moment of an instant."""
    days, minutes = divmod(instant, MINUTES_PER_DAY)
    return datetime.combine(date.fromordinal(days + EPOCH_ORDINAL), time()) + timedelta(minutes=minutes)
