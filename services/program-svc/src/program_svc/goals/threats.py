"""What threatens goals: a slip, a dependency without margin, a risk. Pure; works on one program at a time.

A project serves a goal by its alignment: through a milestone's finish or, without one, through its own. The date that counts is the
goal's (or the nearest above it), else the project's deadline, else the program's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row

from contracts.values import MINUTES_PER_DAY
from planning import WorkCalendar
from planning.written import at_finish
from program_svc.alignments.models import Alignment
from program_svc.goals.forecasts import Forecasts
from program_svc.goals.hazards import Hazard
from program_svc.goals.tree import GoalTree
from program_svc.network.instants import read

Kind = Literal["slip", "dependency", "risk", "benefit"]


@dataclass(frozen=True, slots=True)
class Threat:
    """One threat to one goal. ``by``: working minutes too late, on a calendar with ``day`` minutes a day; ``forecast`` and ``due``: instants; money only for risks."""

    kind: Kind
    goal_id: UUID
    project_id: UUID | None
    """None for a risk of a program that lies on no project of it."""
    by: int
    day: int
    source_id: UUID
    """The milestone's task or the project (slip), the dependency, the risk, the benefit."""
    forecast: int | None = None
    due: int | None = None
    emv: Decimal | None = None
    currency: str | None = None
    probability: Decimal | None = None
    program_id: UUID | None = None
    """Of a risk of a program itself."""
    weight: Decimal = Decimal(1)
    """How much what is threatened does for the goal, beside others: of the alignment, or the benefit."""


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
    forecasts: Forecasts, tree: GoalTree, alignments: Sequence[Alignment], hazards: Iterable[Hazard]
) -> list[Threat]:
    """Everything that threatens the goals served by this program's projects, each threat once; ``hazards``: its risks and theirs.

    An alignment of a risk brings that risk alone, and so does a risk that names its goal itself.
    """
    threatening = [hazard for hazard in hazards if hazard.is_threat]
    of_project: dict[UUID | None, list[Hazard]] = {}
    by_name: dict[UUID, Hazard] = {}
    for hazard in threatening:
        of_project.setdefault(hazard.project_id, []).append(hazard)
        by_name[hazard.id] = hazard
        if hazard.origin_id is not None:
            by_name[hazard.origin_id] = hazard
    found: dict[tuple[Kind, UUID, UUID | None, UUID], Threat] = {}
    for threat in chain(
        chain.from_iterable(
            _of_alignment(outlook, forecasts, of_project, by_name) for outlook in outlooks(forecasts, tree, alignments)
        ),
        chain.from_iterable(_to_goal(forecasts, tree, hazard) for hazard in threatening),
    ):
        found.setdefault((threat.kind, threat.goal_id, threat.project_id, threat.source_id), threat)
    return list(found.values())


def _of_alignment(
    outlook: Outlook,
    forecasts: Forecasts,
    of_project: Mapping[UUID | None, Sequence[Hazard]],
    by_name: Mapping[UUID, Hazard],
) -> Iterator[Threat]:
    alignment = outlook.alignment
    if alignment.risk_id is not None:
        hazards = [by_name[alignment.risk_id]] if alignment.risk_id in by_name else []
    else:
        hazards = list(of_project.get(alignment.project_id, ()))
        yield from _slip(outlook)
        yield from waits(outlook, forecasts)
    for hazard in hazards:
        yield from risk_threats(outlook, forecasts, hazard)


def risk_threats(outlook: Outlook, forecasts: Forecasts, hazard: Hazard) -> Iterator[Threat]:
    """How a risk threatens the goal of this outlook, if it does."""
    alignment, slack = outlook.alignment, _slack(outlook, forecasts, hazard)
    found = _risk(
        hazard, alignment.goal_id, alignment.project_id, outlook.calendar, slack, outlook.forecast, outlook.due
    )
    for threat in found:
        yield replace(threat, weight=alignment.weight)


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
        weight=alignment.weight,
    )


def waits(outlook: Outlook, forecasts: Forecasts) -> Iterator[Threat]:
    """The dependencies that worry the project of this outlook."""
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
            weight=alignment.weight,
        )


def needs_float(hazard: Hazard) -> bool:
    """Whether it takes the float that a risk meets to say how it threatens."""
    return hazard.is_threat and hazard.has_impact


def _to_goal(forecasts: Forecasts, tree: GoalTree, hazard: Hazard) -> Iterator[Threat]:
    """A risk that names its goal threatens it by the end of its project or, where it lies on none, of the program."""
    if hazard.goal_id is None or not tree.is_live(hazard.goal_id):
        return
    due = tree.due(hazard.goal_id)
    project_id = hazard.project_id if hazard.project_id in forecasts.projects else last_of(forecasts)
    if project_id is None:  # nothing is planned yet: there is the money
        yield from _risk(hazard, hazard.goal_id, None, None, 0, None, None)
        return
    calendar, forecast = forecasts.calendar_of_project(project_id), forecasts.end_of(project_id)
    limit = forecasts.deadline if due is None else at_finish(due, calendar)
    slack = 0 if forecast is None or limit is None else max(0, calendar.between(forecast, limit))
    if needs_float(hazard) and hazard.task_id is not None:
        slack = max(slack, forecasts.float_of(hazard.task_id))
    yield from _risk(hazard, hazard.goal_id, hazard.project_id, calendar, slack, forecast, limit)


def last_of(forecasts: Forecasts) -> UUID | None:
    """The project that is done last; None where nothing is planned."""
    ends = [(end, project_id) for project_id in forecasts.projects if (end := forecasts.end_of(project_id)) is not None]
    return max(ends)[1] if ends else None


def _risk(
    hazard: Hazard,
    goal_id: UUID,
    project_id: UUID | None,
    calendar: WorkCalendar | None,
    slack: int,
    forecast: int | None,
    due: int | None,
) -> Iterator[Threat]:
    """A risk threatens by what of its impact exceeds the float that it meets, and by the money that it is expected to cost.

    Without a calendar nothing is planned, and days are of eight hours.
    """
    day = MINUTES_PER_DAY if calendar is None else calendar.minutes_per_day
    by = max(0, hazard.impact(day) - slack)
    if by or hazard.emv:
        yield Threat(
            kind="risk",
            goal_id=goal_id,
            project_id=project_id,
            by=by,
            day=day,
            source_id=hazard.id,
            forecast=forecast,
            due=due,
            emv=hazard.emv,
            currency=hazard.currency,
            probability=hazard.probability,
            program_id=hazard.program_id,
        )


def _slack(outlook: Outlook, forecasts: Forecasts, hazard: Hazard) -> int:
    """Working minutes that the risk may take before anybody notices: of the project's contribution, or of the risk's own task if it has more."""
    if not needs_float(hazard):
        return 0
    alignment, slack = outlook.alignment, 0
    if outlook.forecast is not None and outlook.due is not None:
        slack = outlook.calendar.between(outlook.forecast, outlook.due)
    elif outlook.forecast is not None:
        served_by = alignment.milestone_task_id
        slack = forecasts.float_of_end(alignment.project_id) if served_by is None else forecasts.float_of(served_by)
    return max(0, slack, 0 if hazard.task_id is None else forecasts.float_of(hazard.task_id))
