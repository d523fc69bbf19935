"""`/projects/{project_id}/earned-value`."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from contracts.values import DayOrMoment
from project_svc.earned_value.answer import shown
from project_svc.earned_value.models import EarnedValueRead
from project_svc.earned_value.queries import standing_of
from project_svc.projects.reading import ReadingWhole

router = APIRouter(prefix="/projects/{project_id}", tags=["budget"], route_class=TransactionRoute)

DataDate = Annotated[DayOrMoment | None, Query(description="the project's own data date, else today, if left out")]


@router.get("/earned-value", responses=responses(NotFound))
async def read_earned_value(project: ReadingWhole, data_date: DataDate = None) -> EarnedValueRead:
    """PV, EV, AC, BAC and what follows from them, at one data date; by the approved baseline where there is one.

    A date before the project's own data date is measured by the last baseline that had been approved by its end, else by the first one.
    """
    return shown(project, await standing_of(project, data_date))
