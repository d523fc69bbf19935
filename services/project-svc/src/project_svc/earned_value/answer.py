"""Earned value as answers and status reports show it."""

from contracts.values import Duration
from planning.books import Pace
from planning.earned_value import NO_BUDGET
from planning.figure import Figure
from project_svc.calendars.models import hours_of
from project_svc.earned_value.models import EarnedScheduleRead, EarnedValueRead, Forecasts, MoneyFigure, ratio_of
from project_svc.earned_value.queries import Standing
from project_svc.projects.reading import ReadProject


def shown(project: ReadProject, standing: Standing) -> EarnedValueRead:
    """The figures on the wire, undefined ones with their reason."""
    figures, pace = standing.figures, standing.pace

    def money(value: Figure) -> MoneyFigure:
        return MoneyFigure.of(value, project.row.currency)

    return EarnedValueRead(
        project_id=project.id,
        revision=project.row.revision,
        data_date=standing.data_date,
        baseline_id=standing.baseline_id,
        bac=money(Figure.of(figures.bac)),
        pv=money(Figure.of(figures.pv)),
        ev=money(Figure.of(figures.ev)),
        ac=money(Figure.of(figures.ac)),
        cv=money(Figure.of(figures.cv)),
        sv=money(Figure.of(figures.sv)),
        cpi=ratio_of(figures.cpi),
        spi=ratio_of(figures.spi),
        tcpi=ratio_of(figures.tcpi),
        eac=Forecasts(
            typical=money(figures.eac_typical),
            atypical=money(figures.eac_atypical),
            combined=money(figures.eac_combined),
        ),
        method=figures.method.value,
        etc=money(figures.etc),
        vac=money(figures.vac),
        spi_t=ratio_of(Figure.undefined(NO_BUDGET) if pace is None else pace.spi_t),
        earned_schedule=None if pace is None else _earned_schedule(pace),
        warnings=list(standing.warnings),
    )


def _earned_schedule(pace: Pace) -> EarnedScheduleRead:
    day = pace.calendar.minutes_per_day
    return EarnedScheduleRead(
        hours_per_day=hours_of(day),
        earned=Duration(pace.earned, day),
        elapsed=Duration(pace.elapsed, day),
        variance=Duration(pace.earned - pace.elapsed, day),
    )
