"""What a baseline copied, as it is read: a page of its tasks, or of its budget lines."""

from functools import lru_cache
from uuid import UUID

from fastapi import Response
from sqlmodel import col

from chassis.paging import Order, PageQuery
from chassis.problem import NotFound
from chassis.statements import Record, fetch_row
from chassis.unit_of_work import UnitOfWork
from contracts.values import Id
from contracts.vocabulary import Granularity, TaskKind
from project_svc.baselines.models import BaselineLine, BaselineLineRead, BaselineTask, BaselineTaskRead
from project_svc.records import as_written, table_of
from project_svc.schedule.dates import finish_of, start_of
from project_svc.tasks.written import WBS_ORDER
from project_svc.written import Field, Form, duration, money


class BaselineTaskQuery(PageQuery):
    """Which of the tasks."""

    kind: TaskKind | None = None
    parent_id: Id | None = None


class BaselineLineQuery(PageQuery):
    """Which of the budget lines."""

    task_id: Id | None = None
    contingency: bool | None = None


HERE = "SELECT FROM baselines WHERE id = $1 AND project_id = $2 AND organization_id = $3"
INSIDE = "baseline_id = (SELECT id FROM baselines WHERE project_id = {} AND id = {})"
"""The first condition of a page: so the project is `$1`, which BESIDE counts on."""
BESIDE = tuple(f"(SELECT {name} FROM projects WHERE id = $1) AS {name}" for name in ("currency", "granularity"))  # noqa: S608  (names of our own)
"""What a copy does not say itself: how its project counts. It is looked up once a page."""


def _start(column: str) -> Field:
    def write(record: Record) -> object:
        return _written_start(record[column], record["granularity"])

    return write


def _finish(column: str) -> Field:
    def write(record: Record) -> object:
        return _written_finish(record[column], record["granularity"])

    return write


# The tasks of a plan begin and end on the same days again and again.
@lru_cache(maxsize=4096)
def _written_start(instant: int, granularity: str) -> str:
    return as_written(start_of(instant, Granularity(granularity)))


@lru_cache(maxsize=4096)
def _written_finish(instant: int, granularity: str) -> str:
    return as_written(finish_of(instant, Granularity(granularity)))


TASKS = Form(
    table_of(BaselineTask),
    BaselineTaskRead,
    Order(
        columns={
            "task_id": col(BaselineTask.task_id),
            "wbs_code": WBS_ORDER,
            "name": col(BaselineTask.name),
        },
        default="task_id",
        identity=col(BaselineTask.task_id),
    ),
    own={
        "duration": duration("duration"),
        "early_start": _start("early_start"),
        "early_finish": _finish("early_finish"),
        "scheduled_start": _start("scheduled_start"),
        "scheduled_finish": _finish("scheduled_finish"),
        "cost": money("cost"),
    },
    filters={"kind": "kind", "parent_id": "parent_id"},
    beside=BESIDE,
)
LINES = Form(
    table_of(BaselineLine),
    BaselineLineRead,
    Order(
        columns={"line_id": col(BaselineLine.line_id), "name": col(BaselineLine.name)},
        default="line_id",
        identity=col(BaselineLine.line_id),
    ),
    filters={"task_id": "task_id", "contingency": "contingency"},
    own={"amount": money("amount")},
    beside=BESIDE,
)


async def page_of(form: Form, unit: UnitOfWork, project_id: UUID, baseline_id: UUID, query: PageQuery) -> Response:
    """A page of the TASKS or the LINES as they were planned. Raises NotFound, BadCursor, InvalidRequest."""
    organization_id = unit.identity.organization_id
    where = {INSIDE: (project_id, baseline_id), "organization_id": organization_id}
    records, following = await form.records(unit, query, where)
    if not records and await fetch_row(unit.session, HERE, baseline_id, project_id, organization_id) is None:
        raise NotFound
    return form.answer(records, following)
