from datetime import date
from decimal import Decimal

import pytest

import planning
from planning import MON_TO_FRI, Link, LinkType, Plan, Project, Task, TaskKind
from planning.books import Agreed, Books, Line, pace_of, percent_done, spi_t
from planning.written import at_finish, at_start

DAY = 480
MONDAY = date(2026, 3, 2)


def day(number: int) -> int:
    """The end of working day `number` (1 is the first)."""
    return MON_TO_FRI.add(at_start(MONDAY), number * DAY)


def task(name, days, **more):
    return Task(id=name, project_id="P", kind=TaskKind.TASK, duration=days * DAY, **more)


def plan(*tasks, links=(), data_date=None):
    project = Project("P", at_start(MONDAY), None, None if data_date is None else at_finish(data_date), MON_TO_FRI)
    return Plan(projects=[project], tasks=list(tasks), links=list(links))


CHAIN = [Link("ab", "A", "B", LinkType.FS, 0)]
LINES = [Line("A", Decimal(1000)), Line("B", Decimal(500)), Line(None, Decimal(300))]


def test_planned_value_follows_working_time_and_ends_at_the_budget():
    books = Books.of(plan(task("A", 10), task("B", 5), links=CHAIN), LINES)
    assert books.budget == 1800
    assert books.planned(at_start(MONDAY)) == 0
    assert books.planned(day(5)) == 500 + 100
    assert books.planned(day(15)) == books.planned(day(99)) == 1800


def test_a_delay_moves_what_remains_and_not_what_was_planned():
    started = task("A", 10, actual_start=at_start(MONDAY), percent_complete=20)
    late = Books.of(plan(started, task("B", 5), links=CHAIN, data_date=date(2026, 3, 20)), LINES)
    assert late.planned(day(10)) == 1000 + 200
    assert late.earned(day(10)) == 200 + 200


def test_a_line_without_a_task_earns_as_planned_until_all_work_is_done():
    half = Books.of(plan(task("A", 10, actual_start=at_start(MONDAY), percent_complete=50)), [Line(None, Decimal(300))])
    assert half.earned(day(5)) == 150
    done = task("A", 10, actual_start=at_start(MONDAY), actual_finish=day(4), percent_complete=100)
    whole = Books.of(plan(done), [Line(None, Decimal(300))])
    assert (whole.completed_at, whole.earned(day(4))) == (day(4), 300)


def test_money_of_a_task_that_left_the_plan_stays_in_the_budget_alone():
    books = Books.of(plan(task("A", 10)), LINES)
    assert (books.dropped, books.budget) == (500, 1800)
    assert books.planned(day(99)) == books.budget - books.dropped


def test_a_summary_earns_as_the_work_below_it_does():
    tasks = (
        Task(id="S", project_id="P", kind=TaskKind.SUMMARY, duration=0),
        task("A", 30, parent_id="S", actual_start=at_start(MONDAY), percent_complete=50),
        task("B", 10, parent_id="S", actual_start=at_start(MONDAY), actual_finish=day(10), percent_complete=100),
    )
    assert Books.of(plan(*tasks), [Line("S", Decimal(800))]).earned(day(10)) == 500


def test_spi_t_tells_that_work_that_is_complete_was_late():
    done = task("A", 10, actual_start=at_start(MONDAY), actual_finish=day(20), percent_complete=100)
    books = Books.of(plan(done), [Line("A", Decimal(1000))])
    assert spi_t([books], day(40), books.earned(day(40))).value == Decimal("0.5")


def test_spi_t_of_projects_together_is_measured_on_the_sum_of_their_curves():
    ahead = Books.of(
        plan(task("A", 10, actual_start=at_start(MONDAY), percent_complete=100, actual_finish=day(5))), LINES[:1]
    )
    idle = Books.of(plan(task("A", 10)), LINES[:1])
    earned = ahead.earned(day(10)) + idle.earned(day(10))
    assert earned == 1000
    assert spi_t([ahead, idle], day(10), earned).value == Decimal("0.5")


def test_a_level_of_effort_is_done_as_planned_by_the_data_date_and_a_summary_as_the_work_below_it():
    summary = Task(id="S", project_id="P", kind=TaskKind.SUMMARY, duration=0)
    half = task("A", 30, parent_id="S", actual_start=at_start(MONDAY), percent_complete=50)
    done = task("B", 10, parent_id="S", actual_start=at_start(MONDAY), actual_finish=day(10), percent_complete=100)
    effort = Task(id="L", project_id="P", kind=TaskKind.LEVEL_OF_EFFORT, duration=0)
    links = [Link("al", "A", "L", LinkType.SS, 0), Link("la", "A", "L", LinkType.FF, 0)]
    told = percent_done(plan(summary, half, done, effort, links=links, data_date=date(2026, 3, 13)))
    assert {name: round(share, 6) for name, share in told.items()} == {
        "S": Decimal("62.5"),
        "A": 50,
        "B": 100,
        "L": Decimal("33.333333"),
    }
    undated = percent_done(plan(summary, half, done, effort, links=links))
    assert (undated["A"], undated["B"], undated["L"]) == (50, 100, 0)


