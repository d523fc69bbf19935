"""Causes over columns are those that planning.moves finds over objects."""

import random
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning import MON_TO_FRI
from planning.critical_path import schedule
from planning.engine.arrays import ABSENT, NEVER
from planning.engine.given import columns_of
from planning.engine.leading import UNCHANGED, Changed, Standing, causes, last_children
from planning.moves import moves
from planning.plan import Imposed, Link, LinkType, Plan, Project, Task, TaskKind

DAY = 480
START = MON_TO_FRI.day_start(date(2026, 3, 2))
ROOT = "root"


def plan_of(seed):
    """Summaries with tasks below them, some of these held by a date from outside, all linked forward at random."""
    draw = random.Random(seed)
    summaries = [Task(f"S{number}", "P", TaskKind.SUMMARY, 0) for number in range(3)]
    tasks = [
        Task(
            f"T{number}",
            "P",
            TaskKind.TASK,
            draw.randint(1, 9) * DAY,
            parent_id=draw.choice([None, "S0", "S1"]),
            imposed=(Imposed(f"D{number}", START + draw.randint(0, 20) * 1440, "start"),)
            if draw.random() < 0.2
            else (),
        )
        for number in range(20)
    ]
    pairs = [sorted(draw.sample(range(20), 2)) for _ in range(25)]
    links = [Link(f"L{at}", f"T{a}", f"T{b}", draw.choice(list(LinkType))) for at, (a, b) in enumerate(pairs)]
    return Plan([Project("P", START, None, None, MON_TO_FRI)], [*summaries, *tasks], links)


def standing(plan, dates, number):
    rows = {link.id: row for row, link in enumerate(plan.links)}
    items = [dates.items.get(task.id) for task in plan.tasks]
    driving = [item and item.driving for item in items]
    return Standing(
        np.array([ABSENT if item is None else item.early_finish for item in items]),
        np.array([rows.get(each.id, NEVER) if isinstance(each, Link) else NEVER for each in driving], np.int32),
        np.array(
            [
                number.get(each.source_id, UNCHANGED)
                if isinstance(each, Imposed)
                else number.get(each.id, UNCHANGED)
                if isinstance(each, Link) and each.id not in rows
                else NEVER
                for each in driving
            ],
            np.int32,
        ),
    )


def changed_in(plan, changes):
    number = {change: place for place, change in enumerate(changes)}

    def numbers(ids):
        return np.array([number.get(each, NEVER) for each in ids], np.int32)

    return Changed(
        numbers(task.id for task in plan.tasks),
        numbers(link.id for link in plan.links),
        numbers(project.id for project in plan.projects),
    )


@given(st.integers(0, 10_000))
@settings(max_examples=60)
def test_each_move_has_the_cause_that_objects_say(seed):
    before, draw = plan_of(seed), random.Random(seed + 1)
    longer, gone = draw.sample(range(20), 2), draw.randrange(25)
    tasks = [
        replace(task, duration=task.duration + DAY) if task.id in {f"T{n}" for n in longer} else task
        for task in before.tasks
    ]
    after = replace(before, tasks=tasks, links=[link for link in before.links if link.id != f"L{gone}"])
    changes = [f"T{longer[0]}", f"T{longer[1]}", f"L{gone}", *draw.sample(["P", "D3", "D7"], 1)]
    was, now = schedule(before), schedule(after)
    told = moves(was, now, before, after, changes, ROOT)

    columns, number = columns_of(after), {change: place for place, change in enumerate(changes)}
    changed = changed_in(after, changes)
    new, old = (causes(columns, standing(after, each, number), changed) for each in (now, was))
    names = [*changes, ROOT]  # NEVER is the last
    found = {task.id: names[new[row] if new[row] != NEVER else old[row]] for row, task in enumerate(after.tasks)}
    assert {move.task_id: found[move.task_id] for move in told} == {move.task_id: move.cause for move in told}


def test_of_children_that_finish_together_the_first_bounds_the_summary():
    tasks = [
        Task("S", "P", TaskKind.SUMMARY, 0),
        *(Task(name, "P", TaskKind.TASK, DAY, parent_id="S") for name in "ABC"),
    ]
    columns = columns_of(Plan([Project("P", START, None, None, MON_TO_FRI)], tasks, []))
    assert last_children(columns, np.array([30, 10, 30, 30])).tolist() == [2, NEVER, NEVER, NEVER]
    assert last_children(columns, np.array([30, 10, ABSENT, ABSENT])).tolist() == [1, NEVER, NEVER, NEVER]


@pytest.mark.parametrize("length", [1, 2, 1000])
def test_a_chain_leads_back_to_its_head(length):
    tasks = [Task(number, "P", TaskKind.TASK, DAY) for number in range(length)]
    links = [Link(number, number, number + 1) for number in range(length - 1)]
    columns = columns_of(Plan([Project("P", START, None, None, MON_TO_FRI)], tasks, links))
    driving = np.arange(-1, length - 1, dtype=np.int32)
    never = np.full(length, NEVER, np.int32)
    head = never.copy()
    head[0] = 0
    found = causes(columns, Standing(np.zeros(length, np.int64), driving, never), Changed(head, never[1:], never[:1]))
    assert found.tolist() == [0] * length
