"""What was done when, told from dates and reports."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from planning import MON_TO_FRI, Task, TaskKind
from planning.progress import Progress, Rollup
from planning.written import at_finish, at_start

MONDAY = date(2026, 3, 2)
TASK = Task(id="A", project_id="P", kind=TaskKind.TASK, duration=10 * 480)
PLANNED = at_start(MONDAY), at_finish(date(2026, 3, 13))


def on(day: int, progress: Progress | Rollup) -> Decimal:
    return progress.at(at_finish(date(2026, 3, day)), MON_TO_FRI)


def test_progress_that_nobody_dated_holds_at_all_times():
    progress = Progress.of(replace(TASK, percent_complete=40), PLANNED)
    assert [on(day, progress) for day in (2, 6, 31)] == [40, 40, 40]


def test_nothing_is_done_before_the_actual_start():
    progress = Progress.of(replace(TASK, percent_complete=40, actual_start=at_start(date(2026, 3, 9))), PLANNED)
    assert [on(day, progress) for day in (6, 9, 31)] == [0, 40, 40]


def test_work_between_its_actual_dates_went_on_evenly():
    task = replace(TASK, percent_complete=100, actual_start=PLANNED[0], actual_finish=PLANNED[1])
    assert [on(day, Progress.of(task, PLANNED)) for day in (2, 6, 7, 12, 13, 31)] == [10, 50, 50, 90, 100, 100]


def test_reports_are_what_was_known_at_their_date():
    reports = [(at_finish(date(2026, 3, 6)), Decimal(20)), (at_finish(date(2026, 3, 13)), Decimal(60))]
    started = replace(TASK, percent_complete=60, actual_start=PLANNED[0])
    assert [on(day, Progress.of(started, None, reports)) for day in (3, 6, 11, 13, 31)] == [8, 20, 44, 60, 60]
    unstarted = replace(TASK, percent_complete=60)
    assert on(6, Progress.of(unstarted, PLANNED, reports)) == 20
    assert on(3, Progress.of(unstarted, PLANNED, reports)) == 8


def test_a_report_outside_the_actual_dates_says_nothing():
    reports = [(at_finish(date(2026, 2, 27)), Decimal(50)), (at_finish(date(2026, 3, 20)), Decimal(70))]
    task = replace(TASK, percent_complete=100, actual_start=PLANNED[0], actual_finish=PLANNED[1])
    assert on(6, Progress.of(task, PLANNED, reports)) == 50


def test_a_level_of_effort_is_done_as_it_was_planned():
    effort = replace(TASK, kind=TaskKind.LEVEL_OF_EFFORT, percent_complete=0)
    assert [on(day, Progress.of(effort, PLANNED)) for day in (2, 6, 13, 31)] == [10, 50, 100, 100]


@pytest.mark.parametrize(("weights", "done"), [((30, 10), 25), ((0, 0), 50), ((0, 10), 100)])
def test_several_tasks_are_weighed_by_their_durations(weights, done):
    parts = (Progress((), Decimal(0)), Progress((), Decimal(100)))
    assert on(6, Rollup(tuple(zip(weights, parts, strict=True)))) == done
    assert on(6, Rollup(())) == 0
