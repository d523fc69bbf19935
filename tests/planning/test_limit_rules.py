"""What constraints, deadlines, anchors and imposed dates ask of dates, rule by rule."""

from dataclasses import replace

import pytest

from planning.critical_path import schedule
from planning.plan import Constraint, ConstraintType, Imposed, Plan, Progress, SchedulingMode


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
        plan = bench.plan({"A": 4, "B": 2, "C": 1}, critical_float=2 * 480)
        assert [row.critical for row in schedule(plan).items.values()] == [True, True, False]

    def test_in_a_program_each_task_is_critical_by_the_threshold_of_its_own_project(self, bench):
        projects = [bench.project("P"), bench.project("Q", critical_float=2 * 480)]
        tasks = [bench.task("A", 4), bench.task("B", 2), bench.task("C", 2, "Q"), bench.task("D", 1, "Q")]
        items = schedule(Plan(projects, tasks, [])).items
        assert [items[name].critical for name in "ABCD"] == [True, False, True, False]


class TestProgressOverride:
    def test_in_a_program_each_task_goes_on_as_its_own_project_says(self, bench):
        """B and C have begun out of sequence; only C's project lets it go on without waiting."""
        projects = [bench.project("P"), bench.project("Q", progress=Progress.OVERRIDE)]
        begun = {"actual_start": bench.day(0), "percent_complete": 50}
        tasks = [bench.task("A", 5), bench.task("B", 4, **begun), bench.task("C", 4, "Q", **begun)]
        items = schedule(Plan(projects, tasks, [bench.link("A", "B"), bench.link("A", "C")])).items
        assert items["B"].early_finish == bench.evening(7)
        assert items["C"].early_finish == bench.evening(2)


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
