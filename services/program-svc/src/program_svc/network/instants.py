"""Between plan dates as they are written and instants (minutes since 1970-01-01T00:00, floating) as they are computed with."""

from datetime import date, datetime

import planning
from contracts.vocabulary import Granularity, TaskSide
from planning import MON_TO_FRI

START_SIDE = frozenset({"SNET", "SNLT", "MSO"})


def at_start(written: str) -> int:
    """The instant of a date or moment that begins something; a date means the start of that working day."""
    if "T" in written:
        return planning.to_instant(datetime.fromisoformat(written))
    return MON_TO_FRI.day_start(date.fromisoformat(written))


def at_finish(written: str) -> int:
    """The instant of a date or moment that ends something; a date means the end of that working day."""
    if "T" in written:
        return planning.to_instant(datetime.fromisoformat(written))
    return MON_TO_FRI.day_finish(date.fromisoformat(written))


def constraint_of(kind: str | None, written: str | None) -> planning.Constraint | None:
    """The constraint that a task carries, its date taken as a start or a finish by its type."""
    if kind is None:
        return None
    at = None if written is None else at_start(written) if kind in START_SIDE else at_finish(written)
    return planning.Constraint(planning.ConstraintType(kind), at)


def written(instant: int, side: TaskSide, granularity: str) -> date:
    """The instant as the plan writes it: a day (``date``) or, in a minute project, a moment (``datetime``)."""
    if granularity == Granularity.MINUTE:
        return planning.to_moment(instant)
    return planning.to_date(instant, finish=side is TaskSide.FINISH)


def written_or_none(instant: int | None, side: TaskSide, granularity: str) -> date | None:
    """The same for an instant that may not be known."""
    return None if instant is None else written(instant, side, granularity)
