"""Schedule quality: can the dates be believed? The fourteen points of the DCMA, thresholds as parameters, each with the ids behind it."""

from collections.abc import Collection, Mapping

from planning.critical_path import schedule
from planning.plan import Id, Plan
from planning.quality import dates, structure
from planning.quality.finding import Check, Finding, Thresholds
from planning.quality.subject import Subject
from planning.scheduled import Schedule

CHECKS = (
    structure.logic,
    structure.leads,
    structure.lags,
    structure.link_types,
    structure.hard_constraints,
    dates.high_float,
    dates.negative_float,
    structure.high_duration,
    dates.invalid_dates,
    structure.resources,
    dates.missed_tasks,
    dates.critical_path_test,
    dates.cpli,
    dates.bei,
)


def assess(
    plan: Plan,
    scheduled: Schedule | None = None,
    *,
    baseline: Mapping[Id, int] | None = None,
    resourced: Collection[Id] | None = None,
    thresholds: Thresholds | None = None,
) -> dict[Check, Finding]:
    """Every check, in the assessment's order.

    scheduled: the plan's schedule, where it is at hand. baseline: the finish, an instant, that each task once had. resourced: the
    ids of the tasks that somebody or some cost is assigned to. What is not given leaves its checks undefined, with the reason.
    Raises what `planning.schedule` raises.
    """
    answer = schedule(plan) if scheduled is None else scheduled
    subject = Subject(plan, answer, baseline, resourced, Thresholds() if thresholds is None else thresholds)
    return {finding.check: finding for finding in (check(subject) for check in CHECKS)}


__all__ = ["CHECKS", "Check", "Finding", "Thresholds", "assess"]
