"""What a baseline copied, as it is read: a page of its tasks, or of its budget lines."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlmodel import col

from chassis.paging import Order, PageQuery
from chassis.problem import NotFound
from chassis.statements import Record, fetch_row
from chassis.unit_of_work import UnitOfWork
from contracts.vocabulary import Granularity
from project_svc.baselines.models import BaselineLine, BaselineLineRead, BaselineTask, BaselineTaskRead
from project_svc.records import as_written, table_of
from project_svc.schedule.dates import finish_of, start_of
from project_svc.written import Field, Form, duration, shown_money

TASK_ORDER = Order(
    columns={
        "task_id": col(BaselineTask.task_id),
        "wbs_code": col(BaselineTask.wbs_code),
        "name": col(BaselineTask.name),
    },
    default="task_id",
    identity=col(BaselineTask.task_id),
)
LINE_ORDER = Order(
    columns={"line_id": col(BaselineLine.line_id), "name": col(BaselineLine.name)},
    default="line_id",
    identity=col(BaselineLine.line_id),
)
PROJECT_OF = """
    SELECT project.currency, project.granularity
    FROM baselines AS baseline JOIN projects AS project ON project.id = baseline.project_id
    WHERE baseline.id = $1 AND baseline.project_id = $2 AND baseline.organization_id = $3
"""
MOST_FORMS = 400
"""Two granularities of each currency."""


async def page_of_tasks(unit: UnitOfWork, project_id: UUID, baseline_id: UUID, query: PageQuery) -> Response:
    """A page of the tasks as they were planned. Raises NotFound, BadCursor, InvalidRequest."""
    return await _page(_form_of_tasks, unit, project_id, baseline_id, query)


async def page_of_lines(unit: UnitOfWork, project_id: UUID, baseline_id: UUID, query: PageQuery) -> Response:
    """A page of the budget lines as they were planned. Raises NotFound, BadCursor, InvalidRequest."""
    return await _page(_form_of_lines, unit, project_id, baseline_id, query)


async def _page(
    form_in: Callable[[str, Granularity], Form],
    unit: UnitOfWork,
    project_id: UUID,
    baseline_id: UUID,
    query: PageQuery,
) -> Response:
    organization_id = unit.identity.organization_id
    project = await fetch_row(unit.session, PROJECT_OF, baseline_id, project_id, organization_id)
    if project is None:
        raise NotFound
    form = form_in(project["currency"], Granularity(project["granularity"]))
    where = {"baseline_id": baseline_id, "organization_id": organization_id}
    return form.answer(*await form.records(unit, query, where))


@lru_cache(MOST_FORMS)
def _form_of_tasks(currency: str, granularity: Granularity) -> Form:
    own: dict[str, Field] = {
        "duration": duration("duration"),
        "early_start": lambda record: as_written(start_of(record["early_start"], granularity)),
        "early_finish": lambda record: as_written(finish_of(record["early_finish"], granularity)),
        "scheduled_start": lambda record: as_written(start_of(record["scheduled_start"], granularity)),
        "scheduled_finish": lambda record: as_written(finish_of(record["scheduled_finish"], granularity)),
        "cost": _money("cost", currency),
    }
    return Form(table_of(BaselineTask), BaselineTaskRead, TASK_ORDER, own=own)


@lru_cache(MOST_FORMS)
def _form_of_lines(currency: str, _: Granularity) -> Form:
    return Form(table_of(BaselineLine), BaselineLineRead, LINE_ORDER, own={"amount": _money("amount", currency)})


def _money(column: str, currency: str) -> Field:
    def write(record: Record) -> Any:
        return shown_money(record[column], currency)

    return write
