from decimal import Decimal

import pytest

from planning.figure import Figure
from planning.goals import Contribution, KeyResultKind, progress, roll_up


def reached(kind, base, target, actual):
    return progress(KeyResultKind(kind), Decimal(base), Decimal(target), None if actual is None else Decimal(actual))


def of(value, weight, **more):
    return Contribution(Figure(Decimal(value)), Decimal(weight), **more)


@pytest.mark.parametrize(
    ("kind", "base", "target", "actual", "expected"),
    [
        ("maximize", 10, 20, 15, "0.5"),
        ("maximize", 10, 20, 25, "1.5"),
        ("maximize", 10, 20, 5, "-0.5"),
        ("minimize", 20, 10, 15, "0.5"),
        ("minimize", 20, 10, 5, "1.5"),
        ("milestone", 0, 1, 1, "1"),
        ("milestone", 0, 1, 0, "0"),
        ("milestone", 0, 4, 3, "0"),
    ],
)
def test_progress_is_uncapped_and_a_milestone_is_reached_or_not(kind, base, target, actual, expected):
    assert reached(kind, base, target, actual) == Figure(Decimal(expected))


def test_a_target_at_the_base_measures_nothing():
    assert reached("maximize", 10, 10, 10) == Figure(None, "degenerate_target")


def test_without_a_check_in_nothing_is_known():
    assert reached("maximize", 0, 10, None) == Figure(None, "no_check_ins")


def test_progress_above_the_target_is_capped_in_the_roll_up_only():
    assert roll_up([of("1.5", 1), of("0.5", 1)]) == Figure(Decimal("0.75"))


def test_cancelled_and_undefined_children_are_left_out():
    children = [of("0.5", 1), of("0", 9, cancelled=True), Contribution(Figure(None, "no_check_ins"), Decimal(9))]
    assert roll_up(children) == Figure(Decimal("0.5"))


def test_weights_that_sum_to_nothing_leave_the_mean_undefined():
    assert roll_up([of("0.5", 0), of("1", 0)]) == Figure(None, "no_weight")


def test_without_measured_children_nothing_is_measured():
    assert roll_up([]) == Figure(None, "nothing_measured")


def test_negative_weights_are_refused():
    with pytest.raises(ValueError, match="negative"):
        roll_up([of("0.5", -1)])
