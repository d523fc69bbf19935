"""`/projects/{project_id}/imposed-dates`: read only; dependencies are agreed on in their program."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.paging import Order, Page, PageQuery
from chassis.problem import NotFound, responses
from chassis.short_cuts import short_cut
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.values import Id
from contracts.vocabulary import TaskSide
from project_svc.imposed.models import ImposedDate, ImposedDateRead
from project_svc.records import table_of
from project_svc.written import Form

router = APIRouter(prefix="/projects/{project_id}/imposed-dates", tags=["schedule"], route_class=TransactionRoute)

ORDER = Order(
    columns={"dependency_id": col(ImposedDate.dependency_id)},
    default="dependency_id",
    identity=col(ImposedDate.dependency_id),
)


class ImposedDateQuery(PageQuery):
    """Which dates."""

    task_id: Id | None = None
    program_id: Id | None = None
    side: TaskSide | None = None
    provider_project_id: Id | None = None
    provider_task_id: Id | None = None


FORM = Form(
    table_of(ImposedDate),
    ImposedDateRead,
    ORDER,
    filters={name: name for name in ("task_id", "program_id", "side", "provider_project_id", "provider_task_id")},
)


@router.get("", response_model=Page[ImposedDateRead], responses=responses(NotFound))
@short_cut(FORM.short_page(ImposedDateQuery))
async def list_imposed_dates(project_id: Id, unit: Unit, query: Annotated[ImposedDateQuery, Query()]) -> Response:
    """What committed dependencies ask of this project's tasks. Sort by `dependency_id`."""
    return await FORM.page(unit, project_id, query)
