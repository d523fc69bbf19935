"""However often a clock looks: while PostgreSQL is frozen a look takes as long as an answer is waited for, and nobody may be ended for that."""

import pytest

from chassis.health import BEAT_WITHIN
from program_svc.clock import Clock
from program_svc.dependencies.imported import ImportedLinks
from program_svc.subscriptions.clock import Subscriptions
from program_svc.tolerances.clock import MoneyTolerances


@pytest.mark.parametrize("clock", [ImportedLinks, Subscriptions, MoneyTolerances])
def test_a_clock_counts_as_stuck_no_sooner_than_any_loop(clock):
    assert issubclass(clock, Clock)
    assert clock.limit >= BEAT_WITHIN
