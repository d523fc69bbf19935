"""The compiled engine, the same code uncompiled, and the reference in plain Python give the same schedules, bit for bit."""

from hypothesis import given, settings
from tests.planning.random_networks import plans

from planning import reference
from planning.engine.scheduling import schedule
from planning.errors import PlanError


def outcome(run, plan):
    """The schedule, or what kind of error there was."""
    try:
        return run(plan)
    except PlanError as error:
        return type(error)


@settings(max_examples=300)
@given(plans())
def test_the_engine_gives_what_the_reference_gives(plan):
    assert outcome(schedule, plan) == outcome(reference.schedule, plan)
