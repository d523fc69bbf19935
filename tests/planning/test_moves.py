from dataclasses import replace
from itertools import pairwise

import pytest

from planning.critical_path import schedule
from planning.moves import driving_path, moves
from planning.plan import Imposed, TaskKind

ROOT = "root"


def told(before, after, changed):
    """Move by move: task, days from and to, cause."""
    return {
        move.task_id: move.cause
        for move in moves(before and schedule(before), schedule(after), before, after, changed, ROOT)
    }


def with_links(plan, *links):
    return replace(plan, links=list(links))


def test_what_did_not_move_is_not_told(bench):
    plan = bench.plan({"A": 2, "B": 1, "C": 5}, ["AB"])
    assert told(plan, plan, {"A"}) == {}


def test_floats_are_no_moves(bench):
    tasks = {"A": 2, "B": 1, "C": 5}
    assert told(bench.plan(tasks), bench.plan(tasks | {"C": 9}), {"C"}) == {"C": "C"}


def test_a_move_tells_both_dates_and_what_drives_it(bench):
    before, after = bench.plan({"A": 2, "B": 1}, ["AB"]), bench.plan({"A": 4, "B": 1}, ["AB"])
    move = moves(schedule(before), schedule(after), before, after, {"A"}, ROOT)[1]
    assert (move.task_id, move.project_id, move.driving) == ("B", "P", after.links[0])
    assert (move.previous_early_start, move.previous_early_finish) == (bench.day(2), bench.evening(3))
    assert (move.early_start, move.early_finish) == (bench.day(4), bench.evening(5))


def test_everything_moves_in_a_first_schedule_and_a_new_task_has_no_dates_before(bench):
    plan = bench.plan({"A": 2, "B": 1}, ["AB"])
    assert told(None, plan, {"A"}) == {"A": "A", "B": "A"}
    grown = bench.plan({"A": 2, "B": 1, "C": 1}, ["AB"])
    (move,) = moves(schedule(plan), schedule(grown), plan, grown, {"C"}, ROOT)
    assert (move.task_id, move.cause, move.previous_early_start, move.previous_early_finish) == ("C", "C", None, None)


def test_a_new_link_is_the_cause_of_what_it_moves(bench):
    plan = bench.plan({"A": 2, "B": 1, "C": 1}, ["BC"])
    link = bench.link("A", "B", id="new")
    assert told(plan, with_links(plan, *plan.links, link), {"new"}) == {"B": "new", "C": "new"}


def test_a_removed_link_is_the_cause_of_what_falls_back(bench):
    plan = bench.plan({"A": 2, "B": 1, "C": 1}, [("A", "B"), ("B", "C")])
    assert told(plan, with_links(plan, plan.links[1]), {"A-FS-B"}) == {"B": "A-FS-B", "C": "A-FS-B"}


def test_a_removed_task_is_the_cause_of_what_falls_back(bench):
    before = bench.plan({"A": 2, "B": 1}, ["AB"])
    assert told(before, bench.plan({"B": 1}), {"A"}) == {"B": "A"}


def test_the_nearest_of_several_changes_is_the_cause(bench):
    before = bench.plan({"A": 2, "B": 1, "C": 1}, ["AB", "BC"])
    after = bench.plan({"A": 3, "B": 2, "C": 1}, ["AB", "BC"])
    assert told(before, after, {"A", "B"}) == {"A": "A", "B": "B", "C": "B"}


def test_an_imposed_date_is_the_cause_of_what_it_moves(bench):
    before = bench.plan({"A": 2, "B": 1}, ["AB"])
    imposed = Imposed("dependency", bench.evening(4), "start")
    after = replace(before, tasks=[replace(before.tasks[0], imposed=(imposed,)), before.tasks[1]])
    assert told(before, after, {"dependency"}) == {"A": "dependency", "B": "dependency"}


def test_a_project_is_the_cause_when_its_start_moves(bench):
    tasks = {"A": 2, "B": 1}
    moved = told(bench.plan(tasks, ["AB"]), bench.plan(tasks, ["AB"], start=bench.day(1)), {"P"})
    assert moved == {"A": "P", "B": "P"}


def test_what_no_change_leads_to_is_put_down_to_the_root(bench):
    moved = told(bench.plan({"A": 2}), bench.plan({"A": 3}), {"something else"})
    assert moved == {"A": ROOT}


def test_a_summary_moves_because_of_the_child_that_ends_it(bench):
    def tasks(days):
        summary = bench.task("S", 0, kind=TaskKind.SUMMARY)
        return [summary, bench.task("A", 1, parent_id="S"), bench.task("B", days, parent_id="S"), bench.task("C", 2)]

    assert told(bench.plan(tasks(3)), bench.plan(tasks(4)), {"B"}) == {"S": "B", "B": "B"}


def test_a_chain_is_walked_once_however_many_of_its_tasks_moved(bench):
    names = [f"T{number}" for number in range(3000)]
    links = list(pairwise(names))
    before = bench.plan(dict.fromkeys(names, 1), links)
    after = bench.plan(dict.fromkeys(names, 1) | {"T0": 2}, links)
    assert set(told(before, after, {"T0"}).values()) == {"T0"}


class TestDrivingPath:
    def test_it_leads_back_to_the_task_that_nothing_drives(self, bench):
        plan = bench.plan({"A": 2, "B": 1, "C": 1, "X": 1}, ["AB", "BC", ("X", "C")])
        assert driving_path(schedule(plan), "C") == [("C", plan.links[1]), ("B", plan.links[0]), ("A", None)]

    def test_it_ends_at_an_imposed_date(self, bench):
        imposed = Imposed("dependency", bench.evening(4), "start")
        plan = bench.plan([bench.task("A", 1, imposed=(imposed,)), bench.task("B", 1)], ["AB"])
        assert driving_path(schedule(plan), "B") == [("B", plan.links[0]), ("A", imposed)]

    def test_of_an_unknown_task_there_is_none(self, bench):
        with pytest.raises(KeyError):
            driving_path(schedule(bench.plan({"A": 1})), "X")
