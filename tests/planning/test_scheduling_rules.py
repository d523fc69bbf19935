"""The semantics of scheduling, rule by rule. What users need of them is told in docs/scheduling.md, by examples that are tests too."""

from dataclasses import replace
from datetime import date

import pytest

import planning.reference
from planning.calendar import ROUND_THE_CLOCK, WorkCalendar
from planning.critical_path import schedule
from planning.errors import (
    DuplicateTask,
    HierarchyCycle,
    InvalidTask,
    NetworkCycle,
    OutsideCalendar,
    PlanError,
    SummaryLinked,
    UnknownProject,
    UnknownTask,
)
from planning.instant import to_date
from planning.plan import Constraint, ConstraintType, Imposed, Plan, SchedulingMode, Task, TaskKind

SATURDAYS_TOO = WorkCalendar([[(540, 1020)]] * 6 + [[]])


def day_of(instant, *, finish=False):
    return to_date(instant, finish=finish)


def test_a_four_day_task_from_monday_finishes_on_thursday_and_its_successor_starts_on_friday(bench):
    items = schedule(bench.plan({"A": 4, "B": 1}, ["AB"])).items
    assert day_of(items["A"].early_start) == date(2026, 3, 2)
    assert day_of(items["A"].early_finish, finish=True) == date(2026, 3, 5)
    assert day_of(items["B"].early_start) == day_of(items["B"].early_finish, finish=True) == date(2026, 3, 6)


def test_a_project_that_starts_on_a_saturday_works_from_monday(bench):
    answer = schedule(bench.plan({"A": 1}, start=bench.calendar.start_at_or_after(bench.day(4)) + 1440))
    assert day_of(answer.items["A"].early_start) == date(2026, 3, 9)


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
        assert day_of(items["B"].early_start) == date(2026, 3, 10)

    def test_between_calendars_work_goes_on_at_once_where_the_successor_works(self, bench):
        task = bench.task("B", 1, calendar=SATURDAYS_TOO)
        items = schedule(bench.plan([bench.task("A", 5), task], ["AB"])).items
        assert day_of(items["B"].early_start) == date(2026, 3, 7)


class TestConstraints:
    @pytest.mark.parametrize(
        ("kind", "early", "late"),
        [
            ("ASAP", (4, 6), (8, 10)),
            ("ALAP", (4, 6), (8, 10)),
            ("SNET", (6, 8), (8, 10)),
            ("FNET", (5, 7), (8, 10)),
            ("SNLT", (4, 6), (6, 8)),
            ("FNLT", (4, 6), (5, 7)),
            ("MSO", (6, 8), (6, 8)),
            ("MFO", (5, 7), (5, 7)),
        ],
    )
    def test_each_type_acts_on_its_own_dates(self, bench, kind, early, late):
        """B (2 days, after 4 days of A, 4 days of float): start constraints name day 6, finish constraints the end of day 7."""
        at = None if kind in ("ASAP", "ALAP") else bench.evening(7) if kind.startswith(("F", "MF")) else bench.day(6)
        tasks = [
            bench.task("A", 4),
            bench.task("B", 2, constraint=Constraint(ConstraintType(kind), at)),
            bench.task("C", 10),
        ]
        row = bench.solve(tasks, ["AB"])["B"]
        assert (row["ES"], row["EF"]) == early
        assert (row["LS"], row["LF"]) == late

    @pytest.mark.parametrize("kind", ["SNLT", "FNLT"])
    def test_no_later_than_never_pulls_a_task_but_shows_as_negative_float(self, bench, kind):
        at = bench.day(2) if kind == "SNLT" else bench.evening(4)
        tasks = [bench.task("A", 4), bench.task("B", 2, constraint=Constraint(ConstraintType(kind), at))]
        table = bench.solve(tasks, ["AB"])
        assert table["B"]["ES"] == 4
        assert (table["A"]["TF"], table["B"]["TF"]) == (-2, -2)

    def test_must_start_on_breaks_the_logic_and_shows_it_before_the_task(self, bench):
        tasks = [bench.task("A", 4), bench.task("B", 2, constraint=Constraint(ConstraintType.MSO, bench.day(2)))]
        answer = schedule(bench.plan(tasks, ["AB"]))
        table = bench.table(answer)
        assert (table["B"]["ES"], table["B"]["TF"], table["A"]["TF"], table["A"]["FF"]) == (2, 0, -2, -2)
        assert answer.items["B"].driving is None

    def test_a_must_date_before_the_project_starts_is_missed_from_the_start(self, bench):
        task = bench.task("A", 2, constraint=Constraint(ConstraintType.MSO, bench.day(-3)))
        assert bench.solve([task])["A"] == {"ES": 0, "EF": 2, "LS": -3, "LF": -1, "TF": -3, "FF": 0}

    def test_a_task_deadline_acts_on_late_dates_only(self, bench):
        table = bench.solve([bench.task("A", 4, deadline=bench.evening(3)), bench.task("B", 6)], ["AB"])
        assert table["A"] == {"ES": 0, "EF": 4, "LS": -1, "LF": 3, "TF": -1, "FF": 0}
        assert table["B"]["TF"] == 0

    def test_as_late_as_possible_is_scheduled_at_the_end_of_its_free_float(self, bench):
        """Early and late dates stay what they are; two such tasks in a row give way together."""
        late = {"mode": SchedulingMode.AUTO_ALAP}
        tasks = [bench.task("A", 2, **late), bench.task("B", 3, **late), bench.task("C", 9), bench.task("D", 1)]
        items = schedule(bench.plan(tasks, ["AB", "BD", "CD"])).items
        assert [bench.offset(items[name].early_start) for name in "AB"] == [0, 2]
        assert [bench.offset(items[name].scheduled_start) for name in "AB"] == [4, 6]
        assert [bench.offset(items[name].scheduled_finish) for name in "AB"] == [6, 9]
        assert items["D"].scheduled_start == items["D"].early_start

    def test_as_late_as_possible_stops_at_its_own_deadline(self, bench):
        alap = Constraint(ConstraintType.ALAP)
        tasks = [bench.task("A", 2, constraint=alap, deadline=bench.evening(5)), bench.task("C", 9)]
        assert bench.offset(schedule(bench.plan(tasks)).items["A"].scheduled_finish) == 5

    def test_as_late_as_possible_gives_way_no_further_than_its_successor_does(self, bench):
        late = {"mode": SchedulingMode.AUTO_ALAP}
        tasks = [bench.task("A", 2, **late), bench.task("B", 2, deadline=bench.evening(6), **late), bench.task("C", 9)]
        items = schedule(bench.plan(tasks, ["AB"])).items
        assert [bench.offset(items[name].scheduled_finish) for name in "AB"] == [4, 6]

    def test_as_late_as_possible_behind_its_deadline_stays_as_early_as_it_can(self, bench):
        late = {"mode": SchedulingMode.AUTO_ALAP}
        tasks = [bench.task("A", 2, **late), bench.task("B", 2, deadline=bench.evening(3), **late), bench.task("C", 9)]
        items = schedule(bench.plan(tasks, ["AB"])).items
        assert [bench.offset(items[name].scheduled_finish) for name in "AB"] == [2, 4]

    def test_a_manual_task_is_held_to_the_date_it_was_given(self, bench):
        held = bench.task("B", 2, mode=SchedulingMode.MANUAL, constraint=Constraint(ConstraintType.SNET, bench.day(1)))
        free = bench.task("C", 2, mode=SchedulingMode.MANUAL)
        table = bench.solve([bench.task("A", 4), held, free], ["AB", "AC"])
        assert (table["B"]["ES"], table["C"]["ES"]) == (1, 4)


