"""`/projects/{project_id}/tolerances` and `/projects/{project_id}/exceptions`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis import authority
from chassis.etag import IfMatch, check_if_match
from chassis.paging import Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import short_cut
from chassis.unit_of_work import CurrentIdentity, TransactionRoute, Unit
from contracts.permissions import of_record
from contracts.project_events.control import Tolerances
from contracts.project_events.exceptions import ExceptionState
from contracts.values import Id
from project_svc.projects.locked import Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.projects.reading import ReadingWhole
from project_svc.register.actions import change, find
from project_svc.register.forms import form_of
from project_svc.schedule.conclusion import PREVIEWED, conclude
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.tolerances import actions
from project_svc.tolerances.figures import figures_of
from project_svc.tolerances.measures import measures
from project_svc.tolerances.models import EXCEPTIONS, ExceptionCreate, ToleranceRead

router = APIRouter(prefix="/projects/{project_id}", tags=["exceptions"], route_class=TransactionRoute)
FORM = form_of(EXCEPTIONS)

WRITES = responses(NotFound, Forbidden, ProjectClosed, AlreadyExists, actions.WithinTolerance)
ExceptionQuery = EXCEPTIONS.query
ExceptionUpdate = EXCEPTIONS.update


@router.get("/tolerances", responses=responses(NotFound, Cycle, OutsideTime, Unschedulable))
async def read_tolerances(project: ReadingWhole) -> ToleranceRead:
    """Each dimension's tolerance beside its forecast, and the figures behind it."""
    figures = await figures_of(project, project.row.revision)
    tolerances = Tolerances.model_validate(project.row.tolerances)
    dimensions = [measure.shown() for measure in measures(tolerances, figures)]
    return ToleranceRead(project_id=project.id, figures=figures, dimensions=dimensions)


@router.post("/exceptions", status_code=201, responses=PREVIEWED | WRITES)
async def raise_exception(project: Writing, body: ExceptionCreate, response: Response) -> ExceptionState | Preview:
    """Raise an exception; the figures as they stand are frozen into it. The system raises one by itself as soon as a write exceeds a tolerance."""
    return await conclude(project, await actions.raise_exception(project, body), response)


@router.get("/exceptions", response_model=Page[ExceptionState], responses=responses(NotFound))
@short_cut(FORM.short_page(ExceptionQuery))
async def list_exceptions(
    project_id: Id,
    unit: Unit,
    query: Annotated[ExceptionQuery, Query()],  # type: ignore[valid-type]  # made from the declaration
) -> Response:
    """The project's exceptions. Sort by `created_at`, `updated_at`, `title` or `dimension`."""
    return await FORM.page(unit, project_id, query)


@router.get("/exceptions/{exception_id}", response_model=ExceptionState, responses=responses(NotFound))
@short_cut(FORM.short_one("exception_id"))
async def read_exception(exception_id: Id, project_id: Id, unit: Unit) -> Response:
    """One exception."""
    return await FORM.one(unit, project_id, exception_id)


@router.patch(
    "/exceptions/{exception_id}", responses=responses(NotFound, Forbidden, ProjectClosed, StaleRevision, IllegalStep)
)
async def update_exception(
    project: Writing,
    exception_id: Id,
    body: ExceptionUpdate,  # type: ignore[valid-type]  # made from the declaration
    identity: CurrentIdentity,
    response: Response,
    if_match: IfMatch = None,
) -> ExceptionState | Preview:
    """Say what led to an exception and what could be done; or, above the project's manager, decide and close it. Its figures stay; it is never deleted."""
    exception = await find(project, EXCEPTIONS, exception_id)
    if actions.decides(body):
        authority.check(identity, of_record("exception", "decide"), {"project_id": project.id})
    check_if_match(if_match, exception)
    return await conclude(project, await change(project, EXCEPTIONS, exception, body), response)
