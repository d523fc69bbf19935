"""Threats on the wire, with the sentence that says why."""

from decimal import Decimal
from typing import Literal

from contracts.values import DayOrMoment, Duration, Id, Money, Probability, Shape, Weight
from contracts.vocabulary import TaskSide
from program_svc.goals.threats import Kind, Threat
from program_svc.network.instants import written, written_or_none


class ThreatRead(Shape):
    """One threat. ``by`` is working time too late; of a risk, what of its impact exceeds the float it meets."""

    kind: Literal["slip", "dependency", "risk", "benefit"]
    goal_id: Id
    project_id: Id | None
    """Null for a risk of a program that lies on no project of it."""
    by: Duration
    why: str
    forecast: DayOrMoment | None
    due: DayOrMoment | None
    task_id: Id | None = None
    dependency_id: Id | None = None
    risk_id: Id | None = None
    benefit_id: Id | None = None
    probability: Probability | None = None
    emv: Money | None = None
    program_id: Id | None = None
    """Of a risk of a program itself, the program."""
    weight: Weight = Decimal(1)
    """How much what is threatened does for the goal, beside others: the weight of the alignment, or of the benefit."""


def threat_read(threat: Threat, project_key: str | None, granularity: str) -> ThreatRead:
    """The threat as clients see it."""
    money = None if threat.emv is None or threat.currency is None else Money.of(threat.emv, threat.currency)
    is_milestone = threat.kind == "slip" and threat.source_id != threat.project_id
    return ThreatRead(
        kind=threat.kind,
        goal_id=threat.goal_id,
        project_id=threat.project_id,
        by=Duration(threat.by, threat.day),
        why=why(threat, project_key, granularity),
        forecast=written_or_none(threat.forecast, TaskSide.FINISH, granularity),
        due=written_or_none(threat.due, TaskSide.FINISH, granularity),
        task_id=threat.source_id if is_milestone else None,
        dependency_id=threat.source_id if threat.kind == "dependency" else None,
        risk_id=threat.source_id if threat.kind == "risk" else None,
        benefit_id=threat.source_id if threat.kind == "benefit" else None,
        probability=threat.probability,
        emv=money,
        program_id=threat.program_id,
        weight=threat.weight,
    )


def why(threat: Threat, project_key: str | None, granularity: str) -> str:
    """One sentence for people; ``project_key``: none for a threat of no project."""
    whose = "the program" if threat.program_id is not None else project_key
    late = f"{Duration(threat.by, threat.day)} too late"
    kinds: dict[Kind, str] = {
        "slip": f"{project_key} will be ready {_day(threat.forecast, granularity)}, {late} for {_day(threat.due, granularity)}",
        "dependency": f"{project_key} waits for a dependency that is {late if threat.by else 'at risk'}",
        "benefit": f"a benefit of {project_key} will be realised {_day(threat.forecast, granularity)}, {late}",
        "risk": f"a risk of {whose} may take {Duration(threat.by, threat.day)} beyond its float"
        if threat.by
        else f"a risk of {whose} is expected to cost {abs(threat.emv or 0):f} {threat.currency}",
    }
    return kinds[threat.kind]


def _day(instant: int | None, granularity: str) -> str:
    return "nobody knows when" if instant is None else written(instant, TaskSide.FINISH, granularity).isoformat()[:16]