class TestAnchors:
    def test_the_deadline_of_a_single_project_anchors_late_dates(self, bench):
        table = bench.solve({"A": 4, "B": 2}, ["AB"], deadline=bench.evening(5))
        assert [table[name]["TF"] for name in "AB"] == [-1, -1]
        assert [table[name]["FF"] for name in "AB"] == [0, 0]

    def test_a_later_deadline_gives_everything_float_and_nothing_is_critical(self, bench):
        answer = schedule(bench.plan({"A": 4, "B": 2}, ["AB"], deadline=bench.evening(9)))
        assert {row.total_float for row in answer.items.values()} == {3 * 480}
        assert not any(row.critical for row in answer.items.values())
        assert answer.longest_path == ["A", "B"]

    def test_in_a_program_the_deadlines_of_its_projects_anchor_nothing(self, bench):
        one = bench.plan({"A": 4}, deadline=bench.evening(2))
        program = replace(one, projects=[*one.projects, bench.project("Q")])
        assert bench.table(schedule(program))["A"]["TF"] == 0
        assert bench.table(schedule(replace(program, deadline=bench.evening(3))))["A"]["TF"] == -1

    def test_the_threshold_says_what_is_critical(self, bench):
        plan = bench.plan({"A": 4, "B": 2, "C": 1})
        assert [row.critical for row in schedule(plan, critical_float=2 * 480).items.values()] == [True, True, False]


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


class TestImposedDates:
    def test_an_imposed_start_holds_and_is_named(self, bench):
        imposed = Imposed("dep", bench.evening(5), "start")
        items = schedule(bench.plan([bench.task("A", 2), bench.task("B", 2, imposed=(imposed,))], ["AB"])).items
        assert (items["B"].early_start, items["B"].driving) == (bench.day(5), imposed)

    def test_an_imposed_finish_holds_the_finish(self, bench):
        task = bench.task("A", 2, imposed=(Imposed("dep", bench.evening(5), "finish"),))
        assert bench.solve([task])["A"]["EF"] == 5

    def test_an_imposed_date_that_does_not_hold_drives_nothing(self, bench):
        task = bench.task("B", 2, imposed=(Imposed("dep", bench.evening(1), "start"),))
        plan = bench.plan([bench.task("A", 2), task], ["AB"])
        assert schedule(plan).items["B"].driving is plan.links[0]

    def test_of_several_the_latest_holds(self, bench):
        dates = tuple(Imposed(f"dep{offset}", bench.evening(offset), "start") for offset in (3, 7, 5))
        assert schedule(bench.plan([bench.task("A", 1, imposed=dates)])).items["A"].driving == dates[1]


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


