"""How sure the program's dates are: its network many times over, each time with other durations and other luck. Pure, but for the engine.

Imported when it is asked for: it brings the compiled engine.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

import planning
from contracts.program_events.benefits import BenefitState
from contracts.vocabulary import TaskSide
from planning import risk as risks_of_plans
from planning.simulation import Correlation, Estimate, Outcomes, RiskEvent, Simulation, Uncertainty, Watched, simulate
from planning.written import at_finish
from program_svc.benefits.forecast import shifted
from program_svc.dependencies.models import WATCHED, Dependency
from program_svc.goals.benefit_threats import due_of
from program_svc.goals.forecasts import InNetwork
from program_svc.goals.hazards import Hazard
from program_svc.goals.threats import Outlook, outlooks
from program_svc.goals.tree import GoalTree
from program_svc.network.compute import Network, plan_as_scheduled

Instants: TypeAlias = NDArray[np.float64]
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Spread:
    """Estimates as multiples of the work that is left."""

    optimistic: float
    likely: float
    pessimistic: float


AS_PLANNED = Spread(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Common:
    """What tasks and risks have in common: see planning.simulation.Correlation, with the projects as groups; causes of risks, by risk."""

    within: float = 0
    across: float = 0
    causes: Mapping[UUID, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone's planned finish and what the runs say of it; instants."""

    task_id: UUID
    planned: int
    runs: Outcomes
    due: int | None


@dataclass(frozen=True, slots=True)
class Chances:
    """What came out of the runs. dependencies and goals: the share of runs in which each was kept; ``left_out``: risks that act on no task."""

    simulation: Simulation
    milestones: list[Milestone]
    dependencies: Mapping[UUID, float]
    goals: Mapping[UUID, float]
    left_out: list[UUID] = field(default_factory=list)
    cost: Outcomes | None = None
    """What the risks that happen add to a cost, or take away; none where nobody said what that is counted in."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What serves a goal by these tasks, the last of which has to be done by an instant."""

    id: UUID
    goal_id: UUID
    due: int
    task_ids: list[UUID]


def chances_of(
    network: Network,
    tree: GoalTree,
    alignments: Sequence[Any],
    benefits: Iterable[BenefitState],
    hazards: Iterable[Hazard],
    estimates: Mapping[UUID, Estimate],
    spread: Spread,
    common: Common,
    *,
    runs: int,
    seed: int,
    rates: Mapping[str, float] | None = None,
) -> Chances:
    """Simulate the network. ``estimates``: of the work that is left, by task, in working minutes; the others vary by the spread.

    ``rates``: what one unit of each currency of a risk is in the one that costs are counted in; none if costs are not.

    Raises a planning.PlanError, such as InvalidEstimate with the offending ids.
    """
    plan = plan_as_scheduled(network)
    events, left_out = _events(network, plan, hazards, common.causes, rates)
    milestones = [
        task for task in plan.tasks if task.kind is planning.TaskKind.MILESTONE and task.actual_finish is None
    ]
    awaited = [each for each in network.facts.dependencies if _is_awaited(network, each)]
    looks = [*_by_projects(network, tree, alignments), *_by_benefits(network, tree, benefits)]
    watched: dict[UUID, Watched] = {task.id: Watched([task.id]) for task in milestones}
    watched |= {each.id: Watched([each.provider_task_id], each.provider_side is TaskSide.START) for each in awaited}
    watched |= {each.id: Watched(each.task_ids) for each in looks}
    varying = {} if spread == AS_PLANNED else {id_: _estimate(left, spread) for id_, left in _left(plan)}
    durations = varying | dict(estimates)
    groups = {task.id: task.project_id for task in plan.tasks}
    correlation = Correlation(common.within, common.across, groups)
    answer = simulate(plan, Uncertainty(durations, {}, events, correlation), runs=runs, seed=seed, dates=watched)
    items = network.schedule.items
    return Chances(
        simulation=answer,
        milestones=[
            Milestone(task.id, items[task.id].early_finish, Outcomes(np.sort(answer.dates[task.id])), task.deadline)
            for task in milestones
            if task.id in answer.dates
        ],
        dependencies={
            each.id: _kept(answer.dates[each.id], _limit(network, each)) for each in awaited if each.id in answer.dates
        },
        goals=_goals(looks, answer.dates),
        left_out=left_out,
        cost=answer.cost,
    )


