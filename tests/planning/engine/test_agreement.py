"""The compiled engine and the plain way give the same dates, bit for bit, to plans of objects and to columns."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from tests.planning.random_networks import plans

from planning import reference
from planning.engine import plain, run
from planning.engine.given import columns_of
from planning.engine.objects import plan_of
from planning.engine.scheduling import schedule
from planning.errors import PlanError


def outcome(run, plan):
    """The schedule, or what kind of error there was."""
    try:
        return run(plan)
    except PlanError as error:
        return type(error)


def same(dates, other):
    """Whether two answers of columns are the same in every bit, types included."""
    if isinstance(dates, type) or isinstance(other, type):
        return dates is other
    names = ("start", "finish", "longest_path")
    columns = ("table", "critical", "driving_link", "driving_imposed", "project_float")
    return all(getattr(dates, name) == getattr(other, name) for name in names) and all(
        getattr(dates, name).dtype == getattr(other, name).dtype
        and np.array_equal(getattr(dates, name), getattr(other, name))
        for name in columns
    )


@settings(max_examples=100)
@given(plans())
def test_the_engine_gives_what_the_reference_gives(plan):
    assert outcome(schedule, plan) == outcome(reference.schedule, plan)


@settings(max_examples=100)
@given(plans())
def test_columns_get_the_same_dates_either_way(plan):
    columns = columns_of(plan)

    def by(module):
        return lambda columns: module.compute(columns, project_float=True)

    assert same(outcome(by(plain), columns), outcome(by(run), columns))


@given(plans())
def test_a_plan_survives_the_way_to_columns_and_back(plan):
    """But for what columns have no words for: whether a link is a dependency, and that no constraint is the same as ASAP."""
    tasks = [
        task if task.constraint is None or task.constraint.type != "ASAP" else replace(task, constraint=None)
        for task in plan.tasks
    ]
    back = plan_of(columns_of(plan))
    assert (back.projects, back.deadline) == (plan.projects, plan.deadline)
    assert (back.tasks, back.links) == (tasks, list(plan.links))
