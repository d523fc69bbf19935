"""`/projects/{project_id}/tolerances` and `/projects/{project_id}/exceptions`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import TransactionRoute
from contracts.project_events.control import Tolerances
from contracts.project_events.exceptions import ExceptionState
from contracts.values import Id
from project_svc.projects.locked import Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.projects.reading import Reading, ReadingWhole
from project_svc.register.actions import change, find, list_of
from project_svc.schedule.conclusion import PREVIEWED, conclude
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.tolerances import actions
from project_svc.tolerances.figures import figures_of
from project_svc.tolerances.measures import measures
from project_svc.tolerances.models import EXCEPTIONS, ExceptionCreate, ToleranceRead

router = APIRouter(prefix="/projects/{project_id}", tags=["exceptions"], route_class=TransactionRoute)

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


@router.get("/exceptions", responses=responses(NotFound))
async def list_exceptions(
    project: Reading,
    query: Annotated[ExceptionQuery, Query()],  # type: ignore[valid-type]  # made from the declaration
) -> Page[ExceptionState]:
    """The project's exceptions. Sort by `created_at`, `updated_at`, `title` or `dimension`."""
    records, following = await list_of(project, EXCEPTIONS, query)
    return Page(items=records, next=following)


@router.get("/exceptions/{exception_id}", responses=responses(NotFound))
async def read_exception(project: Reading, exception_id: Id, response: Response) -> ExceptionState:
    """One exception."""
    exception = await find(project, EXCEPTIONS, exception_id)
    stamp(response, exception)
    return exception


@router.patch(
    "/exceptions/{exception_id}", responses=responses(NotFound, Forbidden, ProjectClosed, StaleRevision, IllegalStep)
)
async def update_exception(
    project: Writing,
    exception_id: Id,
    body: ExceptionUpdate,  # type: ignore[valid-type]  # made from the declaration
    response: Response,
    if_match: IfMatch = None,
) -> ExceptionState | Preview:
    """Write down what was decided, or take an exception to its next state. Its figures stay; it is never deleted."""
    exception = await find(project, EXCEPTIONS, exception_id)
    check_if_match(if_match, exception)
    return await conclude(project, await change(project, EXCEPTIONS, exception, body), response)
