"""What must hold for every network: random ones, all link types, leads and lags, several calendars, constraints and progress."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.planning.random_networks import LAGS, NIGHTS, SIX_DAYS, START, networks

from planning.calendar import MON_TO_FRI, WorkCalendar
from planning.critical_path import schedule
from planning.cycle import find_cycle
from planning.moves import driving_path
from planning.plan import Constraint, ConstraintType, Link, LinkType, Plan, Task, TaskKind

pytestmark = pytest.mark.slow


def dates(answer):
    return {
        key: row._replace(driving=row.driving and getattr(row.driving, "id", "dep"))
        for key, row in answer.items.items()
    }


@given(networks(), st.data())
def test_a_network_cut_into_projects_keeps_its_dates(plan, data):
    """Partition invariance: dependencies are links, whoever owns their ends."""
    names = ["P", "Q", "R"]
    homes = {task.id: data.draw(st.sampled_from(names)) for task in plan.tasks}
    cut = Plan(
        [replace(plan.projects[0], id=name) for name in names],
        [replace(task, project_id=homes[task.id]) for task in plan.tasks],
        [replace(link, is_dependency=homes[link.predecessor_id] != homes[link.successor_id]) for link in plan.links],
        plan.deadline,
    )
    assert dates(schedule(cut)) == dates(schedule(plan))


@given(networks(), st.randoms(use_true_random=False))
def test_names_and_order_of_records_do_not_matter(plan, random):
    """Relabelling invariance. Which of several equal drivers is named does depend on the order, so drivers are compared by their dates."""
    names = list(range(100, 100 + len(plan.tasks)))
    random.shuffle(names)
    tasks = [replace(task, id=names[task.id]) for task in plan.tasks]
    links = [
        replace(link, predecessor_id=names[link.predecessor_id], successor_id=names[link.successor_id])
        for link in plan.links
    ]
    random.shuffle(tasks)
    random.shuffle(links)
    plain, renamed = schedule(plan), schedule(replace(plan, tasks=tasks, links=links))
    for task in plan.tasks:
        was, now = plain.items[task.id], renamed.items[names[task.id]]
        assert now._replace(task_id=task.id, driving=None) == was._replace(driving=None)
        assert (was.driving is None) == (now.driving is None)
    assert (plain.start, plain.finish) == (renamed.start, renamed.finish)


@given(networks(limits=False))
def test_without_limits_total_float_is_at_least_free_float_and_neither_is_negative(plan):
    answer = schedule(plan)
    for row in answer.items.values():
        assert row.total_float >= row.free_float >= 0
    assert any(row.critical for row in answer.items.values())
    assert all(
        row.early_start <= row.late_start and row.early_finish <= row.late_finish for row in answer.items.values()
    )


@given(networks(limits=False, calendars=False))
def test_late_dates_are_feasible_and_end_with_the_plan(plan):
    """On one calendar, tasks at their late dates keep every link and the finish: floats promise no more than there is."""
    answer = schedule(plan)
    position = MON_TO_FRI.worked
    assert max(row.late_finish for row in answer.items.values()) <= answer.finish or all(
        not task.duration for task in plan.tasks
    )
    for link in plan.links:
        before, after = answer.items[link.predecessor_id], answer.items[link.successor_id]
        out = before.late_start if link.type in ("SS", "SF") else before.late_finish
        into = after.late_start if link.type in ("FS", "SS") else after.late_finish
        assert position(out) + link.lag <= position(into)


def delayed(plan, task, minutes):
    """The schedule with one task held back so far beyond its early finish."""
    calendar = task.calendar or MON_TO_FRI
    position = calendar.worked(schedule(plan).items[task.id].early_finish) + minutes
    held = replace(task, constraint=Constraint(ConstraintType.FNET, calendar.finish_of(position)))
    return schedule(replace(plan, tasks=[held if each is task else each for each in plan.tasks]))


@given(networks(limits=False, milestones=False), st.data())
def test_a_delay_within_total_float_leaves_the_finish_and_beyond_it_does_not(plan, data):
    answer = schedule(plan)
    task = data.draw(st.sampled_from(plan.tasks))
    total = answer.items[task.id].total_float
    assert delayed(plan, task, total).finish == answer.finish
    assert delayed(plan, task, total + 1).finish > answer.finish


@given(networks(limits=False, milestones=False), st.data())
def test_a_delay_within_free_float_moves_no_other_task_nor_the_finish(plan, data):
    answer = schedule(plan)
    task = data.draw(st.sampled_from(plan.tasks))
    again = delayed(plan, task, answer.items[task.id].free_float)
    assert again.finish == answer.finish
    assert all(
        again.items[other.id].early_start == answer.items[other.id].early_start
        for other in plan.tasks
        if other is not task
    )


@given(networks(calendars=False), st.integers(1, 2000))
def test_the_sum_of_a_chain_is_its_length(plan, longer):
    """+k on a task of a chain, which is critical and has no parallel path, moves the finish by k."""
    chain = Plan(
        [replace(plan.projects[0], data_date=None)],
        [Task(task.id, "P", TaskKind.TASK, task.duration + 1) for task in plan.tasks],
        [Link(f"L{task.id}", task.id, task.id + 1) for task in plan.tasks[:-1]],
    )
    grown = replace(chain, tasks=[replace(chain.tasks[0], duration=chain.tasks[0].duration + longer), *chain.tasks[1:]])
    assert MON_TO_FRI.between(schedule(chain).finish, schedule(grown).finish) == longer


@given(networks())
def test_nothing_starts_before_the_project_or_the_data_date_unless_it_already_has(plan):
    project = plan.projects[0]
    answer = schedule(plan)
    for task in plan.tasks:
        row = answer.items[task.id]
        if task.actual_finish is not None:
            assert (
                (row.early_start, row.early_finish)
                == (row.late_start, row.late_finish)
                == (task.actual_start, task.actual_finish)
            )
        elif task.actual_start is None and task.duration:
            assert row.early_start >= max(project.start, project.data_date or project.start)


@given(networks())
def test_a_driving_link_has_no_slack(plan):
    """Removing everything that drives a task but what it names leaves its dates, and the longest path is a path of drivers."""
    answer = schedule(plan)
    for task in plan.tasks:
        driver = answer.items[task.id].driving
        if isinstance(driver, Link):
            alone = [link for link in plan.links if link.successor_id != task.id or link is driver]
            assert schedule(replace(plan, links=alone)).items[task.id].early_start == answer.items[task.id].early_start
    back = [task_id for task_id, _ in driving_path(answer, answer.longest_path[-1])]
    assert back[::-1] == answer.longest_path
    assert answer.items[answer.longest_path[-1]].early_finish == answer.finish


@given(networks(limits=False), st.data())
def test_adding_a_link_never_makes_anything_earlier(plan, data):
    assume(len(plan.tasks) > 1)
    before = data.draw(st.integers(0, len(plan.tasks) - 2))
    link = Link(
        "new",
        before,
        data.draw(st.integers(before + 1, len(plan.tasks) - 1)),
        data.draw(st.sampled_from(LinkType)),
        data.draw(LAGS),
    )
    was, now = schedule(plan), schedule(replace(plan, links=[*plan.links, link]))
    assert all(
        now.items[key].early_start >= was.items[key].early_start for key in was.items if plan.tasks[key].duration
    )


@settings(max_examples=300)
@given(st.integers(1, 9), st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=16))
def test_cycles_are_found_exactly_when_there_are_any(size, pairs):
    tasks = [Task(number, "P", TaskKind.TASK, 480) for number in range(size)]
    links = [Link(f"L{k}", before, after) for k, (before, after) in enumerate(pairs) if max(before, after) < size]
    path = find_cycle(tasks, links)
    judge = nx.DiGraph([(link.predecessor_id, link.successor_id) for link in links])
    assert (path is None) == nx.is_directed_acyclic_graph(judge)
    if path is not None:
        assert path[0] == path[-1]
        assert len(set(path)) == len(path) - 1
        assert all(judge.has_edge(*edge) for edge in pairwise(path))


@st.composite
def days(draw):
    """Up to three shifts of a day, in order; touching ones, and whole days, among them."""
    marks = sorted(draw(st.lists(st.integers(0, 1440), min_size=0, max_size=6).filter(lambda each: len(each) % 2 == 0)))
    return [(begin, end) for begin, end in zip(marks[::2], marks[1::2], strict=True) if begin < end]


@st.composite
def calendars(draw):
    """Any week with any exceptions in the spring of 2026; of a few, one day in the week is sure to have work."""
    week = [draw(days()) for _ in range(6)] + [[(0, draw(st.integers(1, 1440)))]]
    exceptions = draw(st.dictionaries(st.dates(date(2026, 2, 1), date(2026, 5, 31)), days(), max_size=12))
    return WorkCalendar(week, exceptions, draw(st.integers(1, 1440)))


@given(st.one_of(st.sampled_from([MON_TO_FRI, SIX_DAYS, NIGHTS]), calendars()), st.data())
def test_calendar_arithmetic_inverts(calendar, data):
    instant, minutes = data.draw(st.integers(START - 10**5, START + 10**6)), data.draw(st.integers(0, 10**4))
    start = calendar.start_at_or_after(instant)
    finish = calendar.add(start, minutes)
    assert calendar.between(start, finish) == minutes
    assert calendar.add(finish, -minutes) == start
    assert calendar.finish_at_or_before(finish) == finish or minutes == 0
    assert calendar.worked(start) == calendar.worked(instant)
    assert calendar.finish_at_or_before(instant) <= instant <= start
    position = calendar.worked(instant)
    assert calendar.worked(calendar.start_of(position)) == position == calendar.worked(calendar.finish_of(position))
    assert sum(
        calendar.worked(at + 1) - calendar.worked(at) for at in range(instant, instant + 2000)
    ) == calendar.between(instant, instant + 2000)
