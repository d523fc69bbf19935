"""What a check of a schedule says: a figure, the limit it is held to, and the ids behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from planning.figure import ARITHMETIC, Figure
from planning.plan import Id

NOTHING_TO_CHECK = "nothing_to_check"
NO_DATA_DATE = "no_data_date"
NO_DEADLINE = "no_deadline"
NO_BASELINE = "no_baseline"
NO_ASSIGNMENTS = "no_assignments"
WORK_COMPLETE = "work_complete"


class Check(StrEnum):
    """The fourteen points of the US Defense Contract Management Agency's assessment (DCMA-EA PAM 200.1, 2012), in its order."""

    LOGIC = "logic"
    LEADS = "leads"
    LAGS = "lags"
    LINK_TYPES = "link_types"
    HARD_CONSTRAINTS = "hard_constraints"
    HIGH_FLOAT = "high_float"
    NEGATIVE_FLOAT = "negative_float"
    HIGH_DURATION = "high_duration"
    INVALID_DATES = "invalid_dates"
    RESOURCES = "resources"
    MISSED_TASKS = "missed_tasks"
    CRITICAL_PATH_TEST = "critical_path_test"
    CPLI = "cpli"
    BEI = "bei"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The assessment's own. Shares are at most that much of what was checked; link_types, cpli, bei and critical_path_test at least.

    high_float_days, high_duration_days: working days of the task's calendar from which on a float or duration is high: above, not at.
    test_delay_days: by how much the critical path test delays its task.
    """

    logic: Decimal = Decimal("0.05")
    leads: Decimal = Decimal(0)
    lags: Decimal = Decimal("0.05")
    link_types: Decimal = Decimal("0.90")
    hard_constraints: Decimal = Decimal("0.05")
    high_float: Decimal = Decimal("0.05")
    negative_float: Decimal = Decimal(0)
    high_duration: Decimal = Decimal("0.05")
    invalid_dates: Decimal = Decimal(0)
    resources: Decimal = Decimal(0)
    missed_tasks: Decimal = Decimal("0.05")
    critical_path_test: Decimal = Decimal(1)
    cpli: Decimal = Decimal("0.95")
    bei: Decimal = Decimal("0.95")
    high_float_days: int = 44
    high_duration_days: int = 44
    test_delay_days: int = 600


@dataclass(frozen=True, slots=True)
class Finding:
    """ids: the offending tasks, or links for leads, lags and link_types, in the plan's order. checked: how many were looked at.

    value: what is held to the limit; undefined with a reason where there is nothing to hold, and then passed is None.
    """

    check: Check
    value: Figure
    limit: Decimal
    passed: bool | None
    ids: tuple[Id, ...]
    checked: int


def share_of(check: Check, ids: Sequence[Id], checked: int, limit: Decimal) -> Finding:
    """The offending ones' share of what was checked, which may be at most `limit`."""
    if not checked:
        return undefined(check, NOTHING_TO_CHECK, limit)
    value = _quotient(len(ids), checked)
    return Finding(check, Figure.of(value), limit, value <= limit, tuple(ids), checked)


def at_least(check: Check, part: int, whole: int, limit: Decimal, ids: Sequence[Id], checked: int) -> Finding:
    """Part / whole, which has to be at least `limit`; whole > 0."""
    value = _quotient(part, whole)
    return Finding(check, Figure.of(value), limit, value >= limit, tuple(ids), checked)


def undefined(check: Check, reason: str, limit: Decimal) -> Finding:
    """A check that cannot be made, and why."""
    return Finding(check, Figure.undefined(reason), limit, None, (), 0)


def _quotient(part: int, whole: int) -> Decimal:
    with localcontext(ARITHMETIC):
        return Decimal(part) / Decimal(whole)
