"""`/programs/{id}/baselines`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, PageQuery
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.program_events.control import BaselineState
from contracts.project_events.baselines import BaselineStatus
from contracts.values import Id
from program_svc.baselines.actions import Approval, BaselineCreate, approve_baseline, create_baseline, delete_baseline
from program_svc.baselines.beside import kept, present
from program_svc.baselines.comparison import Comparison, compared
from program_svc.baselines.models import BASELINES, BaselineFixed
from program_svc.permissions import Writer
from program_svc.programs.actions import lock_open_program
from program_svc.programs.models import IllegalStep, ProgramClosed
from program_svc.programs.queries import positions_of, reflect, the_program
from program_svc.register.actions import find, page_of

router = APIRouter(prefix="/programs/{program_id}/baselines", tags=["baselines"], route_class=TransactionRoute)
BY_THE_CALLER = Approval()


class BaselineQuery(PageQuery):
    """Which baselines."""

    state: BaselineStatus | None = None


@router.post("", status_code=201, responses=responses(NotFound, Forbidden, AlreadyExists, ProgramClosed))
async def create_program_baseline(
    program_id: Id, body: BaselineCreate, session: Session, _: Writer, response: Response
) -> BaselineState:
    """Keep the program's dates as all its projects stand at this one moment."""
    baseline = await create_baseline(await lock_open_program(session, program_id), body)
    stamp(response, baseline)
    return baseline


@router.get("", responses=responses(NotFound))
async def list_program_baselines(
    program_id: Id,
    session: Session,
    query: Annotated[BaselineQuery, Query()],
) -> Page[BaselineState]:
    """The program's baselines. Sort by `created_at`, `updated_at` or `name`."""
    await the_program(session, program_id)
    baselines, following = await page_of(session, program_id, BASELINES, query)
    return Page(items=baselines, next=following)


@router.get("/{baseline_id}", responses=responses(NotFound))
async def read_program_baseline(program_id: Id, baseline_id: Id, session: Session, response: Response) -> BaselineState:
    """One baseline."""
    baseline = await find(session, program_id, BASELINES, baseline_id)
    stamp(response, baseline)
    return baseline


@router.get("/{baseline_id}/comparison", responses=responses(NotFound))
async def compare_program_baseline(
    program_id: Id,
    baseline_id: Id,
    session: Session,
    response: Response,
    other_id: Annotated[
        Id | None, Query(alias="with", description="another baseline, in the place of the program as it is")
    ] = None,
    after: Annotated[Id | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Comparison:
    """What has become of the program since, or up to another baseline: tasks and dependencies added, gone, moved; projects re-costed."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    baseline = await find(session, program_id, BASELINES, baseline_id)
    if other_id is None:
        beside = await present(session, program_id, positions)
    else:
        beside = kept(await find(session, program_id, BASELINES, other_id))
    return await compared(session, baseline, beside, after, limit)


@router.post("/{baseline_id}/approve", responses=responses(NotFound, Forbidden, ProgramClosed, IllegalStep))
async def approve_program_baseline(
    program_id: Id,
    baseline_id: Id,
    session: Session,
    writer: Writer,
    response: Response,
    body: Approval = BY_THE_CALLER,
) -> BaselineState:
    """Measure the program by this one; the one before is `superseded`."""
    locked = await lock_open_program(session, program_id)
    baseline = await approve_baseline(locked, baseline_id, body, writer.subject)
    stamp(response, baseline)
    return baseline


@router.delete(
    "/{baseline_id}",
    status_code=204,
    responses=responses(NotFound, Forbidden, ProgramClosed, BaselineFixed, StaleRevision),
)
async def delete_program_baseline(
    program_id: Id, baseline_id: Id, session: Session, _: Writer, if_match: IfMatch = None
) -> None:
    """Remove a draft."""
    locked = await lock_open_program(session, program_id)
    baseline = await find(session, program_id, BASELINES, baseline_id)
    check_if_match(if_match, baseline)
    await delete_baseline(locked, baseline)
