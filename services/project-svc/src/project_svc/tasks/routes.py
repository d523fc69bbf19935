"""`/projects/{project_id}/tasks`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Order, Page, page_records
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import Asked, short_cut
from chassis.short_cuts import answer as answer_shape
from chassis.statements import fetch_row
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events import TaskState
from contracts.project_events.resources import WorkMode
from contracts.values import Day, Id, Label
from contracts.vocabulary import SchedulingMode, TaskKind, TaskStatus
from project_svc.assignments.effort import TooMuchWork
from project_svc.projects.locked import Writing, writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.projects.reading import check_readable
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.tasks import actions
from project_svc.tasks.foreseen import load_to_change
from project_svc.tasks.models import Task, TaskCreate, TaskUpdate
from project_svc.tasks.rules import OtherProject
from project_svc.tasks.written import COLUMNS, READ, WBS_ORDER, answer, answer_page
from project_svc.written import RecordQuery, written_within

router = APIRouter(prefix="/projects/{project_id}/tasks", tags=["tasks"], route_class=TransactionRoute)

WRITES = responses(
    *(NotFound, Forbidden, Conflict, AlreadyExists, ProjectClosed, OtherProject, Cycle, OutsideTime, Unschedulable),
    TooMuchWork,
)
ORDER = Order(
    columns={"created_at": col(Task.created_at), "name": col(Task.name), "wbs_code": WBS_ORDER},
    default="created_at",
    identity=col(Task.id),
)
FILTERS = {
    "kind": "kind",
    "state": "state",
    "parent_id": "parent_id",
    "wbs_code": "wbs_code",
    "assignee": "ANY(assignees)",
    "mode": "mode",
    "work_mode": "work_mode",
    "calendar_id": "calendar_id",
    "external_source": "external_source",
    "external_id": "external_id",
    **written_within("deadline", "deadline"),
}
"""Parameter → what it equals, or its condition."""


class TaskQuery(RecordQuery):
    """Which tasks; both days belong to the range, which asks for deadlines."""

    kind: TaskKind | None = None
    state: TaskStatus | None = None
    parent_id: Id | None = None
    wbs_code: Label | None = None
    assignee: Label | None = None
    """One of its assignees."""
    mode: SchedulingMode | None = None
    work_mode: WorkMode | None = None
    calendar_id: Id | None = None
    since: Day | None = None
    until: Day | None = None


async def _create(asked: Asked) -> Response:
    asked.expect_no_query()
    body = await asked.body(TaskCreate)
    response = Response()
    task = await create_task(await writing(asked.id("project_id"), asked.unit), body, response)
    return answer_shape(task, response, 201)


async def _list(asked: Asked) -> Response:
    return await list_tasks(asked.id("project_id"), asked.unit, asked.query(TaskQuery))


async def _read(asked: Asked) -> Response:
    return await read_task(asked.id("task_id"), asked.id("project_id"), asked.unit)


async def _update(asked: Asked) -> Response:
    asked.expect_no_query()
    body, task_id, if_match = await asked.body(TaskUpdate), asked.id("task_id"), asked.header("if-match")
    response = Response()
    task = await update_task(await writing(asked.id("project_id"), asked.unit), task_id, body, response, if_match)
    return answer_shape(task, response, 200)


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
@short_cut(_create, writes_at_once=True)
async def create_task(project: Writing, body: TaskCreate, response: Response) -> TaskState | Preview:
    """Add a task, milestone or summary; the project's schedule follows in the same transaction."""
    project.write_later()
    task = await actions.create_task(project, body)
    return await conclude(project, task, response)


@router.get("", response_model=Page[TaskState], responses=responses(NotFound))
@short_cut(_list)
async def list_tasks(project_id: Id, unit: Unit, query: Annotated[TaskQuery, Query()]) -> Response:
    """The project's tasks. Sort by `created_at`, `name` or `wbs_code`, which is the order of the outline: `1.2` before `1.10`."""
    where = {"project_id": project_id, "organization_id": unit.identity.organization_id}
    where |= {column: wanted for name, column in FILTERS.items() if (wanted := getattr(query, name)) is not None}
    records, following = await page_records(unit.session, COLUMNS, "tasks", where, query, ORDER)
    if not records:
        await check_readable(project_id, unit)
    return answer_page(records, following)


@router.get("/{task_id}", response_model=TaskState, responses=responses(NotFound))
@short_cut(_read)
async def read_task(task_id: Id, project_id: Id, unit: Unit) -> Response:
    """One task."""
    record = await fetch_row(unit.session, READ, task_id, project_id, unit.identity.organization_id)
    if record is None:
        raise NotFound
    return answer(record)


@router.patch("/{task_id}", responses=WRITES | responses(StaleRevision, IllegalStep))
@short_cut(_update, writes_at_once=True)
async def update_task(
    project: Writing, task_id: Id, body: TaskUpdate, response: Response, if_match: IfMatch = None
) -> TaskState | Preview:
    """Change a task. What it moves is in the same transaction; with `dry_run=true`, in the answer."""
    project.write_later()
    task = await load_to_change(project, task_id, body.model_fields_set)
    check_if_match(if_match, task)
    await actions.update_task(project, task, body)
    return await conclude(project, task, response)


@router.delete(
    "/{task_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | WRITES | responses(StaleRevision, actions.TaskInUse),
)
async def delete_task(project: Writing, task_id: Id, response: Response, if_match: IfMatch = None) -> Preview | None:
    """Remove a task, its links and its assignments; not while tasks are below it, or costs or risks are recorded for it."""
    task = await project.find(Task, task_id)
    check_if_match(if_match, task)
    await actions.delete_task(project, task)
    return await conclude_deletion(project, response)
