"""What two networks of one program differ in, for a client: dates, margins, goals."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from pydantic import Field

from contracts.values import MINUTES_PER_DAY, DayOrMoment, Duration, Id, Shape
from contracts.vocabulary import DependencyStatus, Granularity, TaskSide
from program_svc.dependencies.standing import standing_day, state_by, state_from
from program_svc.goals.benefit_threats import all_threats
from program_svc.goals.forecasts import Forecasts, InNetwork
from program_svc.goals.queries import Service
from program_svc.goals.threat_shapes import why
from program_svc.goals.threats import Threat, outlooks
from program_svc.network.changes import NetworkChange
from program_svc.network.compute import Network
from program_svc.network.instants import worked, written
from program_svc.network.queries import computed
from program_svc.network.shapes import MovedDate, finish_on_wire, moved_dates
from program_svc.network.standings import Standing
from program_svc.network.what_if import imagined
from program_svc.programs.models import Program


class FinishChange(Shape):
    """The program's finish, before and after."""

    from_: DayOrMoment | None = Field(serialization_alias="from")
    to: DayOrMoment | None


class MarginChange(Shape):
    """A margin, before and after; none where an end is not in the network."""

    from_: Duration | None = Field(serialization_alias="from")
    to: Duration | None


class DependencyOutcome(Shape):
    """A dependency whose margin would change, and where that would put it; one that would be new, or dissolved.

    A date that is broken stays so until both sides agree on another one: ``within_date`` says whether it would be kept all the same.
    """

    id: Id
    margin: MarginChange
    state: DependencyStatus
    within_date: bool | None
    """Whether the forecast would be no later than the agreed date; null without one, or where nobody knows."""


class GoalOutcome(Shape):
    """A goal that would be threatened, or more than it is."""

    id: Id
    kind: str
    project_id: Id | None
    """None for a risk of the program that lies on no project."""
    by: Duration
    why: str


class WhatIfRead(Shape):
    """What would come of it."""

    finish: FinishChange
    moved: list[MovedDate]
    dependencies: list[DependencyOutcome]
    goals: list[GoalOutcome]
    positions: dict[str, int]


def states_by_margin(network: Network, threshold: int) -> dict[UUID, DependencyStatus]:
    """Where its margin alone would put each dependency of a network; ``threshold``: the program's."""
    standings = network.standings
    return {
        each.id: state_by(each, standings[each.id].margin, threshold, standing_day(standings[each.id], each))
        for each in network.facts.dependencies
    }


def thought_through(
    before: Network,
    changes: Sequence[NetworkChange],
    service: Service,
    program: Program,
    positions: Mapping[UUID, int],
) -> WhatIfRead:
    """What would come of these changes. Raises InvalidRequest, DependencyCycle and Unschedulable."""
    after, changed = thought_out(before, changes, program)
    return outcome_of(before, after, changed, service, program, positions)


def thought_out(
    before: Network, changes: Sequence[NetworkChange], program: Program
) -> tuple[Network, Collection[UUID]]:
    """The network as these changes would make it, and what they change. Raises as thought_through does."""
    thought = imagined(before.facts, changes, program.id)
    return computed(thought.facts), thought.changed


def outcome_of(
    before: Network,
    after: Network,
    changed: Collection[UUID],
    service: Service,
    program: Program,
    positions: Mapping[UUID, int],
) -> WhatIfRead:
    """What differs, each move with its cause among ``changed``."""
    return WhatIfRead(
        finish=FinishChange(from_=finish_on_wire(before), to=finish_on_wire(after)),
        moved=moved_dates(before, after, changed),
        dependencies=list(dependency_outcomes(before, after, program.margin_threshold)),
        goals=list(_goals(before, after, service)),
        positions={str(project_id): revision for project_id, revision in positions.items()},
    )


def dependency_outcomes(before: Network, after: Network, threshold: int) -> Iterator[DependencyOutcome]:
    """The dependencies whose margin differs; ``threshold``: the program's."""
    for dependency in after.facts.dependencies:
        was, will = before.standings.get(dependency.id), after.standings[dependency.id]
        if was is None or was.margin != will.margin:
            change = MarginChange(from_=_margin(was), to=_margin(will))
            state = state_from(dependency, will.margin, threshold, standing_day(will, dependency))
            kept = None if will.margin is None or dependency.needed_by is None else will.margin >= 0
            yield DependencyOutcome(id=dependency.id, margin=change, state=state, within_date=kept)
    for dependency in before.facts.dependencies:
        if dependency.id not in after.standings:
            change = MarginChange(from_=_margin(before.standings[dependency.id]), to=None)
            yield DependencyOutcome(id=dependency.id, margin=change, state=DependencyStatus.DISSOLVED, within_date=None)


def _margin(standing: Standing | None) -> Duration | None:
    if standing is None or standing.margin is None:
        return None
    return Duration(standing.margin, standing.day or MINUTES_PER_DAY)


def _goals(before: Network, after: Network, service: Service) -> Iterator[GoalOutcome]:
    """Threats that are new or worse, contributions that slip where no date says how far they may, and those that would be lost."""
    for alignment in service.alignments:
        lost = before.facts.projects.get(alignment.project_id)
        if lost is not None and alignment.project_id not in after.facts.projects and alignment.risk_id is None:
            yield GoalOutcome(
                id=alignment.goal_id,
                kind="lost",
                project_id=alignment.project_id,
                by=Duration(0),
                why=f"{lost.key}, which serves it, would be cancelled",
            )
    for benefit in service.benefits:
        milestone = benefit.milestone
        if benefit.goal_id is None or milestone is None or milestone.project_id in after.facts.projects:
            continue
        if (lost := before.facts.projects.get(milestone.project_id)) is not None:
            yield GoalOutcome(
                id=benefit.goal_id,
                kind="lost",
                project_id=milestone.project_id,
                by=Duration(0),
                why=f"{lost.key}, by which a benefit serves it, would be cancelled",
            )
    earlier, later = InNetwork(before), InNetwork(after)
    known = {(threat.kind, threat.goal_id, threat.source_id): threat.by for threat in _threats(earlier, service)}
    for threat in _threats(later, service):
        if threat.by > known.get((threat.kind, threat.goal_id, threat.source_id), -1):
            project = None if threat.project_id is None else after.facts.projects.get(threat.project_id)
            told_by = (None, Granularity.DAY) if project is None else (project.key, project.granularity)
            yield GoalOutcome(
                id=threat.goal_id,
                kind=threat.kind,
                project_id=threat.project_id,
                by=Duration(threat.by, threat.day),
                why=why(threat, *told_by),
            )
    was = {each.alignment.id: each for each in outlooks(earlier, service.tree, service.alignments)}
    for outlook in outlooks(later, service.tree, service.alignments):
        if outlook.alignment.risk_id is not None:
            continue
        until_now = was[outlook.alignment.id].forecast
        if (
            outlook.due is None
            and until_now is not None
            and outlook.forecast is not None
            and outlook.forecast > until_now
        ):
            project = after.facts.projects[outlook.alignment.project_id]
            by = worked(after.facts.calendar_of_project(project.id), until_now, outlook.forecast)
            ready = written(outlook.forecast, TaskSide.FINISH, project.granularity).isoformat()[:16]
            text = f"{project.key} will be ready {ready}, {by} later than now"
            yield GoalOutcome(
                id=outlook.alignment.goal_id, kind="slip", project_id=outlook.alignment.project_id, by=by, why=text
            )


def _threats(forecasts: Forecasts, service: Service) -> list[Threat]:
    return all_threats(forecasts, service.tree, service.alignments, service.benefits, service.hazards)
