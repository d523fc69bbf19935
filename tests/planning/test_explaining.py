"""Paths that explain dates hang together, whatever the plan: every step leads to the next one, and they end."""

from itertools import pairwise

from hypothesis import given, settings
from tests.planning.random_networks import networks

from planning import Link, driving_path, schedule
from planning.errors import OutsideCalendar
from planning.explaining import Bound, DateField, Explainer

LEADING_ON = {Bound.LINK, Bound.CHILD}


@settings(max_examples=25)
@given(networks())
def test_every_step_leads_to_the_next_one(plan):
    try:
        done = schedule(plan)
    except OutsideCalendar:
        return
    explainer = Explainer(plan, done)
    for task in plan.tasks:
        for field in DateField:
            path = explainer.path(task.id, field)
            assert path[0].task_id == task.id
            assert path[-1].bound not in LEADING_ON
            for step, following in pairwise(path):
                assert step.bound in LEADING_ON
                if isinstance(step.by, Link):
                    assert {step.task_id, following.task_id} == {step.by.predecessor_id, step.by.successor_id}


@settings(max_examples=25)
@given(networks(limits=False))
def test_early_dates_are_led_back_along_what_drives_them_and_late_ones_to_the_finish(plan):
    done = schedule(plan)
    explainer = Explainer(plan, done)
    for task in plan.tasks:
        path = explainer.path(task.id, DateField.EARLY_FINISH)
        assert [step.task_id for step in path] == [task_id for task_id, _ in driving_path(done, task.id)]
        late = explainer.path(task.id, DateField.LATE_FINISH)
        assert late[-1].bound is Bound.PROJECT_FINISH
        assert done.items[late[-1].task_id].late_finish <= done.finish
        floats = [done.items[step.task_id].free_float for step in explainer.path(task.id, DateField.FREE_FLOAT)[:1]]
        assert floats == [done.items[task.id].free_float]
