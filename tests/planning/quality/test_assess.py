"""Each of the fourteen points, with what it names and what it leaves alone."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.calendar import MON_TO_FRI
from planning.figure import Figure
from planning.plan import Constraint, ConstraintType, Plan, Project, Task, TaskKind
from planning.quality import Check, Thresholds, assess


@pytest.fixture
def found(bench):
    """One finding of a plan."""

    def found(check, tasks, links=(), *, baseline=None, resourced=None, thresholds=None, **project):
        plan = bench.plan(tasks, links, **project)
        return assess(plan, baseline=baseline, resourced=resourced, thresholds=thresholds)[check]

    return found


def complete(bench, name, begin, end, **values):
    return bench.task(name, end - begin, actual_start=bench.day(begin), actual_finish=bench.evening(end), **values)


def test_every_point_is_answered_in_order(bench):
    findings = assess(bench.plan({"A": 1}))
    assert list(findings) == list(Check)
    assert all(finding.check is check for check, finding in findings.items())
    assert all((finding.passed is None) == (finding.value.value is None) for finding in findings.values())


def test_a_plan_without_tasks_passes_and_fails_nothing(bench):
    assert {finding.passed for finding in assess(bench.plan({})).values()} == {None}


class TestStructure:
    def test_missing_logic_names_tasks_open_at_either_end(self, found, bench):
        finding = found(Check.LOGIC, {"A": 1, "B": 1, "C": 1, "D": 1}, ["AB", "BC"])
        assert finding.ids == ("A", "C", "D")
        assert finding.value == Figure(Decimal("0.75"))
        assert finding.passed is False

    def test_complete_tasks_summaries_and_levels_of_effort_need_no_logic(self, found, bench):
        tasks = [
            complete(bench, "A", 0, 1),
            bench.task("S", 0, kind=TaskKind.SUMMARY),
            bench.task("L", 5, kind=TaskKind.LEVEL_OF_EFFORT),
        ]
        assert found(Check.LOGIC, tasks).value == Figure(None, "nothing_to_check")

    def test_no_lead_is_tolerated(self, found):
        links = [("A", "B", "FS", -1), ("B", "C", "FS", 0)]
        finding = found(Check.LEADS, {"A": 2, "B": 2, "C": 1}, links)
        assert (finding.ids, finding.passed, finding.checked) == (("A-FS-B",), False, 2)

    def test_few_lags_are_tolerated(self, found):
        tasks = dict.fromkeys("ABC", 1)
        finding = found(Check.LAGS, tasks, [("A", "B", "FS", 1), ("B", "C")])
        assert (finding.ids, finding.passed) == (("A-FS-B",), False)
        assert found(Check.LAGS, tasks, [("A", "B", "FS", 1)], thresholds=Thresholds(lags=Decimal(1))).passed

    def test_links_are_to_be_finish_to_start(self, found):
        finding = found(Check.LINK_TYPES, {"A": 2, "B": 2, "C": 1}, [("A", "B", "SS"), ("B", "C")])
        assert (finding.value, finding.ids, finding.passed) == (Figure(Decimal("0.5")), ("A-SS-B",), False)
        assert found(Check.LINK_TYPES, {"A": 2, "B": 2}, ["AB"]).passed
        assert found(Check.LINK_TYPES, {"A": 2}).passed is None

    def test_links_into_complete_work_no_longer_matter(self, found, bench):
        tasks = [complete(bench, "A", 0, 1), complete(bench, "B", 1, 2)]
        assert found(Check.LEADS, tasks, [("A", "B", "FS", -1)]).passed is None

    @pytest.mark.parametrize(
        ("kind", "hard"),
        [(kind, kind in ("MSO", "MFO", "SNLT", "FNLT")) for kind in ConstraintType if kind not in ("ASAP", "ALAP")],
    )
    def test_constraints_that_stop_logic_are_hard(self, found, bench, kind, hard):
        task = bench.task("A", 1, constraint=Constraint(kind, bench.evening(5)))
        finding = found(Check.HARD_CONSTRAINTS, [task])
        assert finding.ids == (("A",) if hard else ())
        assert finding.passed is not hard

    def test_long_tasks_are_named(self, found):
        finding = found(Check.HIGH_DURATION, {"A": 45, "B": 44, "M": 0})
        assert (finding.ids, finding.checked) == (("A",), 2)
        assert found(Check.HIGH_DURATION, {"A": 45}, thresholds=Thresholds(high_duration_days=45)).passed

    def test_work_needs_somebody(self, found):
        assert found(Check.RESOURCES, {"A": 1}).value.reason == "no_assignments"
        finding = found(Check.RESOURCES, {"A": 1, "B": 1, "M": 0}, resourced={"A"})
        assert (finding.ids, finding.checked, finding.passed) == (("B",), 2, False)


class TestDates:
    def test_high_float_is_more_than_the_days_allowed(self, found):
        assert found(Check.HIGH_FLOAT, {"A": 50, "B": 5, "C": 6}).ids == ("B",)

    def test_negative_float_names_what_is_late(self, found, bench):
        tasks = [bench.task("A", 5, deadline=bench.evening(3)), bench.task("B", 1)]
        finding = found(Check.NEGATIVE_FLOAT, tasks)
        assert (finding.ids, finding.passed) == (("A",), False)

    def test_work_to_do_before_the_data_date_and_done_after_it_is_misdated(self, found, bench):
        early = Constraint(ConstraintType.MSO, bench.day(0))
        tasks = [
            complete(bench, "past", 0, 2),
            complete(bench, "future", 4, 6),
            bench.task("begun", 5, actual_start=bench.day(1), percent_complete=20),
            bench.task("ahead", 5, actual_start=bench.day(4)),
            bench.task("open", 1),
            bench.task("held", 1, constraint=early, mode="manual"),
        ]
        finding = found(Check.INVALID_DATES, tasks, data_date=bench.day(3))
        assert finding.ids == ("future", "ahead")
        assert finding.checked == 6

    def test_friday_evening_is_not_before_monday_morning(self, found, bench):
        tasks = [complete(bench, "A", 0, 5), bench.task("M", 0)]
        assert found(Check.INVALID_DATES, tasks, ["AM"], data_date=bench.day(5)).passed

    def test_without_a_data_date_no_date_is_invalid(self, found):
        assert found(Check.INVALID_DATES, {"A": 1}).value.reason == "no_data_date"

    def test_missed_tasks_are_late_against_the_baseline(self, found, bench):
        tasks = [
            complete(bench, "on time", 0, 2),
            complete(bench, "late", 0, 3),
            bench.task("open", 4),
            bench.task("later", 9),
        ]
        baseline = {
            "on time": bench.evening(2),
            "late": bench.evening(2),
            "open": bench.evening(3),
            "later": bench.evening(4),
        }
        finding = found(Check.MISSED_TASKS, tasks, baseline=baseline, data_date=bench.day(3))
        assert (finding.ids, finding.checked) == (("late", "open"), 3)
        index = found(Check.BEI, tasks, baseline=baseline, data_date=bench.day(3))
        assert (index.ids, index.passed) == (("open",), False)
        assert round(index.value.value, 9) == round(Decimal(2) / 3, 9)

    def test_work_done_ahead_raises_the_execution_index(self, found, bench):
        tasks = [complete(bench, "A", 0, 1), complete(bench, "B", 1, 2)]
        baseline = {"A": bench.evening(1), "B": bench.evening(9)}
        finding = found(Check.BEI, tasks, baseline=baseline, data_date=bench.day(2))
        assert (finding.value, finding.passed) == (Figure(Decimal(2)), True)

    @pytest.mark.parametrize("check", [Check.BEI, Check.MISSED_TASKS])
    def test_what_needs_a_baseline_says_what_it_lacks(self, found, bench, check):
        assert found(check, {"A": 1}).value.reason == "no_baseline"
        assert found(check, {"A": 1}, baseline={"A": bench.evening(1)}).value.reason == "no_data_date"
        later = found(check, {"A": 1}, baseline={"A": bench.evening(9)}, data_date=bench.day(1))
        assert later.value.reason == "nothing_to_check"

    def test_the_finish_follows_a_delay_on_the_critical_path(self, found):
        assert found(Check.CRITICAL_PATH_TEST, {"A": 1, "B": 2, "C": 1}, ["AB", "BC"]).passed

    def test_the_finish_follows_a_delay_of_what_is_going_on(self, found, bench):
        begun = bench.task("A", 4, actual_start=bench.day(0), percent_complete=50)
        tasks = [begun, bench.task("B", 1)]
        assert found(Check.CRITICAL_PATH_TEST, tasks, ["AB"], data_date=bench.day(2)).passed

    def test_a_held_finish_fails_the_critical_path_test(self, found, bench):
        held = bench.task("M", 0, constraint=Constraint(ConstraintType.MFO, bench.evening(700)))
        finding = found(Check.CRITICAL_PATH_TEST, [bench.task("A", 1), held], ["AM"])
        assert (finding.value, finding.passed, finding.ids) == (Figure(Decimal(0)), False, ("A",))

    def test_complete_work_takes_no_critical_path_test(self, found, bench):
        assert found(Check.CRITICAL_PATH_TEST, [complete(bench, "A", 0, 1)]).value.reason == "work_complete"

    @pytest.mark.parametrize(("deadline", "index", "passed"), [(10, 1, True), (8, "0.8", False), (12, "1.2", True)])
    def test_the_length_index_compares_float_with_what_is_left(self, found, bench, deadline, index, passed):
        finding = found(Check.CPLI, {"A": 4, "B": 6}, ["AB"], deadline=bench.evening(deadline))
        assert (finding.value, finding.passed) == (Figure(Decimal(index)), passed)
        assert finding.ids == (() if passed else ("A", "B"))

    def test_the_length_index_counts_from_the_data_date_and_takes_the_baseline_without_a_deadline(self, found, bench):
        tasks = [complete(bench, "A", 0, 2), bench.task("B", 4)]
        finding = found(Check.CPLI, tasks, ["AB"], data_date=bench.day(2), baseline={"B": bench.evening(5)})
        assert finding.value == Figure(Decimal("0.75"))

    def test_the_length_index_says_why_there_is_none(self, found, bench):
        assert found(Check.CPLI, {"A": 1}).value.reason == "no_deadline"
        done = [complete(bench, "A", 0, 1)]
        assert found(Check.CPLI, done, deadline=bench.evening(5)).value.reason == "work_complete"


@given(st.integers(0, 30), st.integers(1, 30))
def test_a_share_passes_up_to_its_threshold_and_names_as_many_as_it_counts(late, others):
    start = MON_TO_FRI.start_of(MON_TO_FRI.worked(29_500_000))
    project = Project("P", start, None, None, MON_TO_FRI)
    tasks = [Task(number, "P", TaskKind.TASK, 480) for number in range(late + others)]
    tasks[:late] = [replace(task, deadline=start) for task in tasks[:late]]
    limit = Decimal(late) / Decimal(late + others)
    finding = assess(Plan([project], tasks, []), thresholds=Thresholds(negative_float=limit))[Check.NEGATIVE_FLOAT]
    assert finding.ids == tuple(range(late))
    assert finding.passed is (finding.value.value <= limit)
