"""The runs themselves, in a process of their own."""

from collections.abc import Callable

from planning import Plan, PlanError
from planning.risk import RiskKind
from planning.simulation import Estimate, Outcomes, RiskEvent, Shape, Uncertainty, simulate
from project_svc.schedule.problems import explained
from project_svc.simulations.answer import Answer, Percentiles
from project_svc.simulations.varied import Points, Uncertain


def run(
    told: Callable[[float], None], plan: Plan, uncertain: Uncertain, runs: int, seed: int, to_spend: float
) -> Answer:
    """Simulate. to_spend: what costs of tasks and risks may come to within the budget. Raises Cycle, OutsideTime, Unschedulable."""
    uncertainty = Uncertainty(
        {task_id: _estimate(points) for task_id, points in uncertain.durations.items()},
        {task_id: _estimate(points) for task_id, points in uncertain.costs.items()},
        [
            RiskEvent(each.id, each.probability, RiskKind(each.kind), each.task_id, _sure(each.delay), _sure(each.cost))
            for each in uncertain.events
        ],
    )
    try:
        found = simulate(plan, uncertainty, runs=runs, seed=seed, watch=lambda done: told(done / runs))
    except PlanError as error:  # an error of the plan's own class would not find its way back to the parent
        raise explained(error) from None
    deadline = plan.projects[0].deadline
    return Answer(
        found.planned_finish,
        _percentiles(found.finish),
        _percentiles(found.duration),
        None if found.cost is None else _percentiles(found.cost),
        found.finish.chance_of(found.planned_finish),
        None if deadline is None else found.finish.chance_of(deadline),
        float(to_spend >= 0) if found.cost is None else found.cost.chance_of(to_spend),
        found.criticality,
        found.sensitivity,
    )


def _percentiles(outcomes: Outcomes) -> Percentiles:
    return Percentiles(outcomes.p50, outcomes.p80, outcomes.p90, outcomes.mean, outcomes.deviation)


def _estimate(points: Points) -> Estimate:
    optimistic, likely, pessimistic, shape = points
    return Estimate(optimistic, likely, pessimistic, Shape(shape))


def _sure(value: float | None) -> Estimate | None:
    return None if value is None else Estimate(value, value, value)