class TestRefusals:
    def refusal(self, plan, error):
        with pytest.raises(error) as refused:
            schedule(plan)
        assert isinstance(refused.value, PlanError)
        return refused.value

    def test_a_cycle_is_named_as_a_closed_path(self, bench):
        assert self.refusal(bench.plan({"A": 1, "B": 1, "C": 1}, ["AB", "BC", "CA"]), NetworkCycle).path == [
            "A",
            "B",
            "C",
            "A",
        ]
        assert self.refusal(bench.plan({"A": 1}, ["AA"]), NetworkCycle).path == ["A", "A"]

    def test_a_cycle_in_the_work_breakdown(self, bench):
        tasks = [bench.task(name, 0, kind=TaskKind.SUMMARY, parent_id=parent) for name, parent in ("AB", "BC", "CB")]
        assert self.refusal(bench.plan(tasks), HierarchyCycle).path == ["B", "C", "B"]

    def test_links_and_parents_that_name_no_task(self, bench):
        error = self.refusal(bench.plan({"A": 1}, ["AX"]), UnknownTask)
        assert (error.task_id, error.named_by) == ("X", "A-FS-X")
        assert self.refusal(bench.plan([bench.task("A", 1, parent_id="X")]), UnknownTask).task_id == "X"

    def test_tasks_of_no_project(self, bench):
        assert self.refusal(bench.plan([bench.task("A", 1, "Q")]), UnknownProject).project_id == "Q"
        assert (
            self.refusal(bench.plan([bench.task("S", 0, "Q", kind=TaskKind.SUMMARY)]), UnknownProject).project_id == "Q"
        )

    def test_two_tasks_of_one_id(self, bench):
        assert self.refusal(bench.plan([bench.task("A", 1), bench.task("A", 2)]), DuplicateTask).task_id == "A"
        summary = bench.task("A", 0, kind=TaskKind.SUMMARY)
        assert self.refusal(bench.plan([bench.task("A", 1), summary]), DuplicateTask).task_id == "A"

    def test_links_on_summaries(self, bench):
        tasks = [bench.task("S", 0, kind=TaskKind.SUMMARY), bench.task("A", 1)]
        assert self.refusal(bench.plan(tasks, ["SA"]), SummaryLinked).task_id == "S"

    def test_tasks_below_a_task_that_is_no_summary(self, bench):
        tasks = [bench.task("A", 1), bench.task("B", 1, parent_id="A")]
        assert self.refusal(bench.plan(tasks), InvalidTask).task_id == "A"

    @pytest.mark.parametrize(
        "values",
        [
            {"duration": -1},
            {"remaining": -1},
            {"percent_complete": 101},
            {"percent_complete": -1},
            {"kind": TaskKind.MILESTONE},
            {"actual_finish": 0},
            {"actual_start": 1, "actual_finish": 0},
        ],
    )
    def test_tasks_that_contradict_themselves(self, bench, values):
        task = replace(bench.task("A", 1), **values)
        assert self.refusal(bench.plan([task]), InvalidTask).task_id == "A"

    def test_dates_beyond_the_calendar(self, bench):
        assert self.refusal(bench.plan({"A": 1, "B": 10**6}, ["AB"]), OutsideCalendar).task_id == "B"
        early = bench.task("A", 10**5, deadline=bench.day(-30000))
        assert self.refusal(bench.plan([early]), OutsideCalendar).task_id == "A"
        assert self.refusal(bench.plan([bench.task("A", 1, deadline=-(10**9))]), OutsideCalendar).task_id == "A"
        abroad = [bench.task("A", 10**6), bench.task("B", 1, calendar=SATURDAYS_TOO)]
        assert self.refusal(bench.plan(abroad, ["AB"]), OutsideCalendar).task_id in ("A", "B")


def test_an_empty_plan_is_a_point_at_its_start(bench):
    answer = schedule(bench.plan([]))
    assert (answer.start, answer.finish) == (bench.day(0), bench.day(0))
    assert (answer.items, answer.longest_path) == ({}, [])


def test_a_level_of_effort_is_scheduled_like_a_task(bench):
    assert bench.solve([bench.task("A", 3, kind=TaskKind.LEVEL_OF_EFFORT)])["A"]["EF"] == 3


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand_tasks_needs_no_recursion(bench):
    count = 100_000
    tasks = [Task(number, "P", TaskKind.TASK, 10) for number in range(count)]
    links = [bench.link(number, number + 1, id=number) for number in range(count - 1)]
    answer = schedule(Plan([bench.project()], tasks, links))
    assert bench.calendar.between(answer.start, answer.finish) == 10 * count
    assert len(answer.longest_path) == count
    with pytest.raises(NetworkCycle) as refused:
        schedule(Plan([bench.project()], tasks, [*links, bench.link(count - 1, 0, id=count)]))
    assert len(refused.value.path) == count + 1
