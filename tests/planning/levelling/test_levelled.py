"""Levelling a plan: what moves, what stands, and that levelled dates are dates the scheduler agrees with."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.calendar import MON_TO_FRI
from planning.critical_path import schedule
from planning.errors import NetworkCycle, UnknownTask
from planning.levelling import (
    Demand,
    InvalidCapacity,
    InvalidDemand,
    Overcommitted,
    Resource,
    UnknownResource,
    level,
)
from planning.plan import Constraint, ConstraintType, Link, LinkType, Plan, Project, Task, TaskKind

pytestmark = pytest.mark.slow

CREW = Resource("crew", 2)


def needs(*names, units=2):
    return [Demand(name, "crew", units) for name in names]


def days(bench, levelled):
    return {name: (bench.offset(row.start), bench.offset(row.finish)) for name, row in levelled.items.items()}


def test_tasks_that_want_the_same_people_stand_in_a_row(bench):
    answer = level(bench.plan({"A": 2, "B": 3, "C": 4}), [CREW], needs("A", "B"))
    spans = days(bench, answer)
    assert spans["C"] == (0, 4)
    assert sorted([spans["A"], spans["B"]]) in ([(0, 2), (2, 5)], [(0, 3), (3, 5)])
    assert bench.offset(answer.finish) == 5
    assert bench.offset(answer.unlevelled_finish) == 4
    assert answer.is_shortest
    assert sorted(row.delay for row in answer.items.values())[:2] == [0, 0]


def test_with_enough_for_everybody_nothing_moves(bench):
    plan = bench.plan({"A": 2, "B": 3, "M": 0}, [("A", "M")])
    answer = level(plan, [CREW], needs("A", "B", units=1))
    early = schedule(plan)
    assert {row.delay for row in answer.items.values()} == {0}
    assert {name: (row.start, row.finish) for name, row in answer.items.items()} == {
        name: (row.early_start, row.early_finish) for name, row in early.items.items()
    }


def test_the_longer_way_goes_first(bench):
    plan = bench.plan({"A": 1, "B": 1, "Z": 5}, [("B", "Z")])
    assert days(bench, level(plan, [CREW], needs("A", "B")))["Z"] == (1, 6)


def test_links_of_all_types_and_lags_are_kept(bench):
    plan = bench.plan({"A": 3, "B": 3, "C": 2}, [("A", "B", "SS", 1), ("B", "C", "FF", 2)])
    spans = days(bench, level(plan, [CREW], needs("A", "B")))
    assert spans["B"][0] >= spans["A"][0] + 1
    assert spans["C"][1] >= spans["B"][1] + 2
    assert spans["B"] == (3, 6)


def test_what_is_held_to_a_date_stands_and_the_rest_goes_round_it(bench):
    must = Constraint(ConstraintType.MSO, bench.day(1))
    plan = bench.plan([bench.task("A", 2), bench.task("B", 1, constraint=must)])
    assert days(bench, level(plan, [CREW], needs("A", "B"))) == {"A": (2, 4), "B": (1, 2)}


def test_work_that_is_going_on_is_not_interrupted(bench):
    begun = bench.task("A", 4, actual_start=bench.day(0), percent_complete=50)
    plan = bench.plan([begun, bench.task("B", 3)], data_date=bench.day(2))
    assert days(bench, level(plan, [CREW], needs("A", "B"))) == {"A": (2, 4), "B": (4, 7)}


def test_complete_work_needs_nobody_and_is_not_in_the_answer(bench):
    done = bench.task("A", 2, actual_start=bench.day(0), actual_finish=bench.evening(2))
    plan = bench.plan([done, bench.task("B", 1)], [("A", "B")])
    assert days(bench, level(plan, [CREW], needs("A", "B"))) == {"B": (2, 3)}


def test_a_constraint_keeps_its_task_from_filling_a_gap(bench):
    later = Constraint(ConstraintType.SNET, bench.day(3))
    plan = bench.plan([bench.task("A", 4), bench.task("B", 1, constraint=later)])
    assert days(bench, level(plan, [CREW], needs("A", "B"))) == {"A": (0, 4), "B": (4, 5)}


def test_summaries_take_no_part(bench):
    plan = bench.plan([bench.task("S", 0, kind=TaskKind.SUMMARY), bench.task("A", 1, parent_id="S")])
    assert list(level(plan, [CREW], needs("A")).items) == ["A"]


def test_levels_of_effort_go_along_with_the_work_and_are_not_levelled(bench):
    along = bench.task("L", 1, kind=TaskKind.LEVEL_OF_EFFORT)
    plan = bench.plan([bench.task("A", 2), bench.task("B", 3), along], [("A", "L", "SS"), ("B", "L", "FF")])
    assert list(level(plan, [CREW], needs("A", "B", "L")).items) == ["A", "B"]


def test_demands_for_one_resource_add_up_and_resources_bind_together(bench):
    two = [CREW, Resource("crane", 1)]
    demands = [Demand("A", "crew", 1), Demand("A", "crew", 1), Demand("B", "crew", 1), Demand("C", "crane", 1)]
    assert bench.offset(level(bench.plan({"A": 1, "B": 1, "C": 1}), two, demands).finish) == 2


def test_a_plan_without_work_stays_as_it_is(bench):
    plan = bench.plan({})
    assert level(plan, [CREW], []).finish == schedule(plan).finish


def test_a_plan_of_minutes_over_years_is_laid_on_a_coarser_grid_and_stays_feasible(bench):
    plan = bench.plan(dict.fromkeys("ABCDEF", 400 + 1 / 480))
    answer = level(plan, [CREW], needs(*"ABCDEF"), evaluations=1)
    assert answer.grid > 1
    spans = sorted(days(bench, answer).values())
    assert all(finish <= start for (_, finish), (start, _) in pairwise(spans))


class TestRefusals:
    def refused(self, bench, error, resources, demands, **task):
        with pytest.raises(error) as caught:
            level(bench.plan([bench.task("A", 1, **task), bench.task("B", 1, **task)]), resources, demands)
        return caught.value

    def test_a_demand_beyond_the_capacity(self, bench):
        assert self.refused(bench, InvalidDemand, [CREW], needs("A", units=3)).task_ids == ["A"]

    def test_a_demand_below_nothing(self, bench):
        assert self.refused(bench, InvalidDemand, [CREW], needs("B", units=-1)).task_ids == ["B"]

    def test_an_unknown_resource(self, bench):
        assert self.refused(bench, UnknownResource, [], needs("A")).resource_ids == ["crew"]

    def test_an_unknown_task(self, bench):
        assert self.refused(bench, UnknownTask, [CREW], needs("X")).task_id == "X"

    @pytest.mark.parametrize("capacity", [-1, 1 << 62])
    def test_a_capacity_that_cannot_be_counted(self, bench, capacity):
        assert self.refused(bench, InvalidCapacity, [Resource("crew", capacity)], []).resource_ids == ["crew"]

    def test_dates_that_ask_for_too_much_by_themselves(self, bench):
        must = Constraint(ConstraintType.MSO, bench.day(1))
        assert self.refused(bench, Overcommitted, [CREW], needs("A", "B"), constraint=must).task_ids == ["A", "B"]

    def test_a_cycle(self, bench):
        with pytest.raises(NetworkCycle):
            level(bench.plan({"A": 1, "B": 1}, ["AB", "BA"]), [CREW], needs("A"))


@settings(max_examples=40)
@given(data=st.data())
def test_the_scheduler_agrees_with_levelled_dates(data):
    monday = MON_TO_FRI.day_start(date(2026, 3, 2))
    count = data.draw(st.integers(1, 7))
    kinds = st.sampled_from(list(LinkType))
    tasks = [
        Task(
            n,
            "P",
            TaskKind.TASK,
            data.draw(st.integers(1, 9)) * 60,
            percent_complete=data.draw(st.sampled_from([0, 50])),
        )
        for n in range(count)
    ]
    begun = data.draw(st.sets(st.integers(0, count - 1), max_size=1))
    tasks = [replace(task, actual_start=monday) if task.id in begun else task for task in tasks]
    links = [
        Link((a, b), a, b, data.draw(kinds), data.draw(st.integers(-3, 3)) * 60)
        for a in range(count)
        for b in range(a + 1, count)
        if data.draw(st.integers(0, 2)) == 0
    ]
    plan = Plan([Project("P", monday, None, monday + 60, MON_TO_FRI)], tasks, links)
    demands = [Demand(n, "crew", data.draw(st.integers(0, 2))) for n in range(count)]
    answer = level(plan, [CREW], demands, evaluations=20)
    pins = {
        name: Constraint(ConstraintType.SNET, row.start) if name not in begun else None
        for name, row in answer.items.items()
    }
    pinned = [replace(task, constraint=pins[task.id]) for task in tasks]
    again = schedule(replace(plan, tasks=pinned))
    for name, row in answer.items.items():
        if not begun:
            assert (again.items[name].early_start, again.items[name].early_finish) == (row.start, row.finish)
        else:
            assert again.items[name].early_finish <= row.finish
    for minute in {row.start for row in answer.items.values()}:
        busy = [name for name, row in answer.items.items() if row.start <= minute < row.finish]
        assert sum(demand.units for demand in demands if demand.task_id in busy) <= CREW.capacity
