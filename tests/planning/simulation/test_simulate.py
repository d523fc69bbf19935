"""Simulated plans against what can be worked out by hand: closed forms and products of distributions."""

from datetime import date
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest

from planning.calendar import MON_TO_FRI, WorkCalendar
from planning.errors import NetworkCycle, OutsideCalendar, UnknownTask
from planning.plan import (
    TaskKind,
)
from planning.risk import RiskKind
from planning.simulation import (
    CannotVary,
    Estimate,
    InvalidEstimate,
    InvalidRisk,
    RiskEvent,
    Shape,
    TooLarge,
    Uncertainty,
    Watched,
    simulate,
)
from planning.simulation.runs import MOST_TASK_RUNS
from planning.simulation.sampling import BLOCK

MONDAY = date(2026, 3, 2)
SPREAD = Estimate(1000, 2000, 6000)
CERTAIN = Estimate(480, 480, 480)


def varying(*names, estimate=SPREAD, costs=None, risks=()):
    return Uncertainty(dict.fromkeys(names, estimate), costs or {}, risks)


def chain(bench, count):
    names = [f"T{number}" for number in range(count)]
    return names, bench.plan(dict.fromkeys(names, 1), list(pairwise(names)))


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("likely", [1000, 1300, 4000, 6000])
def test_a_chain_has_the_mean_and_the_deviation_of_its_sum(bench, shape, likely):
    names, plan = chain(bench, 30)
    estimate = Estimate(1000, likely, 6000, shape)
    answer = simulate(plan, varying(*names, estimate=estimate), runs=10_000, seed=7)
    error = estimate.deviation * sqrt(30) / sqrt(10_000)
    assert abs(answer.duration.mean - 30 * estimate.mean) < 3 * error
    assert answer.duration.deviation == pytest.approx(estimate.deviation * sqrt(30), rel=0.03)
    assert set(answer.criticality.values()) == {1.0}


def test_two_equal_parallel_paths_finish_by_the_square_of_one_s_chance(bench):
    runs = 20_000
    alone = simulate(bench.plan({"A": 1}), varying("A"), runs=runs, seed=1).duration
    both = simulate(bench.plan({"A": 1, "B": 1}), varying("A", "B"), runs=runs, seed=2)
    for share in (0.1, 0.3, 0.5, 0.7, 0.9, 0.97):
        value = alone.at(share)
        chance = share * share
        assert both.duration.chance_of(value) == pytest.approx(
            chance, abs=4 * sqrt(chance * (1 - chance) / runs) + 0.01
        )
    assert both.criticality["A"] == pytest.approx(0.5, abs=0.02)
    assert both.criticality["A"] + both.criticality["B"] >= 1


def test_a_triangular_estimate_has_the_triangular_distribution(bench):
    answer = simulate(
        bench.plan({"A": 1}), varying("A", estimate=Estimate(0, 2500, 10_000, Shape.TRIANGULAR)), runs=20_000
    )
    assert answer.duration.chance_of(2500) == pytest.approx(0.25, abs=0.015)
    assert answer.duration.at(0) >= 0
    assert answer.duration.at(1) <= 10_000


def test_percentiles_are_dates_that_came_up_in_working_time(bench):
    answer = simulate(bench.plan({"A": 1}), varying("A"), runs=1000)
    assert answer.finish.p50 <= answer.finish.p80 <= answer.finish.p90
    for share in (0.5, 0.8, 0.9):
        instant = int(answer.finish.at(share))
        assert instant in answer.finish.values
        assert MON_TO_FRI.finish_at_or_before(instant) == instant
        assert answer.finish.chance_of(instant) >= share
    assert MON_TO_FRI.between(bench.day(0), int(answer.finish.p80)) == answer.duration.p80


def test_the_same_seed_gives_the_same_bits_and_another_one_does_not(bench):
    names, plan = chain(bench, 5)
    risk = RiskEvent("R", 0.3, task_id="T1", duration=SPREAD, cost=SPREAD)
    uncertainty = varying(*names, costs={"T2": SPREAD}, risks=[risk])
    first, again, other = (simulate(plan, uncertainty, runs=700, seed=seed) for seed in (5, 5, 6))
    assert first.finish.values.tobytes() == again.finish.values.tobytes()
    assert first.cost.values.tobytes() == again.cost.values.tobytes()
    assert (first.criticality, first.sensitivity) == (again.criticality, again.sensitivity)
    assert first.finish.values.tobytes() != other.finish.values.tobytes()
    assert first.seed == 5


