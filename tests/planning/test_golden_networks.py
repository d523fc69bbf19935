"""The networks with known answers, `tests/golden/networks.json`, whole."""

import json
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from planning.calendar import MON_TO_FRI
from planning.critical_path import schedule
from planning.cycle import find_cycle
from planning.errors import NetworkCycle
from planning.instant import to_date
from planning.moves import moves
from planning.plan import Plan

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "networks.json").read_text())
ELEVEN = GOLDEN["eleven_tasks"]
SLIP, NEW_LINK, SOFT = ELEVEN["changes"]


def test_eleven_tasks_as_one_project(bench):
    answer = schedule(bench.plan(ELEVEN["tasks"], ELEVEN["links"]))
    assert bench.table(answer) == ELEVEN["answers"]
    assert bench.offset(answer.finish) == ELEVEN["finish"]
    assert answer.longest_path == ["A", "B", "D", "E", "G", "I", "J", "K"]
    assert {name for name, row in answer.items.items() if row.critical} == set(answer.longest_path)


def as_a_program(bench, tasks, projects=("P1", "P2", "P3")):
    cut = ELEVEN["as_a_program"]
    home = {task: project for project, members in cut["projects"].items() for task in members}
    return Plan(
        [bench.project(name) for name in projects],
        [bench.task(name, days, home[name]) for name, days in tasks.items()],
        [bench.link(*ends, is_dependency=ends in cut["dependencies"]) for ends in ELEVEN["links"]],
    )


@pytest.mark.parametrize("projects", list(permutations(["P1", "P2", "P3"])))
def test_eleven_tasks_as_a_program(bench, projects):
    assert bench.table(schedule(as_a_program(bench, ELEVEN["tasks"], projects))) == ELEVEN["answers"]


def test_a_slip_moves_what_depends_on_it_and_names_its_cause(bench):
    before = as_a_program(bench, ELEVEN["tasks"])
    after = as_a_program(bench, ELEVEN["tasks"] | {"B": 8})
    was, now = schedule(before), schedule(after)
    moved = moves(was, now, before, after, {"B"}, "B")
    assert bench.offset(now.finish) == SLIP["finish"]
    assert [move.task_id for move in moved] == SLIP["moved"]
    assert {move.cause for move in moved} == {SLIP["cause_of_every_move"]}
    assert {name: now.items[name].total_float / 480 for name in SLIP["TF"]} == SLIP["TF"]


def test_a_link_that_closes_a_cycle_is_answered_with_the_cycle(bench):
    plan = bench.plan(ELEVEN["tasks"], ELEVEN["links"])
    closing = bench.link("K", "C")
    assert find_cycle(plan.tasks, plan.links, [closing]) in NEW_LINK["cycles_allowed_in_the_answer"]
    with pytest.raises(NetworkCycle) as refused:
        schedule(replace(plan, links=[*plan.links, closing]))
    assert refused.value.path in NEW_LINK["cycles_allowed_in_the_answer"]


def test_a_soft_dependency_that_slips_misses_by_its_margin(bench):
    """The receiver keeps its dates while the dependency counts only as far as it was accepted: without its slip D is where it was."""
    tasks = ELEVEN["tasks"] | {"B": 8}
    without = [link for link in ELEVEN["links"] if link != ["B", "D"]]
    accepted = bench.link("A", "D", lag=6, id="accepted forecast of B")
    held = schedule(bench.plan(tasks, [*without, accepted]))
    assert bench.offset(held.items["D"].early_start) == ELEVEN["answers"]["D"]["ES"]
    margin = bench.offset(held.items["D"].late_start) - bench.offset(held.items["B"].early_finish)
    assert margin == SOFT["dependency_margin"]


def test_five_tasks(bench):
    case = GOLDEN["five_tasks"]
    answer = schedule(bench.plan(case["tasks"], case["links"]))
    assert bench.offset(answer.finish) == case["finish"]
    assert [name for name, row in answer.items.items() if row.critical] == case["critical"]
    assert {name: bench.table(answer)[name]["TF"] for name in case["TF"]} == case["TF"]


def test_lag_and_milestone_with_dates(bench):
    case = GOLDEN["with_lag_and_milestone"]
    friday = bench.starting(date(2025, 4, 11))
    answer = schedule(friday.plan(case["tasks"], case["links"]))
    table = friday.table(answer)
    for name, expected in case["answers"].items():
        assert {key: table[name][key] for key in expected} == expected
    assert {name: table[name]["TF"] for name in case["TF"]} == case["TF"]
    dates = {name: str(to_date(answer.items[name].early_finish, finish=True)) for name in ("T1", "T3", "M")}
    assert dates == {"T1": case["dates"]["T1_finish"], "T3": case["dates"]["T3_finish"], "M": case["dates"]["M"]}
    assert answer.longest_path == ["T1", "T3", "M"]


@pytest.mark.parametrize("case", GOLDEN["link_types"], ids=lambda case: str(case["links"]))
def test_link_types(bench, case):
    answer = schedule(bench.plan(case["tasks"], case["links"]))
    assert [bench.table(answer)["B"]["ES"], bench.table(answer)["B"]["EF"]] == case["B"]
    assert "finish" not in case or bench.offset(answer.finish) == case["finish"]


@pytest.mark.parametrize("case", GOLDEN["calendar"], ids=lambda case: case["finish"])
def test_calendar(case):
    start = MON_TO_FRI.day_start(date.fromisoformat(case["start"]))
    finish = MON_TO_FRI.add(start, case["working_days"] * 480)
    assert str(to_date(finish, finish=True)) == case["finish"]
