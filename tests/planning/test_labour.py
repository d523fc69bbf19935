from datetime import date
from decimal import Decimal

from planning import MON_TO_FRI
from planning.labour import HourlyRate, cost_of_material, cost_of_work
from planning.written import at_finish, at_start

HOUR, DAY = 60, 480
WEEK = at_start(date(2026, 3, 2)), at_finish(date(2026, 3, 6))
"""Monday to Friday."""
RISING = [HourlyRate(None, Decimal(100), Decimal(50)), HourlyRate(at_start(date(2026, 3, 5)), Decimal(120))]


def cost(work, done=0, rates=RISING, span=WEEK):
    return cost_of_work(work, done, span, MON_TO_FRI, rates)


def test_work_costs_the_rate_of_the_day_on_which_it_is_done():
    assert cost(40 * HOUR).whole == 50 + 24 * 100 + 16 * 120
    assert cost(20 * HOUR).whole == 50 + 12 * 100 + 8 * 120


def test_what_is_done_is_the_first_part_of_it():
    assert cost(40 * HOUR, 16 * HOUR).done == 50 + 16 * 100
    assert cost(40 * HOUR, 32 * HOUR).done == 50 + 24 * 100 + 8 * 120
    assert cost(40 * HOUR, 40 * HOUR).done == cost(40 * HOUR).whole


def test_nothing_is_due_before_the_work_begins():
    assert cost(40 * HOUR, 0).done == 0


def test_without_a_rate_work_costs_nothing():
    assert cost(40 * HOUR, 8 * HOUR, []) == (0, 0)
    later = [HourlyRate(at_start(date(2026, 3, 6)), Decimal(100))]
    assert cost(40 * HOUR, rates=later).whole == 800


def test_work_without_time_costs_the_rate_of_its_instant():
    assert cost(HOUR, rates=RISING, span=(WEEK[1], WEEK[1])).whole == 120


def test_material_costs_the_rate_of_the_day_on_which_it_is_first_used():
    assert cost_of_material(Decimal("1.5"), WEEK[0], RISING) == 200
    assert cost_of_material(Decimal(2), WEEK[1], RISING) == 240
    assert cost_of_material(Decimal(2), WEEK[0], []) == 0
