"""The golden network cut into projects in every way: the dates are those of the uncut one."""

import json
from itertools import product
from pathlib import Path

import pytest

from planning.critical_path import schedule
from planning.plan import Plan

ELEVEN = json.loads((Path(__file__).parents[1] / "golden" / "networks.json").read_text())["eleven_tasks"]
TASKS = ELEVEN["tasks"]


def cuts(most):
    """Every way to cut the tasks into so many projects at most, each once: the first task is in project 0, a new project has the next number."""
    for rest in product(range(most), repeat=len(TASKS) - 1):
        homes = (0, *rest)
        if all(home <= max(homes[:place]) + 1 for place, home in enumerate(homes) if place):
            yield homes


def check(bench, homes):
    home = {name: f"P{number}" for name, number in zip(TASKS, homes, strict=True)}
    plan = Plan(
        [bench.project(name) for name in sorted(set(home.values()))],
        [bench.task(name, days, home[name]) for name, days in TASKS.items()],
        [bench.link(*ends, is_dependency=home[ends[0]] != home[ends[1]]) for ends in ELEVEN["links"]],
    )
    assert bench.table(schedule(plan)) == ELEVEN["answers"], home


def test_every_cut_into_two_projects_gives_the_dates_of_the_uncut_network(bench):
    found = list(cuts(2))
    assert len(found) == 2**10
    for homes in found:
        check(bench, homes)


def test_thresholds_of_the_projects_leave_the_dates_and_say_what_is_critical_in_each(bench):
    for homes in list(cuts(2))[::64]:
        home = {name: f"P{number}" for name, number in zip(TASKS, homes, strict=True)}
        within = {"P0": 0, "P1": 3}
        plan = Plan(
            [bench.project(name, critical_float=480 * within[name]) for name in sorted(set(home.values()))],
            [bench.task(name, days, home[name]) for name, days in TASKS.items()],
            [bench.link(*ends) for ends in ELEVEN["links"]],
        )
        answer = schedule(plan)
        assert bench.table(answer) == ELEVEN["answers"], homes
        for name, row in answer.items.items():
            assert row.critical is (ELEVEN["answers"][name]["TF"] <= within[home[name]]), (homes, name)


@pytest.mark.long
def test_every_cut_into_three_projects_gives_the_dates_of_the_uncut_network(bench):
    found = [homes for homes in cuts(3) if max(homes) == 2]
    assert len(found) == 28_501
    for homes in found:
        check(bench, homes)


def test_a_project_for_each_task_gives_the_dates_of_the_uncut_network(bench):
    check(bench, range(len(TASKS)))
