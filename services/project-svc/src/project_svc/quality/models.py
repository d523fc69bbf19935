"""How far a schedule can be believed: the fourteen points of the DCMA's assessment, on the wire."""

from contracts.values import Duration, Id, Ratio, Shape
from planning.quality import Check


class QualityFinding(Shape):
    """One point. `ids`: the offending tasks (links for leads, lags and link types)."""

    check: Check
    value: Ratio
    limit: float
    """What the value is held to: at most that much of what was checked; at least, for link types, CPLI, BEI and the critical path test."""
    passed: bool | None
    """null where there is nothing to hold; the value says why."""
    checked: int
    ids: list[Id]


class Absence(Shape):
    """An assignment on days on which its resource is not there, by the calendar of the resource."""

    assignment_id: Id
    task_id: Id
    resource_id: Id
    away: Duration
    """How much of the time that the task is planned for, of what is still to come, the resource misses; in days of the task's calendar."""


class QualityRead(Shape):
    """The assessment of a project's schedule."""

    project_id: Id
    revision: int
    baseline_id: Id | None
    """The approved baseline that missed tasks and BEI are measured by."""
    findings: list[QualityFinding]
    """In the order of the assessment."""
    absences: list[Absence]
    """Assignments whose task is planned for days without them, beside the fourteen points: a task's dates are those of its own calendar."""
