"""`/projects`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from chassis.etag import IfMatch
from chassis.paging import Order, Page
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import Asked, short_cut
from chassis.statements import fetch_row
from chassis.unit_of_work import DryRun, TransactionRoute, Unit
from contracts.project_events import ProjectState
from contracts.project_events.control import RiskMatrix, Tolerances
from contracts.values import Currency, Day, Id, Key, Label
from contracts.vocabulary import Granularity, ProgressLogic, ProjectStatus
from project_svc.projects import actions
from project_svc.projects.locked import LockedInAnyState
from project_svc.projects.models import (
    ConditionsUnmet,
    IllegalStep,
    Project,
    ProjectClosed,
    ProjectCreate,
    ProjectUpdate,
)
from project_svc.records import table_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.written import Form, RecordQuery, money, written_within

router = APIRouter(prefix="/projects", tags=["projects"], route_class=TransactionRoute)

ORDER = Order(
    columns={"created_at": col(Project.created_at), "key": col(Project.key), "name": col(Project.name)},
    default="created_at",
    identity=col(Project.id),
)
NO_TOLERANCES, USUAL_MATRIX = Tolerances().model_dump(mode="json"), RiskMatrix().model_dump(mode="json")
FILTERS = ("key", "state", "manager", "sponsor", "granularity", "progress_logic", "currency", "calendar_id")
FORM = Form(
    table_of(Project),
    ProjectState,
    ORDER,
    filters={name: name for name in FILTERS} | written_within("start", "deadline"),
    own={
        "tolerances": lambda record: NO_TOLERANCES | record["tolerances"],
        "risk_matrix": lambda record: USUAL_MATRIX | record["risk_matrix"],
        "management_reserve": money("management_reserve"),
    },
)
READ = f"SELECT {FORM.columns} FROM projects WHERE id = $1 AND organization_id = $2"  # noqa: S608  (names of our own)


class ProjectQuery(RecordQuery):
    """Which projects; both days belong to the range, in which a project's time from start to deadline has a day."""

    key: Key | None = None
    state: ProjectStatus | None = None
    manager: Label | None = None
    sponsor: Label | None = None
    granularity: Granularity | None = None
    progress_logic: ProgressLogic | None = None
    currency: Currency | None = None
    calendar_id: Id | None = None
    since: Day | None = None
    until: Day | None = None


@router.post("", status_code=201, responses=PREVIEWED | responses(AlreadyExists, Forbidden))
async def create_project(
    unit: Unit, body: ProjectCreate, is_preview: DryRun, response: Response
) -> ProjectState | Preview:
    """Start a project; it is `proposed`."""
    project = await actions.create_project(unit.session, unit.identity, body, is_preview=is_preview)
    return await conclude(project, project.row, response)


async def _list(asked: Asked) -> Response:
    return await list_projects(asked.unit, asked.query(ProjectQuery))


async def _read(asked: Asked) -> Response:
    asked.expect_no_query()
    return await read_project(asked.id("project_id"), asked.unit)


@router.get("", response_model=Page[ProjectState])
@short_cut(_list)
async def list_projects(unit: Unit, query: Annotated[ProjectQuery, Query()]) -> Response:
    """The projects that you may see. Sort by `created_at`, `key` or `name`."""
    identity = unit.identity
    where: dict[str, object] = {"organization_id": identity.organization_id}
    if not identity.sees_all:
        where["id = ANY({})"] = list(identity.projects)
    return FORM.answer(*await FORM.records(unit, query, where))


@router.get("/{project_id}", response_model=ProjectState, responses=responses(NotFound))
@short_cut(_read)
async def read_project(project_id: Id, unit: Unit) -> Response:
    """One project."""
    return FORM.answer_one(await fetch_row(unit.session, READ, project_id, unit.identity.organization_id))


@router.patch(
    "/{project_id}",
    responses=responses(NotFound, Forbidden, AlreadyExists, IllegalStep, ConditionsUnmet, ProjectClosed, StaleRevision),
)
async def update_project(
    project: LockedInAnyState, body: ProjectUpdate, response: Response, if_match: IfMatch = None
) -> ProjectState | Preview:
    """Change a project, or take it to its next state."""
    project.check_if_match(if_match)
    await actions.update_project(project, body)
    return await conclude(project, project.row, response)


@router.delete(
    "/{project_id}",
    status_code=204,
    response_model=None,
    responses=PREVIEWED | responses(NotFound, Forbidden, Conflict, StaleRevision),
)
async def delete_project(project: LockedInAnyState, response: Response, if_match: IfMatch = None) -> Preview | None:
    """Remove a project with all that belongs to it; not while it is executing, on hold or closing."""
    project.check_if_match(if_match)
    await actions.delete_project(project)
    return await conclude_deletion(project, response)
