"""Plans that have no dates are refused by name."""

from dataclasses import replace

import pytest
from tests.planning.random_networks import SATURDAYS_TOO

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
from planning.plan import TaskKind


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
