"""When a benefit will be realised, and how its measure goes from there: planned, forecast, and as it was measured. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from contracts.program_events.benefits import BenefitState, MeasurementState, ProfilePoint
from planning.figure import Figure
from planning.goals import KeyResultKind, progress

MOST_PERIODS = 600
MONTHS_A_YEAR = 12


class Period(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """In months."""
        return {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: MONTHS_A_YEAR}[self]


@dataclass(frozen=True, slots=True)
class Level:
    """The measure at the end of a period. ``actual`` is none where nothing was measured by then, or since the last measurement."""

    starts_on: date
    ends_on: date
    planned: Decimal | None
    forecast: Decimal | None
    actual: Decimal | None


def realised_on(benefit: BenefitState, milestone_finish: date | None) -> date | None:
    """When it will be realised by the network: so many days from its milestone's finish; without a milestone as planned."""
    if benefit.milestone is None:
        return benefit.planned_on
    if milestone_finish is None:
        return None
    return shifted(milestone_finish, benefit.offset_days)


def shifted(day: date, days: int) -> date:
    """The day so many days on, within what a date can say."""
    ordinal = min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(ordinal)


def level_on(benefit: BenefitState, begins_on: date | None, day: date) -> Decimal | None:
    """Where the measure stands on a day if the benefit is realised on ``begins_on``; none where nobody knows when that is."""
    if begins_on is None:
        return None
    value = benefit.baseline
    for point in profile_of(benefit):
        if shifted(begins_on, point.after_days) <= day:
            value = point.value
    return value


def profile_of(benefit: BenefitState) -> Sequence[ProfilePoint]:
    """Its profile; without one the target is reached at once."""
    return benefit.profile or [ProfilePoint(after_days=0, value=benefit.target)]


def attainment(benefit: BenefitState, actual: Decimal | None) -> Figure:
    """How much of the way from the baseline to the target is gone, uncapped."""
    kind = KeyResultKind.MAXIMIZE if benefit.target >= benefit.baseline else KeyResultKind.MINIMIZE
    return progress(kind, benefit.baseline, benefit.target, actual)


def latest(measurements: Sequence[MeasurementState]) -> MeasurementState | None:
    """The one that counts: of the latest day the last recorded."""
    return max(measurements, key=lambda each: (each.on, each.revision), default=None)


def levels(
    benefit: BenefitState, forecast_on: date | None, measurements: Sequence[MeasurementState], period: Period
) -> Iterator[Level]:
    """The measure period by period, from the first that the plan, the forecast or a measurement knows of to the last, at most 600."""
    ends = [
        shifted(begins, each.after_days)
        for begins in (benefit.planned_on, forecast_on)
        if begins
        for each in profile_of(benefit)
    ]
    known = [
        *ends,
        *(begins for begins in (benefit.planned_on, forecast_on) if begins),
        *(each.on for each in measurements),
    ]
    if not known:
        return
    measured_by = max((each.on for each in measurements), default=None)
    starts_on = first_of(min(known), period)
    for _ in range(MOST_PERIODS):
        following = next_after(starts_on, period)
        ends_on = shifted(following, -1)
        until = [each for each in measurements if each.on <= ends_on]
        counted = latest(until) if measured_by is not None and starts_on <= measured_by else None
        yield Level(
            starts_on=starts_on,
            ends_on=ends_on,
            planned=level_on(benefit, benefit.planned_on, ends_on),
            forecast=level_on(benefit, forecast_on, ends_on),
            actual=None if counted is None else counted.value,
        )
        if following > max(known):
            return
        starts_on = following


def first_of(day: date, period: Period) -> date:
    """The first day of the period that the day is in."""
    return day.replace(month=(day.month - 1) // period.months * period.months + 1, day=1)


def next_after(starts_on: date, period: Period) -> date:
    """The first day of the following period; the last day that a date can say where there is none."""
    month = starts_on.month - 1 + period.months
    year = starts_on.year + month // MONTHS_A_YEAR
    if year > date.max.year:
        return date.max
    return date(year, month % MONTHS_A_YEAR + 1, 1)


def slip(planned: date | None, forecast: date | None) -> timedelta | None:
    """How much later the forecast is than the plan; none without either."""
    return None if planned is None or forecast is None else forecast - planned