def test_the_schedule_that_is_earned_is_told_in_working_time():
    books = Books.of(
        plan(task("A", 10, actual_start=at_start(MONDAY), percent_complete=25)), [Line("A", Decimal(1000))]
    )
    pace = pace_of([books], day(4), books.earned(day(4)))
    assert pace is not None
    assert (pace.calendar, pace.earned, pace.elapsed) == (MON_TO_FRI, 5 * DAY // 2, 4 * DAY)
    assert pace.spi_t.value == Decimal("0.625")


def test_without_a_budget_there_is_no_pace():
    books = Books.of(plan(task("A", 10)), [])
    assert pace_of([books], day(5), Decimal(0)) is None
    assert spi_t([books], day(5), Decimal(0)).reason == "no_budget"


@pytest.mark.parametrize("on", [date(2026, 3, 7), date(2026, 3, 8)])
def test_work_done_on_a_weekend_is_done_on_that_day(on):
    from planning.written import at_actual_finish, at_actual_start

    done = task("A", 1, actual_start=at_actual_start(on), actual_finish=at_actual_finish(on), percent_complete=100)
    item = planning.schedule(plan(done)).items["A"]
    assert planning.to_date(item.early_start, finish=False) == on
    assert planning.to_date(item.early_finish, finish=True) == on


def test_a_baseline_decides_what_was_planned_however_the_plan_has_changed():
    agreed = Agreed({"A": (at_start(MONDAY), day(5)), "C": (at_start(MONDAY), day(10))}, at_start(MONDAY), day(10))
    now = plan(task("A", 20, actual_start=at_start(MONDAY), percent_complete=25), task("B", 5), links=CHAIN)
    lines = [Line("A", Decimal(1000)), Line("C", Decimal(200)), Line(None, Decimal(300))]
    books = Books.of(now, lines, agreed)
    assert books.planned(day(5)) == 1000 + 100 + 150
    assert books.earned(day(5)) == 250 + 150
    assert (books.budget, books.removed, books.dropped) == (1500, 200, 0)


def test_what_was_earned_at_a_past_date_is_told_from_the_reports():
    half = task("A", 10, actual_start=at_start(MONDAY), percent_complete=80)
    books = Books.of(plan(half), LINES[:1], reports={"A": [(day(4), Decimal(20)), (day(8), Decimal(80))]})
    assert [books.earned(day(number)) for number in (0, 2, 4, 6, 8, 9)] == [0, 100, 200, 500, 800, 800]


def test_a_level_of_effort_earns_with_the_time_that_passes():
    effort = Task(id="L", project_id="P", kind=TaskKind.LEVEL_OF_EFFORT, duration=10 * DAY)
    books = Books.of(plan(effort), [Line("L", Decimal(1000))])
    assert books.earned(day(4)) == books.planned(day(4)) == 400


def test_a_general_line_is_earned_whole_only_once_all_work_is_done():
    done = task("A", 4, actual_start=at_start(MONDAY), actual_finish=day(4), percent_complete=100)
    books = Books.of(plan(done), [Line(None, Decimal(400))])
    assert [books.earned(day(number)) for number in (1, 3, 4, 9)] == [100, 300, 400, 400]


def test_a_line_with_a_period_of_its_own_is_planned_in_it():
    period = at_start(MONDAY), day(2)
    books = Books.of(plan(task("A", 10)), [Line("A", Decimal(1000), period), Line(None, Decimal(300), period)])
    assert (books.budget, books.dropped) == (1300, 0)
    assert books.planned(day(1)) == 650
    assert books.planned(day(2)) == 1300
    assert books.earned(day(1)) == 150


def test_what_was_agreed_on_is_spread_by_the_calendars_of_that_time():
    weekdays = plan(task("A", 10))
    agreed = Agreed({"A": (at_start(MONDAY), day(10))}, at_start(MONDAY), day(10))
    tuesdays = planning.WorkCalendar([[], [(540, 1020)], [], [], [], [], []], {}, DAY)
    then = Agreed(agreed.dates, agreed.start, agreed.finish, {"A": tuesdays}, tuesdays)
    lines = [Line("A", Decimal(1000)), Line(None, Decimal(100))]
    assert Books.of(weekdays, lines, agreed).planned(day(3)) == 300 + 30
    assert Books.of(weekdays, lines, then).planned(day(3)) == 500 + 50
