"""What milestones and links ask of dates, rule by rule."""

from datetime import date

import pytest
from tests.planning.random_networks import SATURDAYS_TOO

import planning.reference
from planning.calendar import ROUND_THE_CLOCK
from planning.critical_path import schedule
from planning.instant import to_date
from planning.plan import Constraint, ConstraintType


class TestMilestones:
    def test_after_work_that_ends_on_friday_it_is_on_friday(self, bench):
        assert schedule(bench.plan({"A": 5, "M": 0}, ["AM"])).items["M"].early_finish == bench.evening(5)

    def test_with_nothing_before_it_is_at_the_start_of_its_project(self, bench):
        row = schedule(bench.plan({"M": 0, "A": 5}, ["MA"])).items["M"]
        assert row.early_start == row.early_finish == row.late_start == row.late_finish == bench.day(0)

    def test_after_another_one_they_stand_together(self, bench):
        items = schedule(bench.plan({"M": 0, "N": 0}, ["MN"])).items
        assert items["N"].early_start == items["M"].early_start == bench.day(0)

    def test_that_starts_with_other_work_it_is_on_that_works_first_day(self, bench):
        items = schedule(bench.plan({"A": 5, "B": 5, "M": 0}, ["AB", ("B", "M", "SS")])).items
        assert items["M"].early_finish == bench.day(5) == items["B"].early_start

    def test_that_may_not_be_before_monday_it_is_on_monday(self, bench):
        milestone = bench.task("M", 0, constraint=Constraint(ConstraintType.SNET, bench.day(5)))
        items = schedule(bench.plan([milestone, bench.task("N", 0)], ["MN"])).items
        assert items["M"].early_finish == items["N"].early_finish == bench.day(5)

    def test_with_a_lag_it_is_where_the_lag_ends(self, bench):
        assert schedule(bench.plan({"A": 3, "M": 0}, [("A", "M", "FS", 2)])).items["M"].early_finish == bench.evening(5)

    def test_with_a_lead_it_is_where_the_overlapped_work_begins(self, bench):
        items = schedule(bench.plan({"A": 7, "M": 0}, [("A", "M", "FS", -2)])).items
        assert items["M"].early_finish == bench.day(5)

    def test_its_late_date_is_a_finish(self, bench):
        assert schedule(bench.plan({"M": 0, "A": 5})).items["M"].late_finish == bench.evening(5)

    def test_tied_to_a_start_on_another_calendar_it_keeps_its_float(self, bench):
        """Its late date once was a minute early there: a float of -1 in a plan without limits."""
        plan = bench.plan(
            [bench.task("A", 1), bench.task("M", 0), bench.task("B", 5, calendar=ROUND_THE_CLOCK)],
            ["AM", bench.link("M", "B", "SS")],
        )
        for run in (schedule, planning.reference.schedule):
            items = run(plan).items
            assert [items[name].total_float for name in "AMB"] == [0, 0, 0]
            assert items["M"].late_finish == items["M"].early_finish == bench.evening(1)


class TestLinks:
    @pytest.mark.parametrize(
        ("kind", "lag", "start"),
        [("FS", 0, 5), ("FS", 2, 7), ("FS", -2, 3), ("SS", 1, 1), ("FF", 0, 2), ("FF", 4, 6), ("SF", 9, 6)],
    )
    def test_each_type_bounds_its_end_by_its_lag(self, bench, kind, lag, start):
        assert bench.solve({"A": 5, "B": 3}, [("A", "B", kind, lag)])["B"]["ES"] == start

    @pytest.mark.parametrize(("kind", "lag"), [("FF", 0), ("SF", 0), ("FS", -9), ("SS", -1)])
    def test_none_pulls_a_start_before_the_project_starts(self, bench, kind, lag):
        assert bench.solve({"A": 2, "B": 5}, [("A", "B", kind, lag)])["B"]["ES"] == 0

    def test_of_several_the_latest_drives_and_of_equals_the_first(self, bench):
        plan = bench.plan({"A": 2, "B": 4, "C": 4, "D": 1}, ["AD", "BD", "CD"])
        assert schedule(plan).items["D"].driving is plan.links[1]

    def test_a_link_that_holds_a_task_just_where_its_project_starts_drives_it(self, bench):
        plan = bench.plan({"M": 0, "A": 2}, ["MA"])
        assert schedule(plan).items["A"].driving is plan.links[0]

    def test_a_task_held_by_its_own_limits_is_driven_by_nothing(self, bench):
        late = bench.task("B", 1, constraint=Constraint(ConstraintType.SNET, bench.day(9)))
        assert schedule(bench.plan([bench.task("A", 2), late], ["AB"])).items["B"].driving is None

    def test_a_ladder_of_two_links_holds_both_ends(self, bench):
        table = bench.solve({"A": 10, "B": 8}, [("A", "B", "SS", 3), ("A", "B", "FF", 2)])
        assert (table["B"]["ES"], table["B"]["EF"]) == (4, 12)

    def test_a_start_to_start_link_leaves_the_predecessors_finish_its_float(self, bench):
        """A may start late only with B, but that is all B asks of it."""
        table = bench.solve({"A": 2, "B": 6, "C": 9}, [("A", "B", "SS")])
        assert (table["A"]["TF"], table["A"]["FF"], table["C"]["TF"]) == (3, 0, 0)

    def test_lags_are_worked_on_the_calendar_of_the_successors_project(self, bench):
        """One day of lag after Friday, with a task that works on Saturdays: the lag is worked off on Monday."""
        task = bench.task("B", 1, calendar=SATURDAYS_TOO)
        items = schedule(bench.plan([bench.task("A", 5), task], [("A", "B", "FS", 1)])).items
        assert to_date(items["B"].early_start, finish=False) == date(2026, 3, 10)

    def test_between_calendars_work_goes_on_at_once_where_the_successor_works(self, bench):
        task = bench.task("B", 1, calendar=SATURDAYS_TOO)
        items = schedule(bench.plan([bench.task("A", 5), task], ["AB"])).items
        assert to_date(items["B"].early_start, finish=False) == date(2026, 3, 7)