def test_fewer_runs_are_the_first_of_more(bench):
    plan = bench.plan({"A": 1})
    few, more = (set(simulate(plan, varying("A"), runs=runs).finish.values) for runs in (BLOCK - 1, BLOCK + 1))
    assert few <= more


def test_a_risk_event_adds_its_mean_impact_as_often_as_it_is_probable(bench):
    sure = bench.plan({"A": 10})
    for kind, sign in ((RiskKind.THREAT, 1), (RiskKind.OPPORTUNITY, -1)):
        risk = RiskEvent("R", 0.25, kind, "A", Estimate(400, 600, 800), Estimate(0, 50, 100))
        answer = simulate(sure, Uncertainty({}, {"A": Estimate(1000, 1000, 1000)}, [risk]), runs=20_000)
        assert answer.duration.mean == pytest.approx(4800 + sign * 0.25 * 600, abs=10)
        assert answer.cost.mean == pytest.approx(1000 + sign * 0.25 * 50, abs=1)
        assert answer.finish.chance_of(answer.planned_finish) == pytest.approx(0.75 if sign > 0 else 1, abs=0.015)
        assert answer.sensitivity == {"R": pytest.approx(sign * 0.75**0.5, abs=0.15)}


def test_an_opportunity_leaves_no_less_than_nothing_to_do(bench):
    risk = RiskEvent("R", 1, RiskKind.OPPORTUNITY, "A", Estimate(9000, 9000, 9000))
    assert simulate(bench.plan({"A": 1}), Uncertainty({}, {}, [risk]), runs=10).duration.at(1) == 0


def test_costs_are_summed_over_tasks_and_absent_when_nothing_is_said_about_them(bench):
    plan = bench.plan({"A": 1, "B": 1})
    assert simulate(plan, varying("A"), runs=10).cost is None
    costs = {"A": Estimate(100, 200, 600), "B": Estimate(50, 50, 50)}
    answer = simulate(plan, Uncertainty({}, costs), runs=10_000)
    assert answer.cost.mean == pytest.approx(250 + 50, abs=3)
    assert answer.finish.at(0) == answer.finish.at(1) == answer.planned_finish


def test_sensitivity_is_the_rank_correlation_with_the_finish(bench):
    plan = bench.plan({"A": 1, "B": 1, "C": 1}, ["AB"])
    wide, narrow, short = Estimate(1000, 3000, 9000), Estimate(900, 1000, 1100), Estimate(1, 2, 3)
    answer = simulate(plan, Uncertainty({"A": wide, "B": narrow, "C": short}, {}), runs=5000)
    assert answer.sensitivity["A"] > 0.99
    assert 0 < answer.sensitivity["B"] < 0.2
    assert abs(answer.sensitivity["C"]) < 0.05
    assert simulate(plan, Uncertainty({"A": CERTAIN}, {}), runs=50).sensitivity["A"] is None


def test_sensitivity_agrees_with_spearman_s_coefficient_of_the_durations(bench):
    """Of two tasks in a row with nothing else, the ranks of both are known from the runs with one of them certain."""
    plan = bench.plan({"A": 1, "B": 1}, ["AB"])
    answer = simulate(plan, varying("A", "B"), runs=20_000)
    independent_equal = 0.68  # Spearman's coefficient of x with x + y
    assert answer.sensitivity["A"] == pytest.approx(independent_equal, abs=0.03)
    assert answer.sensitivity["B"] == pytest.approx(answer.sensitivity["A"], abs=0.03)


def test_complete_work_is_no_longer_uncertain_and_started_work_is_in_what_is_left(bench):
    done = bench.task("A", 5, actual_start=bench.day(0), actual_finish=bench.evening(2))
    going = bench.task("B", 5, actual_start=bench.day(2), percent_complete=50)
    plan = bench.plan([done, going], ["AB"], data_date=bench.day(3))
    answer = simulate(plan, varying("A", "B", estimate=Estimate(480, 480, 960)), runs=200)
    assert bench.offset(int(answer.finish.at(0))) >= 4
    assert bench.offset(int(answer.finish.at(1))) <= 5
    assert answer.criticality == {"A": 0, "B": 1}
    assert list(answer.sensitivity) == ["B"]


def test_the_watcher_hears_of_progress(bench):
    heard = []
    simulate(bench.plan({"A": 1}), varying("A"), runs=BLOCK + 5, watch=heard.append)
    assert heard == [BLOCK, BLOCK + 5]


