"""Earned value (PV, EV, AC, BAC at one data date) in decimal arithmetic, with a reason wherever an index is not defined.

Products are formed before the one division, so that a forecast that has an exact answer gets it: BAC / CPI is BAC · AC / EV.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from planning.figure import ARITHMETIC, Figure

NO_BUDGET = "no_budget"
NO_ACTUALS = "no_actuals"
NON_POSITIVE_ACTUALS = "non_positive_actuals"
CPI_ZERO = "cpi_zero"
NO_PLAN_YET = "no_plan_yet"
BUDGET_EXHAUSTED = "budget_exhausted"
WORK_COMPLETE = "work_complete"

MIXED_DATA_DATES = "mixed_data_dates"
FORECAST_WITHOUT_CPI = "forecast_without_cpi"
COMPLETE_USE_SPI_T = "complete_use_spi_t"


class ForecastMethod(StrEnum):
    """How the headline EAC was made: BAC / CPI; AC + (BAC - EV), where there is no CPI; the plan itself, before anything happened."""

    TYPICAL = "typical"
    ATYPICAL = "atypical"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class EarnedValue:
    """All amounts in one currency. cv, sv: positive is good. eac: the headline forecast by `method`; etc and vac follow from it.

    warnings: `forecast_without_cpi` (the headline is atypical for want of a CPI), `complete_use_spi_t` (the work is complete, so
    SPI is 1 however late it was), `mixed_data_dates` (a roll-up over the several `data_dates`).
    """

    bac: Decimal
    pv: Decimal
    ev: Decimal
    ac: Decimal
    cv: Decimal
    sv: Decimal
    cpi: Figure
    spi: Figure
    tcpi: Figure
    eac_typical: Figure
    eac_atypical: Figure
    eac_combined: Figure
    eac: Figure
    method: ForecastMethod
    etc: Figure
    vac: Figure
    warnings: tuple[str, ...] = ()
    data_dates: tuple[date, ...] = ()


def earned_value(pv: Decimal, ev: Decimal, ac: Decimal, bac: Decimal, *, data_date: date | None = None) -> EarnedValue:
    """The figures at one data date. Every combination of amounts has an answer; a BAC of zero or less counts as no budget."""
    return _figures(pv, ev, ac, bac, () if data_date is None else (data_date,))


def roll_up(parts: Iterable[EarnedValue]) -> EarnedValue:
    """The figures of the whole: sums, then divided. Never a mean of indices. Without parts: no budget."""
    parts = list(parts)
    dates = tuple(sorted({on for part in parts for on in part.data_dates}))
    with localcontext(ARITHMETIC):
        pv, ev, ac, bac = (
            sum((getattr(part, amount) for part in parts), Decimal(0)) for amount in ("pv", "ev", "ac", "bac")
        )
    return _figures(pv, ev, ac, bac, dates)


def _figures(pv: Decimal, ev: Decimal, ac: Decimal, bac: Decimal, dates: tuple[date, ...]) -> EarnedValue:
    with localcontext(ARITHMETIC):
        typical, atypical, combined = _forecasts(pv, ev, ac, bac)
        method = _method(ev, ac, bac)
        eac = typical if method is ForecastMethod.TYPICAL else atypical
        return EarnedValue(
            bac=bac,
            pv=pv,
            ev=ev,
            ac=ac,
            cv=ev - ac,
            sv=ev - pv,
            cpi=_cpi(ev, ac, bac),
            spi=_spi(pv, ev, bac),
            tcpi=_tcpi(ev, ac, bac),
            eac_typical=typical,
            eac_atypical=atypical,
            eac_combined=combined,
            eac=eac,
            method=method,
            etc=eac if eac.value is None else Figure.of(eac.value - ac),
            vac=eac if eac.value is None else Figure.of(bac - eac.value),
            warnings=_warnings(ev, bac, method, dates),
            data_dates=dates,
        )


def _cpi(ev: Decimal, ac: Decimal, bac: Decimal) -> Figure:
    if bac <= 0:
        return Figure.undefined(NO_BUDGET)
    if ac == 0:
        return Figure.undefined(NO_ACTUALS)
    if ac < 0:
        return Figure.undefined(NON_POSITIVE_ACTUALS)
    return Figure.of(ev / ac)


def _spi(pv: Decimal, ev: Decimal, bac: Decimal) -> Figure:
    if bac <= 0:
        return Figure.undefined(NO_BUDGET)
    if pv <= 0:
        return Figure.undefined(NO_PLAN_YET)
    return Figure.of(ev / pv)


def _tcpi(ev: Decimal, ac: Decimal, bac: Decimal) -> Figure:
    if bac <= 0:
        return Figure.undefined(NO_BUDGET)
    if ac >= bac:
        return Figure.undefined(BUDGET_EXHAUSTED if ev < bac else WORK_COMPLETE)
    return Figure.of((bac - ev) / (bac - ac))


def _forecasts(pv: Decimal, ev: Decimal, ac: Decimal, bac: Decimal) -> tuple[Figure, Figure, Figure]:
    """EAC typical, atypical, combined."""
    if bac <= 0:
        nothing = Figure.undefined(NO_BUDGET)
        return nothing, nothing, nothing
    if ac == 0 and ev == 0:
        plan = Figure.of(bac)
        return plan, plan, plan
    atypical = Figure.of(ac + (bac - ev))
    cpi = _cpi(ev, ac, bac)
    if cpi.value is None:
        return cpi, atypical, cpi
    if ev <= 0:
        zero = Figure.undefined(CPI_ZERO)
        return zero, atypical, zero
    typical = Figure.of(bac * ac / ev)
    if pv <= 0:
        return typical, atypical, Figure.undefined(NO_PLAN_YET)
    return typical, atypical, Figure.of(ac + (bac - ev) * ac * pv / (ev * ev))


def _method(ev: Decimal, ac: Decimal, bac: Decimal) -> ForecastMethod:
    if bac > 0 and ac == 0 and ev == 0:
        return ForecastMethod.PLAN
    if bac > 0 and ac <= 0:
        return ForecastMethod.ATYPICAL
    return ForecastMethod.TYPICAL


def _warnings(ev: Decimal, bac: Decimal, method: ForecastMethod, dates: tuple[date, ...]) -> tuple[str, ...]:
    warnings = []
    if method is ForecastMethod.ATYPICAL:
        warnings.append(FORECAST_WITHOUT_CPI)
    if 0 < bac <= ev:
        warnings.append(COMPLETE_USE_SPI_T)
    if len(dates) > 1:
        warnings.append(MIXED_DATA_DATES)
    return tuple(warnings)
