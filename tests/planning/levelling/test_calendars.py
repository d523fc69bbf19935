"""Plans of several calendars, and people who are away: every levelled plan is judged by tests.planning.levelling.judge."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.planning.levelling.judge import broken_links, broken_spans, overdrawn

from planning.calendar import MON_TO_FRI, ROUND_THE_CLOCK, WorkCalendar
from planning.critical_path import schedule
from planning.kernel import plain
from planning.levelling import Demand, Overcommitted, Resource, clocked, kernels, level
from planning.plan import Constraint, ConstraintType, LagCalendar, Link, LinkType, Plan, Project, Task, TaskKind

pytestmark = pytest.mark.slow

HOUR = 60
MONDAY = MON_TO_FRI.day_start(date(2026, 3, 2))
NIGHTS = WorkCalendar([[(0, 6 * HOUR), (22 * HOUR, 24 * HOUR)]] * 7)
SHORT = WorkCalendar([[(8 * HOUR, 10 * HOUR), (11 * HOUR, 13 * HOUR)]] * 6 + [[]], {date(2026, 3, 4): []})
AWAY = WorkCalendar([[(9 * HOUR, 17 * HOUR)]] * 5 + [[]] * 2, {date(2026, 3, 3): [], date(2026, 3, 5): []})
CALENDARS = [None, NIGHTS, SHORT, ROUND_THE_CLOCK]
PEOPLE = [None, AWAY, SHORT, ROUND_THE_CLOCK]


@st.composite
def plans(draw):
    count = draw(st.integers(1, 6))
    tasks = []
    for number in range(count):
        hours = draw(st.integers(0, 9))
        kind = TaskKind.TASK if hours else TaskKind.MILESTONE
        task = Task(number, "P", kind, hours * HOUR, calendar=draw(st.sampled_from(CALENDARS)))
        if draw(st.integers(0, 5)) == 0:
            later = Constraint(ConstraintType.SNET, MONDAY + draw(st.integers(0, 50)) * HOUR)
            task = replace(task, constraint=later)
        tasks.append(task)
    links = [
        Link(
            (a, b),
            a,
            b,
            draw(st.sampled_from(list(LinkType))),
            draw(st.integers(-4, 6)) * HOUR,
            draw(st.sampled_from(list(LagCalendar))),
        )
        for a in range(count)
        for b in range(a + 1, count)
        if draw(st.integers(0, 2)) == 0
    ]
    return Plan([Project("P", MONDAY, None, None, MON_TO_FRI)], tasks, links)


@st.composite
def crews(draw, plan):
    resources = [
        Resource(name, draw(st.integers(1, 3)), draw(st.sampled_from(PEOPLE)))
        for name in range(draw(st.integers(0, 3)))
    ]
    demands = [
        Demand(task.id, resource.id, draw(st.integers(0, resource.capacity)))
        for task in plan.tasks
        for resource in resources
        if draw(st.booleans())
    ]
    return resources, demands


def judged(data):
    """Level a plan that is drawn, and find nothing wrong with it."""
    plan = data.draw(plans())
    resources, demands = data.draw(crews(plan))
    answer = level(plan, resources, demands, evaluations=20)
    assert broken_spans(plan, answer) == []
    assert broken_links(plan, answer) == []
    met = [demand for demand in demands if demand.task_id not in answer.understaffed]
    assert overdrawn(plan, answer, resources, met) == []
    always = [replace(resource, calendar=None) for resource in resources]
    assert overdrawn(plan, answer, always, demands) == []
    pinned = [
        replace(task, constraint=Constraint(ConstraintType.SNET, answer.items[task.id].start)) for task in plan.tasks
    ]
    again = schedule(replace(plan, tasks=pinned))
    assert {name: (row.early_start, row.early_finish) for name, row in again.items.items()} == {
        name: (row.start, row.finish) for name, row in answer.items.items()
    }


@settings(max_examples=30)
@given(data=st.data())
def test_links_lags_calendars_and_capacities_hold_in_every_levelled_plan(data):
    judged(data)


@pytest.mark.long
@settings(max_examples=600)
@given(data=st.data())
def test_they_hold_in_many(data):
    judged(data)


@settings(max_examples=25)
@given(data=st.data())
def test_with_plenty_of_everything_a_plan_stays_as_it_is_scheduled(data):
    plan = data.draw(plans())
    answer = level(plan, [], [], evaluations=5)
    early = schedule(plan)
    assert {name: (row.start, row.finish, row.delay) for name, row in answer.items.items()} == {
        name: (row.early_start, row.early_finish, 0) for name, row in early.items.items()
    }
    assert answer.is_shortest


CREW = "crew"
HOLIDAY = WorkCalendar([[(9 * HOUR, 17 * HOUR)]] * 5 + [[]] * 2, {date(2026, 3, day): [] for day in range(4, 7)})
"""Wednesday to Friday of the first week are free."""


def needs(*names, units=1):
    return [Demand(name, CREW, units) for name in names]


def spans(bench, answer):
    return {name: (bench.offset(row.start), bench.offset(row.finish)) for name, row in answer.items.items()}


def test_work_waits_until_who_does_it_is_back_and_what_fits_before_goes_first(bench):
    answer = level(bench.plan({"A": 4, "B": 2}), [Resource(CREW, 1, HOLIDAY)], needs("A", "B"))
    assert spans(bench, answer) == {"A": (5, 9), "B": (0, 2)}
    assert (answer.is_shortest, answer.understaffed) == (True, [])
    assert bench.offset(answer.unlevelled_finish) == 4


def test_only_what_needs_the_absent_waits(bench):
    resources = [Resource(CREW, 1, HOLIDAY), Resource("crane", 1)]
    demands = [*needs("A"), Demand("A", "crane", 1), Demand("B", "crane", 1)]
    assert spans(bench, level(bench.plan({"A": 3, "B": 4}), resources, demands)) == {"A": (5, 8), "B": (0, 4)}


def test_who_is_never_there_for_so_long_is_not_waited_for_and_the_task_is_named(bench):
    mornings = WorkCalendar([[(9 * HOUR, 13 * HOUR)]] * 5 + [[]] * 2)
    answer = level(bench.plan({"A": 1, "B": 0.5, "C": 2}), [Resource(CREW, 1, mornings)], needs("A", "B", "C"))
    assert answer.understaffed == ["A", "C"]
    both = sorted(spans(bench, answer)[name] for name in "AC")
    assert both[0][1] <= both[1][0]


def test_what_is_held_to_a_day_on_which_somebody_is_away_stands_and_is_named(bench):
    must = Constraint(ConstraintType.MSO, bench.day(2))
    plan = bench.plan([bench.task("A", 1, constraint=must), bench.task("B", 1)])
    answer = level(plan, [Resource(CREW, 1, HOLIDAY)], needs("A", "B"))
    assert (spans(bench, answer), answer.understaffed) == ({"A": (2, 3), "B": (0, 1)}, ["A"])


def test_day_and_night_share_a_machine_and_neither_waits(bench):
    plan = bench.plan([bench.task("day", 5), bench.task("night", 5, calendar=NIGHTS)])
    answer = level(plan, [Resource(CREW, 1)], needs("day", "night"))
    assert {row.delay for row in answer.items.values()} == {0}


def test_two_calendars_that_want_the_same_hours_stand_in_a_row(bench):
    six_days = WorkCalendar([[(9 * HOUR, 17 * HOUR)]] * 6 + [[]])
    plan = bench.plan([bench.task("A", 3), bench.task("B", 4, calendar=six_days)])
    answer = level(plan, [Resource(CREW, 1)], needs("A", "B"))
    assert spans(bench, answer)["A"] == (0, 3)
    assert answer.items["B"].finish == MONDAY - 9 * HOUR + 7 * 24 * HOUR + 17 * HOUR  # Thursday to Saturday, and Monday
    assert answer.is_shortest


def test_a_lag_round_the_clock_does_not_keep_a_plan_from_being_levelled(bench):
    wait = bench.link("A", "B", lag=3, lag_calendar=LagCalendar.ROUND_THE_CLOCK)  # 24 hours
    answer = level(bench.plan({"A": 1, "B": 1, "C": 2}, [wait]), [Resource(CREW, 1)], needs("A", "B", "C"))
    assert sorted(spans(bench, answer).values()) == [(0, 1), (1, 3), (3, 4)]


def test_an_absence_of_years_is_waited_for(bench):
    years = {date.fromordinal(day): [] for day in range(date(2026, 3, 2).toordinal(), date(2027, 6, 1).toordinal())}
    back = WorkCalendar([[(9 * HOUR, 17 * HOUR)]] * 5 + [[]] * 2, years)
    answer = level(bench.plan({"A": 1}), [Resource(CREW, 1, back)], needs("A"))
    assert answer.items["A"].start == MON_TO_FRI.day_start(date(2027, 6, 1))


def test_dates_of_two_calendars_that_ask_for_too_much_are_refused(bench):
    must = Constraint(ConstraintType.MSO, bench.day(0))
    tasks = [bench.task("A", 1, constraint=must), bench.task("B", 1, constraint=must, calendar=ROUND_THE_CLOCK)]
    with pytest.raises(Overcommitted) as caught:
        level(bench.plan(tasks), [Resource(CREW, 1)], needs("A", "B"))
    assert caught.value.task_ids == ["A", "B"]


def test_minutes_over_years_are_counted_in_coarser_steps_and_stay_feasible(bench):
    plan = bench.plan([bench.task(name, 60 + 1 / 480, calendar=cal) for name, cal in (("A", None), ("B", SHORT))])
    answer = level(plan, [Resource(CREW, 1)], needs("A", "B"), evaluations=1)
    assert answer.grid > 1
    assert (broken_spans(plan, answer), overdrawn(plan, answer, [Resource(CREW, 1)], needs("A", "B"))) == ([], [])


def test_compiled_and_plain_kernels_level_alike_on_a_clock(bench):
    plan = bench.plan([bench.task("A", 3), bench.task("B", 4, calendar=SHORT), bench.task("C", 2)], ["AC"])
    resources = [Resource(CREW, 1, HOLIDAY)]
    compiled = level(plan, resources, needs("A", "B", "C"), evaluations=30)
    with pytest.MonkeyPatch.context() as patched:
        for module in (kernels, clocked):
            for name, value in list(vars(module).items()):
                if hasattr(value, "py_func"):
                    patched.setattr(module, name, plain(value))
        assert level(plan, resources, needs("A", "B", "C"), evaluations=30) == compiled
