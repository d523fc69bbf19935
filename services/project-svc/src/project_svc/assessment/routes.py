"""`/projects/{project_id}/risk-assessment`."""

from fastapi import APIRouter

from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from project_svc.assessment.models import RiskAssessment
from project_svc.assessment.queries import assessment_of
from project_svc.projects.reading import ReadingWhole
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable

router = APIRouter(prefix="/projects/{project_id}", tags=["risks"], route_class=TransactionRoute)


@router.get("/risk-assessment", responses=responses(NotFound, Cycle, OutsideTime, Unschedulable))
async def assess_risks(project: ReadingWhole) -> RiskAssessment:
    """The open risks by the project's matrix, before and after their responses; expected values, and exposure against float."""
    return await assessment_of(project)
