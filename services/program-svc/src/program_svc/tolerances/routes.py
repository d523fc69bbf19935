"""`/programs/{id}/tolerances` and `/programs/{id}/exceptions`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import Page, PageQuery
from chassis.problem import Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.program_events.control import Dimension, ExceptionState
from contracts.project_events.exceptions import ExceptionStatus
from contracts.values import Id, Label, Shape
from program_svc.network.queries import Unschedulable, network_of
from program_svc.network.recalled import recalled_network
from program_svc.permissions import Writer
from program_svc.programs.actions import lock_open_program
from program_svc.programs.models import IllegalStep, ProgramClosed
from program_svc.programs.queries import positions_of, reflect, the_program
from program_svc.register.actions import change, find, page_of
from program_svc.tolerances.drafting import draft_exceptions
from program_svc.tolerances.measures import Measure, due_of, network_measures
from program_svc.tolerances.models import EXCEPTIONS
from program_svc.tolerances.money import money_measures

router = APIRouter(prefix="/programs/{program_id}", tags=["exceptions"], route_class=TransactionRoute)


class ToleranceRead(Shape):
    """One dimension with a tolerance, beside its forecast."""

    dimension: Dimension
    tolerance: Label
    forecast: Label
    is_exceeded: bool


class TolerancesRead(Shape):
    """Every dimension for which something was agreed on and a forecast can be made.

    ``warnings``: `no_exchange_rate` where an amount cannot be held against one in another currency.
    """

    tolerances: list[ToleranceRead]
    warnings: list[str]
    positions: dict[str, int]


class Drafted(Shape):
    """The exceptions that were written down, and why something could not be measured, as in `TolerancesRead`."""

    exceptions: list[ExceptionState]
    warnings: list[str]


class ExceptionQuery(PageQuery):
    """Which exceptions."""

    state: ExceptionStatus | None = None
    dimension: Dimension | None = None
    owner: Label | None = None
    is_drafted: bool | None = None


@router.get("/tolerances", responses=responses(NotFound, Unschedulable))
async def read_program_tolerances(program_id: Id, session: Session, response: Response) -> TolerancesRead:
    """What was agreed on, and where the program is forecast to be. What was agreed on is a field of the program."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    network = await recalled_network(session, program)
    money, warnings = await money_measures(session, program, network)
    due = await due_of(session, program, network)
    return TolerancesRead(
        tolerances=[_read(measure) for measure in (*network_measures(program, network, due), *money)],
        warnings=warnings,
        positions={str(project_id): revision for project_id, revision in positions.items()},
    )


@router.post("/tolerances/check", responses=responses(NotFound, Forbidden, ProgramClosed, Unschedulable))
async def check_program_tolerances(program_id: Id, session: Session, _: Writer) -> Drafted:
    """Draft an exception for every dimension that is forecast to be exceeded. Without being asked, schedule and dependencies are looked at with every change, cost and risk within a minute."""
    locked = await lock_open_program(session, program_id)
    network = await network_of(session, locked.program)
    money, unmeasured = await money_measures(session, locked.program, network)
    due = await due_of(session, locked.program, network)
    drafted = await draft_exceptions(locked, network, [*network_measures(locked.program, network, due), *money])
    return Drafted(exceptions=drafted, warnings=unmeasured)


@router.get("/exceptions", responses=responses(NotFound))
async def list_program_exceptions(
    program_id: Id, session: Session, query: Annotated[ExceptionQuery, Query()]
) -> Page[ExceptionState]:
    """The program's exceptions. Sort by `created_at`, `updated_at` or `title`."""
    await the_program(session, program_id)
    exceptions, following = await page_of(session, program_id, EXCEPTIONS, query)
    return Page(items=exceptions, next=following)


@router.get("/exceptions/{exception_id}", responses=responses(NotFound))
async def read_program_exception(
    program_id: Id, exception_id: Id, session: Session, response: Response
) -> ExceptionState:
    """One exception."""
    exception = await find(session, program_id, EXCEPTIONS, exception_id)
    stamp(response, exception)
    return exception


async def update_program_exception(
    program_id: Id,
    exception_id: Id,
    body: Shape,
    session: Session,
    _: Writer,
    response: Response,
    if_match: IfMatch = None,
) -> ExceptionState:
    """Complete the draft, or take it to its next state: who decided, and what."""
    locked = await lock_open_program(session, program_id)
    exception = await find(session, program_id, EXCEPTIONS, exception_id)
    check_if_match(if_match, exception)
    changed = await change(locked, EXCEPTIONS, exception, body)
    stamp(response, changed)
    return changed


update_program_exception.__annotations__["body"] = EXCEPTIONS.update
router.add_api_route(
    "/exceptions/{exception_id}",
    update_program_exception,
    methods=["PATCH"],
    responses=responses(NotFound, Forbidden, ProgramClosed, IllegalStep, StaleRevision),
)


def _read(measure: Measure) -> ToleranceRead:
    return ToleranceRead(
        dimension=measure.dimension,
        tolerance=measure.tolerance,
        forecast=measure.forecast,
        is_exceeded=measure.is_exceeded,
    )