class TestRefusals:
    def refused(self, bench, error, uncertainty, **how):
        tasks = [bench.task("A", 1), bench.task("B", 1), bench.task("S", 0, kind=TaskKind.SUMMARY), bench.task("M", 0)]
        with pytest.raises(error) as caught:
            simulate(bench.plan(tasks), uncertainty, **{"runs": 10, **how})
        return caught.value

    @pytest.mark.parametrize(
        "wrong",
        [
            Estimate(3, 2, 4),
            Estimate(1, 5, 4),
            Estimate(-1, 2, 3),
            Estimate(1, 2, float("inf")),
            Estimate(1, float("nan"), 3),
        ],
    )
    def test_estimates_out_of_order_with_every_id(self, bench, wrong):
        risk = RiskEvent("R", 0.5, task_id="A", duration=wrong)
        uncertainty = Uncertainty({"B": wrong, "A": SPREAD}, {"A": wrong}, [risk])
        assert self.refused(bench, InvalidEstimate, uncertainty).ids == ["B", "A", "R"]

    def test_risks_that_cannot_be(self, bench):
        risks = [
            RiskEvent("more", 1.1),
            RiskEvent("less", -0.1),
            RiskEvent("fine", 1, cost=SPREAD),
            RiskEvent("nowhere", 0.5, duration=SPREAD),
        ]
        assert self.refused(bench, InvalidRisk, Uncertainty({}, {}, risks)).ids == ["more", "less", "nowhere"]

    @pytest.mark.parametrize("task_id", ["S", "M"])
    def test_delays_of_what_has_no_duration(self, bench, task_id):
        risk = RiskEvent("R", 0.5, task_id=task_id, duration=SPREAD)
        assert self.refused(bench, InvalidRisk, Uncertainty({}, {}, [risk])).ids == ["R"]
        assert self.refused(bench, CannotVary, varying("A", task_id)).task_ids == [task_id]

    def test_unknown_tasks(self, bench):
        assert self.refused(bench, UnknownTask, varying("X")).task_id == "X"
        error = self.refused(bench, UnknownTask, Uncertainty({}, {}, [RiskEvent("R", 0.5, task_id="X")]))
        assert (error.task_id, error.named_by) == ("X", "R")

    def test_no_runs_and_negative_seeds(self, bench):
        self.refused(bench, ValueError, varying("A"), runs=0)
        self.refused(bench, ValueError, varying("A"), seed=-1)

    def test_more_than_can_be_simulated(self, bench):
        self.refused(bench, TooLarge, varying("A"), runs=MOST_TASK_RUNS)

    def test_a_plan_beyond_what_can_be_counted(self, bench):
        endless = WorkCalendar([[(0, 1440)]] * 7)
        with pytest.raises(OutsideCalendar):
            simulate(bench.plan({"A": 1}, calendar=endless), varying("A", estimate=Estimate(1, 1, 1 << 24)), runs=1)

    def test_a_cycle(self, bench):
        with pytest.raises(NetworkCycle):
            simulate(bench.plan({"A": 1, "B": 1}, ["AB", "BA"]), varying("A"), runs=1)


def test_outcomes_refuse_a_share_that_is_none(bench):
    outcomes = simulate(bench.plan({"A": 1}), varying("A"), runs=10).finish
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="share"):
            outcomes.at(share)
    assert np.all(np.diff(outcomes.values) >= 0)


def test_watched_dates_are_those_of_the_same_runs(bench):
    names, plan = chain(bench, 3)
    wanted = {
        "whole": Watched(names),
        "first": Watched(names[:1]),
        "second begins": Watched(names[1:2], is_start=True),
        "gone": Watched(["elsewhere"]),
    }
    answer = simulate(plan, varying(*names), runs=BLOCK + 10, seed=3, dates=wanted)
    assert answer.dates.keys() == wanted.keys() - {"gone"}
    assert np.array_equal(np.sort(answer.dates["whole"]), answer.finish.values)
    assert (answer.dates["first"] < answer.dates["whole"]).all()
    assert (answer.dates["second begins"] >= answer.dates["first"]).all()
    calendar = MON_TO_FRI
    for first, begins in zip(answer.dates["first"][:50], answer.dates["second begins"][:50], strict=True):
        assert calendar.start_at_or_after(int(first)) == int(begins)
    assert len(set(answer.dates["first"])) > BLOCK / 2
    fewer = simulate(plan, varying(*names), runs=10, seed=3, dates=wanted)
    assert np.array_equal(fewer.dates["whole"], answer.dates["whole"][:10])
