"""Progress of goals: from key results upwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from planning.figure import ARITHMETIC, Figure

DEGENERATE_TARGET = "degenerate_target"
NO_CHECK_INS = "no_check_ins"
NO_WEIGHT = "no_weight"
NOTHING_MEASURED = "nothing_measured"


class KeyResultKind(StrEnum):
    """Towards a higher value, a lower one, or reached or not."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"
    MILESTONE = "milestone"


@dataclass(frozen=True, slots=True)
class Contribution:
    """A key result or child goal in its parent. progress: undefined ones are left out, and so are cancelled ones. weight: ≥ 0."""

    progress: Figure
    weight: Decimal
    cancelled: bool = False


def progress(kind: KeyResultKind, base: Decimal, target: Decimal, actual: Decimal | None) -> Figure:
    """Progress of a key result as a fraction: 0 at the base, 1 at the target, uncapped; a milestone is 0 or 1.

    actual: the latest check-in, None without one. A base that is already the target leaves nothing to measure by.
    """
    if base == target:
        return Figure.undefined(DEGENERATE_TARGET)
    if actual is None:
        return Figure.undefined(NO_CHECK_INS)
    with localcontext(ARITHMETIC):
        if kind is KeyResultKind.MINIMIZE:
            return Figure.of((base - actual) / (base - target))
        fraction = (actual - base) / (target - base)
    if kind is KeyResultKind.MILESTONE:
        return Figure.of(Decimal(fraction >= 1))
    return Figure.of(fraction)


def roll_up(contributions: Iterable[Contribution]) -> Figure:
    """Progress of a goal: the weighted mean of its children, each capped at 1. Raises ValueError for a negative weight."""
    live = [child for child in contributions if not child.cancelled]
    if any(child.weight < 0 for child in live):
        raise ValueError("A weight is not negative")
    measured = [(child.progress.value, child.weight) for child in live if child.progress.value is not None]
    if not measured:
        return Figure.undefined(NOTHING_MEASURED)
    with localcontext(ARITHMETIC):
        weights = sum((weight for _, weight in measured), Decimal(0))
        if weights == 0:
            return Figure.undefined(NO_WEIGHT)
        return Figure.of(sum((weight * min(value, Decimal(1)) for value, weight in measured), Decimal(0)) / weights)
