"""`/projects/{project_id}/schedule/quality`."""

from uuid import UUID

from fastapi import APIRouter
from sqlmodel import col, select, union

from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from planning import PlanError
from planning.quality import Finding, assess
from project_svc.assignments.models import Assignment
from project_svc.baselines.queries import approved_baseline, picture_of
from project_svc.budgets.models import BudgetLine
from project_svc.earned_value.models import ratio_of
from project_svc.projects.reading import ReadingWhole, ReadProject
from project_svc.quality.absences import absences_of
from project_svc.quality.models import QualityFinding, QualityRead
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable, explained
from project_svc.schedule.queries import plan_and_schedule_of

router = APIRouter(prefix="/projects/{project_id}/schedule", tags=["schedule"], route_class=TransactionRoute)


@router.get("/quality", responses=responses(NotFound, Cycle, OutsideTime, Unschedulable))
async def assess_schedule(project: ReadingWhole) -> QualityRead:
    """Can the dates be believed? Fourteen checks, each with the tasks or links behind its figure; and who is away while they work."""
    plan, planned = await plan_and_schedule_of(project)
    baseline = await approved_baseline(project.session, project.id)
    agreed = None
    if baseline is not None:
        picture = await picture_of(project.session, baseline)
        agreed = {task.task_id: task.scheduled_finish for task in picture.tasks.values()}
    resourced = await _resourced(project)
    try:
        findings = assess(plan, planned.schedule, baseline=agreed, resourced=resourced)
    except PlanError as error:
        raise explained(error) from error
    return QualityRead(
        project_id=project.id,
        revision=project.row.revision,
        baseline_id=None if baseline is None else baseline.id,
        findings=[_shown(finding) for finding in findings.values()],
        absences=await absences_of(project, plan, planned),
    )


async def _resourced(project: ReadProject) -> set[UUID]:
    """The tasks that somebody, some material or some cost is assigned to, or that a budget line pays for."""
    budgeted = select(col(BudgetLine.task_id)).where(
        col(BudgetLine.project_id) == project.id, col(BudgetLine.task_id).is_not(None)
    )
    assigned = select(col(Assignment.task_id)).where(col(Assignment.project_id) == project.id)
    return set(await project.session.scalars(union(budgeted, assigned)))


def _shown(finding: Finding) -> QualityFinding:
    return QualityFinding(
        check=finding.check,
        value=ratio_of(finding.value),
        limit=float(finding.limit),
        passed=finding.passed,
        checked=finding.checked,
        ids=list(finding.ids),
    )
