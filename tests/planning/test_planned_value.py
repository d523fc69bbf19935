from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.calendar import MON_TO_FRI
from planning.figure import Figure
from planning.planned_value import Spread, earned, earned_schedule, planned_value


def cumulative(*values):
    return [Decimal(value) for value in values]


class TestPlannedValue:
    def spread(self, bench, amount, start, finish):
        return Spread(Decimal(amount), bench.day(start), bench.evening(finish), MON_TO_FRI)

    def test_it_grows_with_working_time_and_rests_over_the_weekend(self, bench):
        spread = self.spread(bench, 1000, 3, 7)
        expected = {3: 0, 4: 250, 5: 500, 6: 750, 7: 1000, 9: 1000}
        assert {days: planned_value([spread], bench.evening(days)) for days in expected} == expected
        saturday = bench.evening(5) + 24 * 60
        assert planned_value([spread], saturday) == 500

    def test_an_amount_at_a_point_is_planned_from_that_point_on(self, bench):
        milestone = Spread(Decimal(10), bench.evening(2), bench.evening(2), MON_TO_FRI)
        assert planned_value([milestone], bench.evening(2) - 1) == 0
        assert planned_value([milestone], bench.evening(2)) == 10

    def test_an_amount_without_working_time_is_planned_at_its_finish(self, bench):
        weekend = Spread(Decimal(10), bench.evening(5), bench.day(5), MON_TO_FRI)
        assert planned_value([weekend], bench.evening(5) + 60) == 0
        assert planned_value([weekend], bench.day(5)) == 10

    def test_lines_add_up(self, bench):
        assert planned_value([self.spread(bench, 100, 0, 4), self.spread(bench, 60, 2, 5)], bench.evening(4)) == 140
        assert planned_value([], 0) == 0


def test_a_line_earns_by_percent_complete():
    assert earned(Decimal("1234.50"), 33.3) == Decimal("411.0885")


class TestEarnedSchedule:
    def test_it_interpolates_within_a_period(self):
        answer = earned_schedule(cumulative(10, 30, 60), Decimal(20), Decimal(2))
        assert (answer.earned, answer.sv_t, answer.spi_t) == (Decimal("1.5"), Decimal("-0.5"), Figure(Decimal("0.75")))

    def test_on_a_flat_stretch_it_is_the_first_period_that_reaches_what_is_earned(self):
        plan = cumulative(10, 20, 20, 20, 30)
        assert earned_schedule(plan, Decimal(20), Decimal(4)).earned == 2
        assert earned_schedule(plan, Decimal(25), Decimal(4)).earned == Decimal("4.5")

    def test_complete_but_late_work_stays_below_one(self):
        assert earned_schedule(cumulative(50, 100), Decimal(100), Decimal(4)).spi_t == Figure(Decimal("0.5"))

    def test_more_than_the_plan_is_the_end_of_the_plan(self):
        assert earned_schedule(cumulative(50, 100, 100), Decimal(120), Decimal(2)).earned == 2

    def test_nothing_earned_is_no_time_earned(self):
        assert earned_schedule(cumulative(0, 10), Decimal(0), Decimal(1)).earned == 0

    def test_a_start_without_plan_counts_from_where_the_plan_begins(self):
        assert earned_schedule(cumulative(0, 10), Decimal(5), Decimal(2)).earned == Decimal("1.5")

    def test_without_time_or_plan_there_is_no_index(self):
        assert earned_schedule(cumulative(10), Decimal(5), Decimal(0)).spi_t == Figure(None, "no_time_elapsed")
        assert earned_schedule([], Decimal(5), Decimal(1)).spi_t == Figure(None, "no_plan_yet")
        assert earned_schedule(cumulative(0, 0), Decimal(5), Decimal(1)).spi_t == Figure(None, "no_plan_yet")

    def test_a_plan_that_falls_is_refused(self):
        with pytest.raises(ValueError, match="fall"):
            earned_schedule(cumulative(10, 5), Decimal(5), Decimal(1))

    @given(st.lists(st.integers(0, 100), min_size=1, max_size=12), st.data())
    def test_what_is_planned_by_a_period_is_earned_by_it(self, steps, data):
        plan = cumulative(*(sum(steps[: period + 1]) for period in range(len(steps))))
        period = data.draw(st.integers(1, len(plan)))
        answer = earned_schedule(plan, plan[period - 1], Decimal(1))
        assert answer.earned <= period
        assert ([Decimal(0), *plan])[int(answer.earned)] == plan[period - 1]
