import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.simulation import Estimate, Shape
from planning.simulation.loops import draw
from planning.simulation.quantiles import quantiles_of

MODES = st.floats(0, 1)


def drawn(estimate, count=200_000):
    """The quantiles of evenly spread shares: what a great many runs would give."""
    made = quantiles_of([estimate])
    uniform = ((np.arange(count) + 0.5) / count).astype(np.float32)[None, :]
    out = np.empty_like(uniform)
    ends = np.array([0], np.float32), np.array([1], np.float32)
    draw(made.tables, made.number, made.bend, *ends, uniform, out)
    return out[0].astype(np.float64)


@given(MODES, st.sampled_from(Shape))
def test_mean_and_deviation_are_those_of_the_distribution(mode, shape):
    estimate = Estimate(0, mode, 1, shape)
    values = drawn(estimate, 20_000)
    assert values.mean() == pytest.approx(estimate.mean, abs=1e-5)
    assert values.std() == pytest.approx(estimate.deviation, rel=0.01)


@given(MODES, st.sampled_from(Shape))
def test_quantiles_rise_from_the_optimistic_to_the_pessimistic(mode, shape):
    values = drawn(Estimate(0, mode, 1, shape), 5000)
    assert np.all(np.diff(values) >= -1e-6)
    assert 0 <= values[0] < values[-1] <= 1


@pytest.mark.parametrize("mode", [0, 0.25, 0.5, 1])
def test_the_triangle_has_its_closed_form(mode):
    values = drawn(Estimate(0, mode, 1, Shape.TRIANGULAR))
    for at in (0.1, 0.3, 0.6, 0.95):
        below = at * at / mode if at < mode else 1 - (1 - at) ** 2 / (1 - mode) if mode < 1 else at * at
        assert (values <= at).mean() == pytest.approx(below, abs=0.002)


def test_a_symmetric_pert_has_the_closed_form_of_its_beta():
    """x²(1-x)²: the distribution function is 30 · (x³/3 - x⁴/2 + x⁵/5)."""
    values = drawn(Estimate(0, 0.5, 1))
    for at in (0.1, 0.3, 0.6, 0.95):
        assert (values <= at).mean() == pytest.approx(30 * (at**3 / 3 - at**4 / 2 + at**5 / 5), abs=0.001)


def test_a_thousand_estimates_share_few_tables():
    estimates = [Estimate(0, number / 1000, 1) for number in range(1001)]
    assert len(quantiles_of(estimates).tables) == 257
    assert quantiles_of([]).tables.shape[0] == 0
