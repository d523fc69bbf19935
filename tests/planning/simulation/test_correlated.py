"""What goes together in a simulation, against what can be worked out: nothing in common, everything in common, and half of it."""

from itertools import pairwise
from math import sqrt

import numpy as np
import pytest

from planning.simulation import Correlation, Estimate, InvalidCorrelation, RiskEvent, Uncertainty, simulate
from planning.simulation.correlated import Copula

RUNS = 4_000
SPREAD = Estimate(1000, 2000, 6000)
NAMES = ["A", "B", "C", "D"]
ONE_GROUP = dict.fromkeys(NAMES, "P")
IN_PAIRS = {"A": "P", "B": "P", "C": "Q", "D": "Q"}


def deviation_of_chain(bench, correlation):
    plan = bench.plan(dict.fromkeys(NAMES, 1), list(pairwise(NAMES)))
    uncertain = Uncertainty(dict.fromkeys(NAMES, SPREAD), {}, (), correlation)
    return simulate(plan, uncertain, runs=RUNS, seed=3).duration.values.std()


@pytest.mark.parametrize(
    ("correlation", "share"),
    [
        (Correlation(), 2.0),
        (Correlation(1, 1, ONE_GROUP), 4.0),
        (Correlation(1, 1, {}), 4.0),
        (Correlation(1, 0, ONE_GROUP), 4.0),
        (Correlation(1, 0, {}), 2.0),
        (Correlation(1, 0, IN_PAIRS), sqrt(8)),
    ],
)
def test_a_sum_spreads_by_what_its_parts_have_in_common(bench, correlation, share):
    """Four equal parts: half as wide as the sum of their widths where they have nothing in common, as wide as that where they have all."""
    assert deviation_of_chain(bench, correlation) == pytest.approx(share * SPREAD.deviation, rel=0.04)


def test_of_two_tasks_side_by_side_the_later_one_counts_unless_they_are_late_together(bench):
    plan = bench.plan({"A": 1, "B": 1}, [])

    def in_time(correlation):
        uncertain = Uncertainty({"A": SPREAD, "B": SPREAD}, {}, (), correlation)
        return simulate(plan, uncertain, runs=RUNS, seed=4).duration

    alone = simulate(bench.plan({"A": 1}, []), Uncertainty({"A": SPREAD}, {}), runs=RUNS, seed=5).duration
    assert in_time(Correlation()).chance_of(alone.p50) == pytest.approx(0.25, abs=0.03)
    assert in_time(Correlation(1, 1)).chance_of(alone.p50) == pytest.approx(0.5, abs=0.03)
    # Of two normal scores with a correlation of one half both are below their median in a third of the cases.
    assert in_time(Correlation(0.5, 0.5)).chance_of(alone.p50) == pytest.approx(1 / 3, abs=0.03)


def test_the_numbers_are_uniform_and_go_together_as_far_as_asked():
    drawn = Copula(NAMES, Correlation(0.8, 0.3, IN_PAIRS)).draw(np.random.default_rng(1), 20_000)
    assert (drawn.min() >= 0, drawn.max() < 1) == (True, True)
    assert np.quantile(drawn, [0.1, 0.5, 0.9], axis=1) == pytest.approx(
        np.array([[0.1], [0.5], [0.9]]) + 0 * drawn[:, 0], abs=0.02
    )
    found = np.corrcoef(drawn)
    # Ranks of a normal copula correlate by 6 / pi asin(rho / 2).
    assert found[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.4), abs=0.02)
    assert found[0, 2] == pytest.approx(6 / np.pi * np.arcsin(0.15), abs=0.02)
    assert Copula([], Correlation(1, 1)).draw(np.random.default_rng(1), 5).shape == (0, 5)


@pytest.mark.parametrize(("cause", "chance"), [(None, 0.49), ("supplier", 0.7)])
def test_risks_of_one_cause_happen_together(bench, cause, chance):
    plan = bench.plan({"A": 1, "B": 1}, [])
    delay = Estimate(480, 480, 480)
    risks = [RiskEvent(f"R{task}", 0.3, task_id=task, duration=delay, cause=cause) for task in "AB"]
    answer = simulate(plan, Uncertainty({}, {}, risks), runs=RUNS, seed=6)
    assert answer.finish.chance_of(answer.planned_finish) == pytest.approx(chance, abs=0.03)


def test_nothing_in_common_draws_the_same_runs_as_before(bench):
    plan = bench.plan(dict.fromkeys(NAMES, 1), list(pairwise(NAMES)))
    durations = dict.fromkeys(NAMES, SPREAD)
    nothing = Correlation(0, 0, ONE_GROUP)
    plain, grouped = (
        simulate(plan, Uncertainty(durations, {}, (), each), runs=500, seed=1) for each in (Correlation(), nothing)
    )
    assert (grouped.finish.values == plain.finish.values).all()


@pytest.mark.parametrize("correlation", [Correlation(0.2, 0.3), Correlation(1.5, 0), Correlation(0, -0.1)])
def test_impossible_correlations_are_refused(bench, correlation):
    with pytest.raises(InvalidCorrelation, match="across"):
        simulate(bench.plan({"A": 1}, []), Uncertainty({"A": SPREAD}, {}, (), correlation), runs=10)
