"""Checks of the network itself: points 1 to 5, 8 and 10."""

from planning.plan import ConstraintType, LinkType, TaskKind
from planning.quality.finding import NO_ASSIGNMENTS, Check, Finding, at_least, share_of, undefined
from planning.quality.subject import Subject

HARD = {ConstraintType.MSO, ConstraintType.MFO, ConstraintType.SNLT, ConstraintType.FNLT}
"""Those that can keep logic from moving a date, or set float against it."""


def logic(subject: Subject) -> Finding:
    """Incomplete tasks without a predecessor, a successor or both."""
    with_predecessor = {link.successor_id for link in subject.plan.links}
    with_successor = {link.predecessor_id for link in subject.plan.links}
    linked = with_predecessor & with_successor
    missing = [task.id for task in subject.incomplete if task.id not in linked]
    return share_of(Check.LOGIC, missing, len(subject.incomplete), subject.thresholds.logic)


def leads(subject: Subject) -> Finding:
    """Links with a negative lag."""
    found = [link.id for link in subject.links if link.lag < 0]
    return share_of(Check.LEADS, found, len(subject.links), subject.thresholds.leads)


def lags(subject: Subject) -> Finding:
    """Links with a positive lag."""
    found = [link.id for link in subject.links if link.lag > 0]
    return share_of(Check.LAGS, found, len(subject.links), subject.thresholds.lags)


def link_types(subject: Subject) -> Finding:
    """The share of finish-to-start links; the ids are those of the others."""
    limit = subject.thresholds.link_types
    others = [link.id for link in subject.links if link.type is not LinkType.FS]
    count = len(subject.links)
    if not count:
        return share_of(Check.LINK_TYPES, others, count, limit)
    return at_least(Check.LINK_TYPES, count - len(others), count, limit, others, count)


def hard_constraints(subject: Subject) -> Finding:
    """Incomplete tasks with a constraint that can keep logic from moving their dates."""
    found = [task.id for task in subject.incomplete if task.constraint is not None and task.constraint.type in HARD]
    return share_of(Check.HARD_CONSTRAINTS, found, len(subject.incomplete), subject.thresholds.hard_constraints)


def high_duration(subject: Subject) -> Finding:
    """Incomplete tasks, milestones aside, that last long."""
    tasks = [task for task in subject.incomplete if task.kind is TaskKind.TASK]
    days = subject.thresholds.high_duration_days
    found = [task.id for task in tasks if task.duration > days * subject.calendar(task).minutes_per_day]
    return share_of(Check.HIGH_DURATION, found, len(tasks), subject.thresholds.high_duration)


def resources(subject: Subject) -> Finding:
    """Incomplete tasks with work that nobody and no cost is assigned to."""
    if subject.resourced is None:
        return undefined(Check.RESOURCES, NO_ASSIGNMENTS, subject.thresholds.resources)
    tasks = [task for task in subject.incomplete if task.duration]
    found = [task.id for task in tasks if task.id not in subject.resourced]
    return share_of(Check.RESOURCES, found, len(tasks), subject.thresholds.resources)
