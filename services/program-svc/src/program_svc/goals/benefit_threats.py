"""What threatens goals through benefits: one will be realised too late, or what it begins with waits or is at risk. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

import planning
from contracts.program_events.benefits import BenefitState, BenefitStatus
from contracts.program_events.states import DependencyTask
from planning.written import at_finish
from program_svc.alignments.models import Alignment
from program_svc.benefits.forecast import realised_on
from program_svc.goals.forecasts import Forecasts
from program_svc.goals.hazards import Hazard
from program_svc.goals.threats import Kind, Outlook, Threat, risk_threats, threats, waits
from program_svc.goals.tree import GoalTree


def due_of(tree: GoalTree, benefit: BenefitState) -> date | None:
    """When the benefit's goal is due or, where no date says so, the benefit by its own plan; none if it serves no goal that is wanted."""
    if benefit.goal_id is None or benefit.state is BenefitStatus.CLOSED or not tree.is_live(benefit.goal_id):
        return None
    return tree.due(benefit.goal_id) or benefit.planned_on


def all_threats(
    forecasts: Forecasts,
    tree: GoalTree,
    alignments: Sequence[Alignment],
    benefits: Iterable[BenefitState],
    hazards: Sequence[Hazard],
) -> list[Threat]:
    """Everything that threatens goals through this program's projects and benefits, each threat once."""
    found: dict[tuple[Kind, UUID, UUID | None, UUID], Threat] = {}
    direct = threats(forecasts, tree, alignments, hazards)
    for threat in (*direct, *benefit_threats(forecasts, tree, benefits, hazards)):
        found.setdefault((threat.kind, threat.goal_id, threat.project_id, threat.source_id), threat)
    return list(found.values())


def benefit_threats(
    forecasts: Forecasts, tree: GoalTree, benefits: Iterable[BenefitState], hazards: Sequence[Hazard]
) -> Iterator[Threat]:
    """Benefits of this program's milestones that come after their goal is due or, where no date says so, after their own plan.

    With them the dependencies and the risks of the milestones' projects, as far as these exceed what time the benefit has.
    """
    for benefit in benefits:
        milestone, due = benefit.milestone, due_of(tree, benefit)
        if benefit.goal_id is None or milestone is None or due is None:
            continue
        finish = forecasts.finish_of(milestone.task_id)
        if finish is None:
            continue
        forecast = realised_on(benefit, planning.to_date(finish, finish=True))
        if forecast is None:
            continue
        calendar = forecasts.calendar_of_project(milestone.project_id)
        realised, wanted = at_finish(forecast, calendar), at_finish(due, calendar)
        if forecast > due:
            yield Threat(
                kind="benefit",
                goal_id=benefit.goal_id,
                project_id=milestone.project_id,
                by=calendar.between(wanted, realised),
                day=calendar.minutes_per_day,
                source_id=benefit.id,
                forecast=realised,
                due=wanted,
                weight=benefit.weight,
            )
        outlook = Outlook(_as_alignment(benefit, benefit.goal_id, milestone), realised, wanted, calendar)
        lies_here = [each for each in hazards if each.is_threat and each.project_id == milestone.project_id]
        yield from waits(outlook, forecasts)
        for hazard in lies_here:
            yield from risk_threats(outlook, forecasts, hazard)


def _as_alignment(benefit: BenefitState, goal_id: UUID, milestone: DependencyTask) -> Alignment:
    """What the benefit says of its goal, in the words of an alignment of its milestone; not one that is kept."""
    return Alignment(
        organization_id=benefit.organization_id,
        revision=benefit.revision,
        goal_id=goal_id,
        project_id=milestone.project_id,
        milestone_task_id=milestone.task_id,
        benefit_id=benefit.id,
        weight=benefit.weight,
    )
