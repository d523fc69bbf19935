"""An independent judge of the engine: MPXJ's reading of Primavera's rules."""

import pytest
from tests.planning.exchange.differential import (
    POPULATIONS,
    UNEXPLAINED,
    Comparison,
    compare,
    missing,
    ours,
    population,
)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(missing() is not None, reason=str(missing()))]
COMPARABLE, *OTHERS = POPULATIONS


def test_at_least_999_of_1000_dates_are_those_of_mpxj():
    found = compare(population(COMPARABLE))
    assert found.dates == 80_000
    assert found.agreement >= 0.999, (found.causes, found.roots[:20])
    assert UNEXPLAINED not in found.causes


@pytest.mark.parametrize("name", OTHERS)
def test_where_mpxj_differs_links_limits_and_calendars_define_our_dates(name):
    found = compare(population(name))
    assert found.dates == 20_000
    assert found.causes[UNEXPLAINED] == 0, [root for root in found.roots if root.endswith(UNEXPLAINED)]


def test_a_wrong_date_of_ours_would_be_found():
    plans = population(OTHERS[0])[:1]
    dates = [list(row) for row in ours(plans[0])]
    wrong = [list(row) for row in dates]
    place = next(i for i, row in enumerate(dates) if row[1] > row[0])
    wrong[place][1] += 60 * 24 * 28
    found = Comparison()
    found.add(0, plans[0], wrong, dates)
    assert found.causes[UNEXPLAINED] >= 1
