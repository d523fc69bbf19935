"""What threatens goals: a slip, a dependency without margin, a risk. Pure; works on one program at a time.

A project serves a goal by its alignment: through a milestone's finish or, without one, through its own. The date that counts is the
goal's (or the nearest above it), else the project's deadline, else the program's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row

from contracts.vocabulary import RiskKind
from planning import WorkCalendar
from planning.written import at_finish
from program_svc.alignments.models import Alignment
from program_svc.goals.forecasts import Forecasts
from program_svc.goals.tree import GoalTree
from program_svc.network.instants import read

Kind = Literal["slip", "dependency", "risk", "benefit"]


@dataclass(frozen=True, slots=True)
class Threat:
    """One threat to one goal. ``by``: working minutes too late, on a calendar with ``day`` minutes a day; ``forecast`` and ``due``: instants; money only for risks."""

    kind: Kind
    goal_id: UUID
    project_id: UUID
    by: int
    day: int
    source_id: UUID
    """The milestone's task or the project (slip), the dependency, the risk, the benefit."""
    forecast: int | None = None
    due: int | None = None
    emv: Decimal | None = None
    currency: str | None = None
    probability: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """When an alignment's project will have served its goal, and when it should have. Instants; none where nobody knows."""

    alignment: Alignment
    forecast: int | None
    due: int | None
    calendar: WorkCalendar
    """What the project works by."""


def outlooks(forecasts: Forecasts, tree: GoalTree, alignments: Iterable[Alignment]) -> Iterator[Outlook]:
    """The outlook of each alignment of a project of this program with a goal that is still wanted."""
    for alignment in alignments:
        project = forecasts.projects.get(alignment.project_id)
        if project is None or not tree.is_live(alignment.goal_id):
            continue
        calendar = forecasts.calendar_of_project(project.id)
        due = _due(forecasts, tree, alignment, project, calendar)
        served_by = alignment.milestone_task_id
        served = forecasts.end_of(project.id) if served_by is None else forecasts.finish_of(served_by)
        yield Outlook(alignment, served, due, calendar)


def threats(
    forecasts: Forecasts, tree: GoalTree, alignments: Sequence[Alignment], risks: Iterable[Row[Any]]
) -> list[Threat]:
    """Everything that threatens the goals served by this program's projects, each threat once; ``risks`` are rows of the replica.

    An alignment of a risk brings that risk alone.
    """
    risks_of: dict[UUID, list[Row[Any]]] = {}
    for risk in risks:
        if risk.is_open and risk.kind == RiskKind.THREAT:
            risks_of.setdefault(risk.project_id, []).append(risk)
    found: dict[tuple[Kind, UUID, UUID, UUID], Threat] = {}
    for outlook in outlooks(forecasts, tree, alignments):
        of_project = risks_of.get(outlook.alignment.project_id, ())
        named = outlook.alignment.risk_id
        threatening = [_risk(outlook, forecasts, risk) for risk in of_project if named in {None, risk.id}]
        if named is None:
            threatening = [_slip(outlook), _waits(outlook, forecasts), *threatening]
        for threat in chain.from_iterable(threatening):
            found.setdefault((threat.kind, threat.goal_id, threat.project_id, threat.source_id), threat)
    return list(found.values())


def _due(
    forecasts: Forecasts, tree: GoalTree, alignment: Alignment, project: Row[Any], calendar: WorkCalendar
) -> int | None:
    due = tree.due(alignment.goal_id)
    if due is not None:
        return at_finish(due, calendar)
    return forecasts.deadline if project.deadline is None else at_finish(read(project.deadline), calendar)


def _slip(outlook: Outlook) -> Iterator[Threat]:
    if outlook.forecast is None or outlook.due is None or outlook.forecast <= outlook.due:
        return
    alignment = outlook.alignment
    yield Threat(
        kind="slip",
        goal_id=alignment.goal_id,
        project_id=alignment.project_id,
        by=outlook.calendar.between(outlook.due, outlook.forecast),
        day=outlook.calendar.minutes_per_day,
        source_id=alignment.milestone_task_id or alignment.project_id,
        forecast=outlook.forecast,
        due=outlook.due,
    )


def _waits(outlook: Outlook, forecasts: Forecasts) -> Iterator[Threat]:
    alignment = outlook.alignment
    for wait in forecasts.waits_of(alignment.project_id):
        yield Threat(
            kind="dependency",
            goal_id=alignment.goal_id,
            project_id=alignment.project_id,
            by=wait.by,
            day=wait.day or outlook.calendar.minutes_per_day,
            source_id=wait.dependency_id,
            forecast=wait.forecast,
            due=wait.due,
        )


def needs_float(risk: Row[Any]) -> bool:
    """Whether it takes the float that a risk meets to say how it threatens."""
    return bool(risk.is_open and risk.kind == RiskKind.THREAT and risk.days_impact)


def _risk(outlook: Outlook, forecasts: Forecasts, risk: Row[Any]) -> Iterator[Threat]:
    """A risk threatens by what of its impact exceeds the float that it meets, and by the money that it is expected to cost."""
    by = max(0, risk.days_impact - _slack(outlook, forecasts, risk)) if needs_float(risk) else 0
    if by or risk.emv:
        yield Threat(
            kind="risk",
            goal_id=outlook.alignment.goal_id,
            project_id=outlook.alignment.project_id,
            by=by,
            day=outlook.calendar.minutes_per_day,
            source_id=risk.id,
            forecast=outlook.forecast,
            due=outlook.due,
            emv=risk.emv,
            currency=risk.currency,
            probability=risk.probability,
        )


def _slack(outlook: Outlook, forecasts: Forecasts, risk: Row[Any]) -> int:
    """Working minutes that the risk may take before anybody notices: of the project's contribution, or of the risk's own task if it has more."""
    alignment, slack = outlook.alignment, 0
    if outlook.forecast is not None and outlook.due is not None:
        slack = outlook.calendar.between(outlook.forecast, outlook.due)
    elif outlook.forecast is not None:
        served_by = alignment.milestone_task_id
        slack = forecasts.float_of_end(alignment.project_id) if served_by is None else forecasts.float_of(served_by)
    return max(0, slack, 0 if risk.task_id is None else forecasts.float_of(risk.task_id))
