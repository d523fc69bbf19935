from decimal import Decimal

import pytest

from planning.risk import RiskKind, ThreePoint, emv, schedule_exposure, total


def test_threats_are_negative_and_opportunities_positive():
    assert emv(RiskKind.THREAT, Decimal("0.3"), Decimal(1000)) == -300
    assert emv(RiskKind.OPPORTUNITY, Decimal("0.25"), Decimal(1000)) == 250


def test_expected_values_add_up_exactly():
    assert total([Decimal("0.1")] * 10) == 1
    assert total([]) == 0


@pytest.mark.parametrize("probability", ["0", "1", "-0.1", "1.1"])
def test_what_is_certain_or_impossible_is_no_open_risk(probability):
    with pytest.raises(ValueError, match="between 0 and 1"):
        emv(RiskKind.THREAT, Decimal(probability), Decimal(1))
    with pytest.raises(ValueError, match="between 0 and 1"):
        schedule_exposure(Decimal(probability), 1, 0)


def test_an_impact_has_no_sign():
    with pytest.raises(ValueError, match="sign"):
        emv(RiskKind.THREAT, Decimal("0.5"), Decimal(-1))


@pytest.mark.parametrize(("total_float", "expected"), [(0, 1200), (960, 720), (2400, 0), (4800, 0), (-480, 1200)])
def test_only_what_exceeds_the_float_exposes_the_schedule(total_float, expected):
    assert schedule_exposure(Decimal("0.5"), 2400, total_float) == expected


def test_a_three_point_estimate_has_the_mean_and_deviation_of_pert():
    estimate = ThreePoint(Decimal(4), Decimal(6), Decimal(14))
    assert (estimate.pert_mean, estimate.pert_deviation * 6) == (7, 10)
    assert ThreePoint(Decimal(4), Decimal(4), Decimal(4)).pert_mean == 4


@pytest.mark.parametrize("points", [(5, 4, 6), (4, 7, 6)])
def test_a_three_point_estimate_out_of_order_is_refused(points):
    with pytest.raises(ValueError, match="optimistic"):
        ThreePoint(*map(Decimal, points))
