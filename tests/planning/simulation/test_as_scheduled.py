"""Runs against the scheduler: a run is the schedule of what was drawn, on plans with everything that moves early dates."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.calendar import MON_TO_FRI, WorkCalendar
from planning.critical_path import schedule
from planning.plan import (
    Constraint,
    ConstraintType,
    Imposed,
    Link,
    LinkType,
    Plan,
    Progress,
    Project,
    SchedulingMode,
    Task,
    TaskKind,
)
from planning.simulation import (
    Estimate,
    Uncertainty,
    loops,
    reference,
    simulate,
)

pytestmark = pytest.mark.slow

MONDAY = date(2026, 3, 2)

CALENDARS = [
    MON_TO_FRI,
    WorkCalendar([[(480, 720), (780, 1080)]] * 6 + [[]], {date(2026, 3, 4): []}, minutes_per_day=540),
    WorkCalendar([[(0, 1440)]] * 7, minutes_per_day=1440),
]


@st.composite
def plans(draw, milestones=True):
    """Plans with everything that moves early dates: link types, lags, constraints, progress, imposed dates, calendars."""
    count = draw(st.integers(1, 6))
    start = MON_TO_FRI.day_start(MONDAY)
    calendars = draw(st.lists(st.sampled_from(CALENDARS), min_size=1, max_size=2))
    instants = st.integers(-2, 20).map(lambda half_days: start + half_days * 720)
    tasks = []
    for number in range(count):
        milestone = milestones and draw(st.integers(0, 5)) == 0
        values = {}
        if draw(st.booleans()):
            values["constraint"] = Constraint(draw(st.sampled_from(list(ConstraintType))), draw(instants))
            values["mode"] = draw(st.sampled_from([SchedulingMode.AUTO_ASAP, SchedulingMode.MANUAL]))
        if draw(st.integers(0, 3)) == 0:
            values["imposed"] = (Imposed("D", draw(instants), draw(st.sampled_from(["start", "finish"]))),)
        progress = draw(st.integers(0, 5))
        duration = 0 if milestone else draw(st.integers(1, 40)) * 60
        if progress < 2 and not milestone:
            begun = CALENDARS[0].start_at_or_after(start - 2880)
            values |= {"actual_start": begun, "percent_complete": 40}
            if progress == 0:
                values |= {"actual_finish": begun + 120, "percent_complete": 100}
        kind = TaskKind.MILESTONE if milestone else TaskKind.TASK
        tasks.append(Task(number, "P", kind, duration, calendar=draw(st.sampled_from(calendars)), **values))
    links = [
        Link((a, b), a, b, draw(st.sampled_from(list(LinkType))), draw(st.integers(-5, 5)) * 60)
        for a in range(count)
        for b in range(a + 1, count)
        if draw(st.booleans())
    ]
    data_date, calendar = draw(st.none() | instants), draw(st.sampled_from(calendars))
    return Plan([Project("P", start, None, data_date, calendar, draw(st.sampled_from(Progress)))], tasks, links)


def test_what_has_begun_and_is_tied_at_its_finish_ends_on_a_day_of_work():
    """Its start is free of the links where progress overrides them, so the days that runs know once ended before it did."""
    start = MON_TO_FRI.day_start(MONDAY)
    plan = Plan(
        projects=[Project("P", start, None, None, MON_TO_FRI, Progress.OVERRIDE)],
        tasks=[
            Task(0, "P", TaskKind.TASK, 300),
            Task(1, "P", TaskKind.TASK, 60, actual_start=start, percent_complete=40),
        ],
        links=[Link(0, 0, 1, LinkType.FF, 240)],
    )
    answer = simulate(plan, Uncertainty({}, {}), runs=2)
    assert answer.finish.at(0) == answer.planned_finish == start + 1440 + 60


@settings(max_examples=150)
@given(plans(milestones=False))
def test_without_uncertainty_every_run_is_the_schedule(plan):
    answer = simulate(plan, Uncertainty({}, {}), runs=2)
    assert answer.finish.at(0) == answer.finish.at(1) == answer.planned_finish


@settings(max_examples=25)
@given(plans(), st.integers(0, 5))
def test_compiled_and_numpy_passes_give_the_same_bits(plan, seed):
    uncertainty = Uncertainty(
        {
            task.id: Estimate(task.duration / 2, task.duration, task.duration * 3)
            for task in plan.tasks
            if task.duration
        },
        {},
    )
    compiled = simulate(plan, uncertainty, runs=50, seed=seed)
    with pytest.MonkeyPatch.context() as patched:
        for name in loops.__all__:
            patched.setattr(loops, name, getattr(reference, name))
        plain = simulate(plan, uncertainty, runs=50, seed=seed)
    assert compiled.finish.values.tobytes() == plain.finish.values.tobytes()
    assert compiled.criticality == plain.criticality
    assert compiled.sensitivity == plain.sensitivity


def test_a_lead_on_a_calendar_with_a_holiday_reaches_back_over_it():
    """Back to before every date of the plan, where there is no more than "early enough"."""
    with_holiday, plain = CALENDARS[1], CALENDARS[0]
    data_date = MON_TO_FRI.day_start(date(2026, 3, 4))
    tasks = [
        Task("A", "P", TaskKind.TASK, 1, calendar=with_holiday),
        Task("B", "P", TaskKind.TASK, 1, calendar=plain),
    ]
    project = Project("P", MON_TO_FRI.day_start(MONDAY), None, data_date, with_holiday)
    answer = simulate(Plan([project], tasks, [Link("L", "A", "B", LinkType.FS, -60)]), Uncertainty({}, {}), runs=1)
    assert answer.finish.p50 == answer.planned_finish


def of_sizes(plan, sizes):
    """The finish of a run in which the durations are certain to be these."""
    return simulate(
        plan, Uncertainty({key: Estimate(size, size, size) for key, size in sizes.items()}, {}), runs=1
    ).finish.p50


def with_sizes(plan, sizes):
    return replace(
        plan, tasks=[replace(task, duration=sizes[task.id], remaining=sizes[task.id]) for task in plan.tasks]
    )


def test_what_starts_with_work_that_is_shorter_than_planned_may_end_later_than_with_longer_work():
    """B is bound at its finish, so that it starts the later the shorter it is, and C with it on a calendar that has nights."""
    start = MON_TO_FRI.day_start(MONDAY)
    plain, round_the_clock = CALENDARS[0], CALENDARS[2]
    tasks = [
        Task("A", "P", TaskKind.TASK, 60, calendar=round_the_clock, actual_start=start, percent_complete=40),
        Task("B", "P", TaskKind.TASK, 960, calendar=round_the_clock, imposed=(Imposed("D", start + 720, "finish"),)),
        Task("C", "P", TaskKind.TASK, 60, calendar=plain),
    ]
    links = [Link("AB", "A", "B", LinkType.SS), Link("BC", "B", "C", LinkType.SS)]
    plan = Plan([Project("P", start, None, None, plain)], tasks, links)
    sizes = {"A": 1, "B": 1, "C": 481}
    assert of_sizes(plan, sizes) == schedule(with_sizes(plan, sizes)).finish == start + 2 * 1440 + 1


@pytest.mark.parametrize("size", [0, 60])
@pytest.mark.parametrize("planned", [0, 480])
def test_what_turns_out_to_take_no_time_starts_where_the_work_before_it_ends(planned, size):
    """A ends on Friday evening. B begins on Monday if it takes any time; C, round the clock, does not wait for that if not."""
    friday = MON_TO_FRI.day_start(date(2026, 3, 6))
    tasks = [
        Task("A", "P", TaskKind.TASK, 480),
        Task("B", "P", TaskKind.TASK, planned),
        Task("C", "P", TaskKind.TASK, 60, calendar=CALENDARS[2]),
    ]
    links = [Link("AB", "A", "B"), Link("BC", "B", "C", LinkType.SS)]
    plan = Plan([Project("P", friday, None, None, MON_TO_FRI)], tasks, links)
    sizes = {"A": 480, "B": size, "C": 9000}
    assert of_sizes(plan, sizes) == schedule(with_sizes(plan, sizes)).finish


@settings(max_examples=100)
@given(plans(milestones=False), st.data())
def test_a_run_is_the_schedule_of_what_was_drawn(plan, data):
    """Certain estimates that differ from the plan's own durations give the schedule with these durations."""
    sizes = {task.id: data.draw(st.integers(1, 3000)) for task in plan.tasks}
    assert of_sizes(plan, sizes) == schedule(with_sizes(plan, sizes)).finish


@settings(max_examples=40)
@given(plans(milestones=False))
def test_the_critical_tasks_of_a_certain_plan_are_those_without_float(plan):
    tasks = [
        replace(task, constraint=None, calendar=None, imposed=(), actual_start=None, actual_finish=None)
        for task in plan.tasks
    ]
    plan = replace(plan, tasks=tasks, links=[link for link in plan.links if link.type is LinkType.FS])
    criticality = simulate(plan, Uncertainty({}, {}), runs=1).criticality
    without_float = {key: float(row.total_float == 0) for key, row in schedule(plan).items.items()}
    assert criticality == without_float
