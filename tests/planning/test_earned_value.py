"""Every edge of earned value: an index is a number or says why it is none."""

from datetime import date
from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.earned_value import ForecastMethod, earned_value, roll_up
from planning.figure import ARITHMETIC, Figure

AMOUNTS = st.decimals(0, 10**6, places=2)


def measured(**amounts):
    return earned_value(**{key: Decimal(amounts.get(key, 0)) for key in ("pv", "ev", "ac", "bac")})


def none(reason):
    return Figure(None, reason)


def test_nothing_spent_and_nothing_earned_keeps_the_plan():
    answer = measured(pv=10, bac=100)
    assert answer.cpi == none("no_actuals")
    assert (answer.eac, answer.method) == (Figure(Decimal(100)), ForecastMethod.PLAN)
    assert (answer.tcpi, answer.etc, answer.vac) == (Figure(Decimal(1)), Figure(Decimal(100)), Figure(Decimal(0)))
    assert answer.warnings == ()


def test_earned_without_actuals_is_forecast_by_the_atypical_formula_and_flagged():
    answer = measured(pv=10, ev=20, bac=100)
    assert answer.cpi == answer.eac_typical == answer.eac_combined == none("no_actuals")
    assert (answer.eac, answer.method) == (Figure(Decimal(80)), ForecastMethod.ATYPICAL)
    assert answer.warnings == ("forecast_without_cpi",)


def test_spent_and_nothing_earned_has_a_cpi_of_zero_and_no_typical_forecast():
    answer = measured(pv=10, ac=5, bac=100)
    assert answer.cpi == Figure(Decimal(0))
    assert answer.eac_typical == answer.eac_combined == answer.eac == answer.etc == answer.vac == none("cpi_zero")
    assert answer.eac_atypical == Figure(Decimal(105))


def test_before_anything_is_planned_there_is_no_spi():
    answer = measured(ev=10, ac=5, bac=100)
    assert answer.spi == answer.eac_combined == none("no_plan_yet")
    assert answer.eac == Figure(Decimal(50))


def test_with_the_budget_spent_and_work_left_no_index_can_save_it():
    assert measured(pv=90, ev=90, ac=100, bac=100).tcpi == none("budget_exhausted")
    assert measured(pv=90, ev=90, ac=120, bac=100).tcpi == none("budget_exhausted")


def test_with_the_budget_spent_and_no_work_left_there_is_nothing_to_perform():
    assert measured(pv=100, ev=100, ac=100, bac=100).tcpi == none("work_complete")
    assert measured(pv=100, ev=100, ac=90, bac=100).tcpi == Figure(Decimal(0))


def test_without_a_budget_no_index_is_defined():
    answer = measured(ac=5)
    indices = (answer.cpi, answer.spi, answer.tcpi, answer.eac_typical, answer.eac_atypical, answer.eac_combined)
    assert {*indices, answer.eac, answer.etc, answer.vac} == {none("no_budget")}
    assert answer.cv == -5


def test_negative_actuals_give_no_cpi():
    answer = measured(pv=10, ev=10, ac=-5, bac=100)
    assert answer.cpi == answer.eac_typical == none("non_positive_actuals")
    assert (answer.eac, answer.method) == (Figure(Decimal(85)), ForecastMethod.ATYPICAL)


def test_complete_but_late_work_says_that_spi_says_nothing():
    answer = measured(pv=100, ev=100, ac=80, bac=100)
    assert answer.spi == Figure(Decimal(1))
    assert answer.warnings == ("complete_use_spi_t",)


def test_data_dates_that_differ_are_listed():
    parts = [
        earned_value(Decimal(1), Decimal(1), Decimal(1), Decimal(2), data_date=date(2026, 3, day)) for day in (9, 2, 9)
    ]
    assert roll_up(parts).warnings == ("mixed_data_dates",)
    assert roll_up(parts).data_dates == (date(2026, 3, 2), date(2026, 3, 9))
    assert roll_up(parts[::2]).warnings == ()


def test_a_roll_up_of_nothing_has_no_budget():
    assert roll_up([]).cpi == none("no_budget")


def test_figures_do_not_depend_on_the_callers_decimal_context():
    with localcontext() as context:
        context.prec = 3
        coarse = measured(pv=1, ev=1, ac=3, bac=10)
    assert coarse == measured(pv=1, ev=1, ac=3, bac=10)
    assert getcontext().prec == 28


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_identities(pv, ev, ac, bac):
    answer = earned_value(pv, ev, ac, bac)
    assert (answer.cv, answer.sv) == (ev - ac, ev - pv)
    for figure, numerator, denominator in (
        (answer.cpi, ev, ac),
        (answer.spi, ev, pv),
        (answer.tcpi, bac - ev, bac - ac),
    ):
        assert (figure.value is None) != (figure.reason is None)
        if figure.value is not None and denominator:
            assert figure.value * denominator == pytest.approx(numerator)
    if answer.eac.value is not None:
        with localcontext(ARITHMETIC):
            assert answer.etc.value == answer.eac.value - ac
            assert answer.vac.value == bac - answer.eac.value


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS), max_size=5))
def test_sums_roll_up(parts):
    whole = roll_up([earned_value(*part) for part in parts])
    sums = [sum((part[column] for part in parts), Decimal(0)) for column in range(4)]
    assert whole == earned_value(*sums)
