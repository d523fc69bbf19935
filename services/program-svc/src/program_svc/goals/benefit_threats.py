"""What threatens goals through benefits: one that serves a goal and will be realised too late for it. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date

import planning
from contracts.program_events.benefits import BenefitState, BenefitStatus
from planning.written import at_finish
from program_svc.benefits.forecast import realised_on
from program_svc.goals.forecasts import Forecasts
from program_svc.goals.threats import Threat
from program_svc.goals.tree import GoalTree


def due_of(tree: GoalTree, benefit: BenefitState) -> date | None:
    """When the benefit's goal is due or, where no date says so, the benefit by its own plan; none if it serves no goal that is wanted."""
    if benefit.goal_id is None or benefit.state is BenefitStatus.CLOSED or not tree.is_live(benefit.goal_id):
        return None
    return tree.due(benefit.goal_id) or benefit.planned_on


def benefit_threats(forecasts: Forecasts, tree: GoalTree, benefits: Iterable[BenefitState]) -> Iterator[Threat]:
    """Benefits of this program's milestones that come after their goal is due or, where no date says so, after their own plan."""
    for benefit in benefits:
        milestone, due = benefit.milestone, due_of(tree, benefit)
        if benefit.goal_id is None or milestone is None or due is None:
            continue
        finish = forecasts.finish_of(milestone.task_id)
        if finish is None:
            continue
        forecast = realised_on(benefit, planning.to_date(finish, finish=True))
        if forecast is None or forecast <= due:
            continue
        calendar = forecasts.calendar_of_project(milestone.project_id)
        yield Threat(
            kind="benefit",
            goal_id=benefit.goal_id,
            project_id=milestone.project_id,
            by=calendar.between(at_finish(due, calendar), at_finish(forecast, calendar)),
            day=calendar.minutes_per_day,
            source_id=benefit.id,
            forecast=at_finish(forecast, calendar),
            due=at_finish(due, calendar),
            weight=benefit.weight,
        )
