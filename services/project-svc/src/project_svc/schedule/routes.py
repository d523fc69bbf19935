"""`/projects/{project_id}/schedule`, and why a task lies where it lies."""

from fastapi import APIRouter

from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from contracts.values import Id
from project_svc.projects.reading import ReadingWhole
from project_svc.schedule.models import Explanation, ScheduleRead
from project_svc.schedule.queries import explanation_of, schedule_of, shown

router = APIRouter(prefix="/projects/{project_id}", tags=["schedule"], route_class=TransactionRoute)


@router.get("/schedule", responses=responses(NotFound))
async def read_schedule(project: ReadingWhole) -> ScheduleRead:
    """Early and late dates, floats and driving links of every task that is not cancelled, and the longest path."""
    return shown(project, await schedule_of(project))


@router.get("/tasks/{task_id}/explain", responses=responses(NotFound))
async def explain_task(project: ReadingWhole, task_id: Id) -> Explanation:
    """Why a task lies where it lies: the way back along what drives it; and what moved it last."""
    return await explanation_of(project, task_id)
