"""`engine.levelling_*`: how far from the best known makespan, in percent on average, one second an instance brings PSPLIB's sets.

The reference is one pass of the priority rule "latest finish first", without search.
"""

import statistics
from collections.abc import Sequence

from bench.psplib import FOLDER, Instance, instances
from bench.result import Result, missing
from planning.levelling import rule, search

SETS = ("j30", "j60", "j120")
SECONDS = 1.0
UNBOUNDED = 1 << 40


def measure() -> list[Result]:
    """A line per set; minutes of work for one processor."""
    return [of_set(name, instances(name)) for name in SETS]


def of_set(name: str, members: Sequence[Instance]) -> Result:
    """The mean gap of a set. Raises AssertionError for a schedule that breaks the instance's rules."""
    if not members:
        return missing(f"engine.levelling_{name}", "%", f"no instances in {FOLDER} (set INTERLOCK_DATA)")
    search(members[0].problem(), seed=0, evaluations=300)  # compiles, or loads what was compiled
    gaps, by_rule, evaluations = [], [], []
    for instance in members:
        problem = instance.problem()
        found = search(problem, seed=0, evaluations=UNBOUNDED, seconds=SECONDS)
        for starts, gap in ((found.starts, gaps), (rule(problem), by_rule)):
            wrong = instance.violations(starts)
            assert not wrong, (instance.name, wrong)
            gap.append(100 * (instance.makespan(starts) / instance.best_known - 1))
        evaluations.append(found.evaluations)
    value, reference = statistics.mean(gaps), statistics.mean(by_rule)
    note = (
        f"{len(members)} instances, {SECONDS:g} s each, {sum(gap <= 0 for gap in gaps)} at the best known, "
        f"{statistics.median(evaluations):,.0f} schedules; reference: one priority-rule pass"
    )
    return Result(f"engine.levelling_{name}", value, "%", reference, value / reference, gaps, note)
