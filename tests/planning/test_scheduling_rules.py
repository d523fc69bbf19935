"""The semantics of scheduling, rule by rule. What users need of them is told in docs/scheduling.md, by examples that are tests too."""

from datetime import date

import pytest

from planning.critical_path import schedule
from planning.errors import (
    NetworkCycle,
)
from planning.instant import to_date
from planning.plan import Plan, Task, TaskKind


def test_a_four_day_task_from_monday_finishes_on_thursday_and_its_successor_starts_on_friday(bench):
    items = schedule(bench.plan({"A": 4, "B": 1}, ["AB"])).items
    assert to_date(items["A"].early_start, finish=False) == date(2026, 3, 2)
    assert to_date(items["A"].early_finish, finish=True) == date(2026, 3, 5)
    assert (
        to_date(items["B"].early_start, finish=False)
        == to_date(items["B"].early_finish, finish=True)
        == date(2026, 3, 6)
    )


def test_a_project_that_starts_on_a_saturday_works_from_monday(bench):
    answer = schedule(bench.plan({"A": 1}, start=bench.calendar.start_at_or_after(bench.day(4)) + 1440))
    assert to_date(answer.items["A"].early_start, finish=False) == date(2026, 3, 9)


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
