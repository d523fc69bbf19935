"""`/projects/{project_id}/schedule`, and why a task lies where it lies."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from contracts.values import Id
from planning.explaining import DateField
from project_svc.projects.reading import ReadingWhole
from project_svc.schedule.explained import Explanation, ProjectDate
from project_svc.schedule.explaining import explanation_of, project_date
from project_svc.schedule.models import ScheduleRead
from project_svc.schedule.queries import schedule_of, shown

router = APIRouter(prefix="/projects/{project_id}", tags=["schedule"], route_class=TransactionRoute)


@router.get("/schedule", responses=responses(NotFound))
async def read_schedule(project: ReadingWhole) -> ScheduleRead:
    """Early and late dates, floats and driving links of every task that is not cancelled, and the longest path."""
    return shown(project, await schedule_of(project))


@router.get("/schedule/explain", responses=responses(NotFound))
async def explain_schedule(
    project: ReadingWhole, field: Annotated[Literal["start", "finish"], Query()] = "finish"
) -> ProjectDate:
    """Why the project finishes, or starts, when it does: the way back from the task that sets the date; and what moved it last."""
    return await project_date(project, field)


@router.get("/tasks/{task_id}/explain", responses=responses(NotFound))
async def explain_task(
    project: ReadingWhole, task_id: Id, field: Annotated[DateField, Query()] = DateField.EARLY_FINISH
) -> Explanation:
    """Why a date or a float of a task is what it is: the way along what holds it to where that begins; and what moved it last."""
    return await explanation_of(project, task_id, field)
