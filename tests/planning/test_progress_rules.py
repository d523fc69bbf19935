"""What has happened, and what lies above tasks: the dates of both, rule by rule."""

from dataclasses import replace

from tests.planning.random_networks import SATURDAYS_TOO

from planning.critical_path import schedule
from planning.plan import Constraint, ConstraintType, TaskKind


class TestProgress:
    def test_a_complete_task_is_its_actual_dates(self, bench):
        done = bench.task("A", 4, actual_start=bench.day(1), actual_finish=bench.evening(3), percent_complete=100)
        answer = schedule(bench.plan([done, bench.task("B", 2)], ["AB"], data_date=bench.day(3)))
        row = answer.items["A"]
        assert (
            (row.early_start, row.early_finish) == (row.late_start, row.late_finish) == (bench.day(1), bench.evening(3))
        )
        assert (row.total_float, row.free_float, row.critical) == (0, 0, False)
        assert bench.table(answer)["B"]["ES"] == 3

    def test_no_remaining_work_is_before_the_data_date(self, bench):
        assert bench.solve({"A": 4, "B": 2}, ["AB"], data_date=bench.day(7))["A"]["ES"] == 7

    def test_what_remains_of_a_started_task_goes_on_at_the_data_date(self, bench):
        begun = bench.task("A", 8, actual_start=bench.day(0), percent_complete=25)
        table = bench.solve([begun, bench.task("B", 1)], ["AB"], data_date=bench.day(3))
        assert (table["A"]["ES"], table["A"]["EF"], table["B"]["ES"]) == (0, 9, 9)
        assert (table["A"]["LS"], table["A"]["LF"]) == (3, 9)

    def test_a_remaining_duration_counts_more_than_percent_complete(self, bench):
        begun = bench.task("A", 8, actual_start=bench.day(0), percent_complete=25, remaining=480)
        assert bench.solve([begun], data_date=bench.day(3))["A"]["EF"] == 4

    def test_out_of_sequence_progress_keeps_the_logic_for_what_remains(self, bench):
        """Retained logic: B has started before A is finished; the rest of B waits for A."""
        begun = bench.task("B", 4, actual_start=bench.day(0), percent_complete=50)
        table = bench.solve([bench.task("A", 5), begun], ["AB"], data_date=bench.day(1))
        assert (table["A"]["EF"], table["B"]["ES"], table["B"]["EF"]) == (6, 0, 8)

    def test_a_start_that_has_happened_is_bound_by_nothing_behind_it(self, bench):
        """B is late by itself. What remains of A does not have to hurry for it."""
        begun = bench.task("A", 4, actual_start=bench.day(0), percent_complete=50)
        tasks = [begun, bench.task("B", 1, constraint=Constraint(ConstraintType.FNLT, bench.evening(1)))]
        table = bench.solve(tasks, [("A", "B", "SS")], data_date=bench.day(2))
        assert (table["A"]["TF"], table["B"]["TF"]) == (0, -2)

    def test_work_goes_on_from_its_actual_start_when_that_is_after_the_data_date(self, bench):
        begun = bench.task("A", 4, actual_start=bench.day(3), percent_complete=50)
        table = bench.solve([begun])
        assert (table["A"]["ES"], table["A"]["EF"]) == (3, 5)

    def test_a_complete_task_asks_nothing_of_an_open_predecessor(self, bench):
        done = bench.task("B", 1, actual_start=bench.day(0), actual_finish=bench.evening(1))
        table = bench.solve([bench.task("A", 2), done, bench.task("C", 9)], ["AB"], data_date=bench.day(1))
        assert (table["A"]["TF"], table["B"]["TF"]) == (7, 0)

    def test_the_lag_after_a_complete_task_still_counts(self, bench):
        done = bench.task("A", 1, actual_start=bench.day(0), actual_finish=bench.evening(1))
        assert bench.solve([done, bench.task("B", 1)], [("A", "B", "FS", 5)], data_date=bench.day(1))["B"]["ES"] == 6

    def test_all_work_done_but_not_reported_finished_ends_at_the_data_date(self, bench):
        begun = bench.task("A", 4, actual_start=bench.day(0), percent_complete=100)
        row = schedule(bench.plan([begun], data_date=bench.day(5))).items["A"]
        assert row.early_start == bench.day(0)
        assert row.early_finish == bench.day(5)

    def test_actual_dates_outside_working_time_stay_as_reported(self, bench):
        saturday = bench.evening(5) + 24 * 60
        done = bench.task("A", 1, actual_start=saturday - 60, actual_finish=saturday)
        answer = schedule(bench.plan([done, bench.task("B", 1, calendar=SATURDAYS_TOO)], ["AB"]))
        assert answer.items["A"].early_finish == saturday
        assert answer.items["B"].early_start == SATURDAYS_TOO.start_at_or_after(saturday)


class TestSummaries:
    def tree(self, bench):
        below = {"kind": TaskKind.SUMMARY}
        return [
            bench.task("whole", 0, **below),
            bench.task("first", 0, parent_id="whole", **below),
            bench.task("A", 2, parent_id="first"),
            bench.task("B", 3, parent_id="first"),
            bench.task("C", 4, parent_id="whole"),
        ]

    def test_a_summary_spans_what_lies_below_it(self, bench):
        table = bench.solve(self.tree(bench), ["AB", ("A", "C")])
        assert (table["first"]["ES"], table["first"]["EF"], table["first"]["TF"]) == (0, 5, 0)
        assert (table["whole"]["ES"], table["whole"]["EF"]) == (0, 6)

    def test_items_keep_the_order_of_the_plan(self, bench):
        assert list(schedule(bench.plan(self.tree(bench))).items) == ["whole", "first", "A", "B", "C"]

    def test_its_float_is_that_of_its_open_children(self, bench):
        tasks = self.tree(bench)
        tasks[2] = replace(tasks[2], actual_start=bench.day(0), actual_finish=bench.evening(2))
        table = bench.solve(tasks)
        assert (table["first"]["TF"], table["whole"]["TF"]) == (1, 0)

    def test_an_empty_one_is_a_point_at_the_start_of_its_project(self, bench):
        row = schedule(bench.plan([bench.task("S", 0, kind=TaskKind.SUMMARY), bench.task("A", 1)])).items["S"]
        assert row.early_start == row.early_finish == bench.day(0)
        assert not row.critical

    def test_one_whose_children_are_all_complete_is_not_critical(self, bench):
        done = {"actual_start": bench.day(0), "actual_finish": bench.evening(2)}
        tasks = [bench.task("S", 0, kind=TaskKind.SUMMARY), bench.task("A", 2, parent_id="S", **done)]
        assert not schedule(bench.plan(tasks)).items["S"].critical
