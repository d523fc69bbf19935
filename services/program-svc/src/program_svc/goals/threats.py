"""What threatens goals: a slip, a dependency without margin, a risk. Pure; works on one network at a time.

A project serves a goal by its alignment: through a milestone's finish or, without one, through its own. The date that counts is the
goal's (or the nearest above it), else the project's deadline, else the program's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row

from contracts.vocabulary import DependencyStatus, RiskKind
from planning import WorkCalendar
from planning.written import at_finish
from program_svc.alignments.models import Alignment
from program_svc.dependencies.models import Dependency
from program_svc.goals.tree import GoalTree
from program_svc.network.compute import Network, Standing
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
    slack: int
    """Working minutes that the project's contribution can slip before anybody notices."""


def outlooks(network: Network, tree: GoalTree, alignments: Iterable[Alignment]) -> Iterator[Outlook]:
    """The outlook of each alignment of a project of this network with a goal that is still wanted."""
    finishes = _finishes(network)
    for alignment in alignments:
        project = network.facts.projects.get(alignment.project_id)
        if project is None or not tree.is_live(alignment.goal_id):
            continue
        served_by = alignment.milestone_task_id or finishes.get(alignment.project_id)
        item = None if served_by is None else network.schedule.items.get(served_by)
        calendar = network.facts.calendar_of_project(project.id)
        due = _due(network, tree, alignment, project, calendar)
        if item is None:
            yield Outlook(alignment, None, due, calendar, 0)
        else:
            slack = item.total_float if due is None else calendar.between(item.early_finish, due)
            yield Outlook(alignment, item.early_finish, due, calendar, max(0, slack))


def threats(
    network: Network, tree: GoalTree, alignments: Sequence[Alignment], risks: Iterable[Row[Any]]
) -> list[Threat]:
    """Everything that threatens the goals served by this network's projects, each threat once; ``risks`` are rows of the replica.

    An alignment of a risk brings that risk alone.
    """
    risks_of: dict[UUID, list[Row[Any]]] = {}
    for risk in risks:
        if risk.is_open and risk.kind == RiskKind.THREAT:
            risks_of.setdefault(risk.project_id, []).append(risk)
    found: dict[tuple[Kind, UUID, UUID, UUID], Threat] = {}
    for outlook in outlooks(network, tree, alignments):
        of_project = risks_of.get(outlook.alignment.project_id, ())
        named = outlook.alignment.risk_id
        threatening = [_risk(outlook, network, risk) for risk in of_project if named in {None, risk.id}]
        if named is None:
            threatening = [_slip(outlook), _dependencies(outlook, network), *threatening]
        for threat in chain.from_iterable(threatening):
            found.setdefault((threat.kind, threat.goal_id, threat.project_id, threat.source_id), threat)
    return list(found.values())


def _due(
    network: Network, tree: GoalTree, alignment: Alignment, project: Row[Any], calendar: WorkCalendar
) -> int | None:
    due = tree.due(alignment.goal_id)
    if due is not None:
        return at_finish(due, calendar)
    return network.facts.deadline if project.deadline is None else at_finish(read(project.deadline), calendar)


def _finishes(network: Network) -> Mapping[UUID, UUID]:
    """The task that finishes last in each project; of several, the one with the least float."""
    last: dict[UUID, UUID] = {}
    items = network.schedule.items
    for task_id, task in network.facts.tasks.items():
        best = last.get(task.project_id)
        if best is None or _lateness(items[task_id]) > _lateness(items[best]):
            last[task.project_id] = task_id
    return last


def _lateness(item: Any) -> tuple[int, int]:
    return item.early_finish, -item.total_float


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


def _dependencies(outlook: Outlook, network: Network) -> Iterator[Threat]:
    alignment = outlook.alignment
    for dependency in network.facts.dependencies:
        standing = network.standings[dependency.id]
        if dependency.receiver_project_id == alignment.project_id and is_threat(dependency, standing):
            yield Threat(
                kind="dependency",
                goal_id=alignment.goal_id,
                project_id=alignment.project_id,
                by=max(0, -(standing.margin or 0)),
                day=standing.day or outlook.calendar.minutes_per_day,
                source_id=dependency.id,
                forecast=standing.forecast,
                due=standing.limit,
            )


def is_threat(dependency: Dependency, standing: Standing) -> bool:
    """Whether an agreed dependency is at risk, broken or without margin in this network."""
    if not dependency.shapes_dates:
        return False
    worried = dependency.state in {DependencyStatus.AT_RISK, DependencyStatus.BREACHED}
    return worried or (standing.margin is not None and standing.margin < 0)


def _risk(outlook: Outlook, network: Network, risk: Row[Any]) -> Iterator[Threat]:
    """A risk threatens by what of its impact exceeds the float that it meets, and by the money that it is expected to cost."""
    item = None if risk.task_id is None else network.schedule.items.get(risk.task_id)
    slack = outlook.slack if item is None else max(outlook.slack, item.total_float)
    by = max(0, risk.days_impact - slack)
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
