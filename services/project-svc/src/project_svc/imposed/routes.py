"""`/projects/{project_id}/imposed-dates`: read only; dependencies are agreed on in their program."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import col, select

from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from contracts.values import Id
from project_svc.imposed.models import ImposedDate, ImposedDateRead
from project_svc.projects.reading import Reading

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


@router.get("", responses=responses(NotFound))
async def list_imposed_dates(project: Reading, query: Annotated[ImposedDateQuery, Query()]) -> Page[ImposedDateRead]:
    """What committed dependencies ask of this project's tasks."""
    statement = select(ImposedDate).where(col(ImposedDate.project_id) == project.id)
    statement = statement.where(*query.asked(ImposedDate, "task_id", "program_id"))
    rows, following = await page(project.session, statement, query, ORDER)
    return Page(items=[row.wire() for row in rows], next=following)