def _left(plan: planning.Plan) -> Iterator[tuple[UUID, int]]:
    """The work that is left of each task that is not complete; levels of effort last as long as what they accompany."""
    for task in plan.tasks:
        if task.kind is not planning.TaskKind.TASK or task.actual_finish is not None:
            continue
        left = task.remaining
        if left is None:
            left = round(task.duration * (WHOLE - task.percent_complete) / WHOLE)
        yield task.id, left


def _estimate(left: int, spread: Spread) -> Estimate:
    return Estimate(left * spread.optimistic, left * spread.likely, left * spread.pessimistic)


def _events(
    network: Network,
    plan: planning.Plan,
    hazards: Iterable[Hazard],
    causes: Mapping[UUID, UUID],
    rates: Mapping[str, float] | None,
) -> tuple[list[RiskEvent], list[UUID]]:
    """Open risks that delay or shorten a task's work, or cost, and those with an impact on days that cannot be laid on a task."""
    works = {task.id for task in plan.tasks if task.kind in {planning.TaskKind.TASK, planning.TaskKind.LEVEL_OF_EFFORT}}
    events, left_out = [], []
    for risk in hazards:
        if not risk.is_open:
            continue
        duration = None
        if risk.has_impact and risk.task_id is not None and risk.task_id in works:
            duration = _sure(risk.impact(network.facts.calendar_of(risk.task_id).minutes_per_day))
        elif risk.has_impact:
            left_out.append(risk.id)
        cost = _sure(float(risk.cost) * rates[risk.currency]) if rates is not None and risk.cost else None
        if duration is None and cost is None:
            continue
        kind, task_id = risks_of_plans.RiskKind(risk.kind), None if duration is None else risk.task_id
        probability, cause = float(Decimal(risk.probability)), causes.get(risk.id)
        events.append(
            RiskEvent(risk.id, probability, task_id=task_id, duration=duration, cost=cost, kind=kind, cause=cause)
        )
    return events, left_out


def _sure(impact: float) -> Estimate:
    return Estimate(impact, impact, impact)


def _is_awaited(network: Network, dependency: Dependency) -> bool:
    return dependency.state in WATCHED and network.standings[dependency.id].limit is not None


def _limit(network: Network, dependency: Dependency) -> int:
    """The instant by which the provider has to give: the date agreed on, else the receiver's late date less the lag."""
    limit = network.standings[dependency.id].limit or 0
    if dependency.needed_by is not None:
        return limit
    return network.facts.calendar_of_project(dependency.receiver_project_id).add(limit, -dependency.lag)


def _by_projects(network: Network, tree: GoalTree, alignments: Sequence[Any]) -> Iterator[_Look]:
    for each in outlooks(InNetwork(network), tree, alignments):
        alignment = each.alignment
        if each.due is not None and alignment.risk_id is None:
            yield _Look(alignment.id, alignment.goal_id, each.due, list(_serving(network, each)))


def _by_benefits(network: Network, tree: GoalTree, benefits: Iterable[BenefitState]) -> Iterator[_Look]:
    """A benefit is in time when its milestone is done so many days before its goal is due as it takes from there."""
    for benefit in benefits:
        milestone, due = benefit.milestone, due_of(tree, benefit)
        if benefit.goal_id is None or milestone is None or due is None or milestone.task_id not in network.facts.tasks:
            continue
        calendar = network.facts.calendar_of_project(milestone.project_id)
        limit = at_finish(shifted(due, -benefit.offset_days), calendar)
        yield _Look(uuid5(benefit.id, str(benefit.goal_id)), benefit.goal_id, limit, [milestone.task_id])


def _serving(network: Network, outlook: Outlook) -> Iterator[UUID]:
    """The tasks by whose last finish an alignment's project has served its goal."""
    milestone = outlook.alignment.milestone_task_id
    if milestone is not None:
        yield milestone
        return
    for task in network.facts.tasks.values():
        if task.project_id == outlook.alignment.project_id:
            yield task.id


def _kept(dates: Instants, limit: int) -> float:
    return float((dates <= limit).mean())


def _goals(looks: Iterable[_Look], dates: Mapping[UUID, Instants]) -> dict[UUID, float]:
    """Of each goal the share of runs in which everything that serves it was in time."""
    in_time: dict[UUID, NDArray[np.bool_]] = {}
    for look in looks:
        found = dates.get(look.id)
        if found is None:
            continue
        kept = found <= look.due
        in_time[look.goal_id] = kept & in_time[look.goal_id] if look.goal_id in in_time else kept
    return {goal_id: float(kept.mean()) for goal_id, kept in in_time.items()}
