"""`/programs` and their components."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlmodel import col, select

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, DryRun, Session, TransactionRoute
from contracts.program_events import ProgramState
from contracts.values import Id, Key
from contracts.vocabulary import ProgramStatus
from program_svc.network.preview import Before, Preview
from program_svc.network.queries import Unschedulable
from program_svc.permissions import Writer
from program_svc.programs import actions
from program_svc.programs.models import (
    ComponentOpen,
    IllegalStep,
    Program,
    ProgramClosed,
    ProgramCreate,
    ProgramNotEmpty,
    ProgramUpdate,
    state_of,
)
from program_svc.programs.queries import reflect_program, the_program

router = APIRouter(prefix="/programs", tags=["programs"], route_class=TransactionRoute)

ORDER = Order(
    columns={"created_at": col(Program.created_at), "key": col(Program.key), "name": col(Program.name)},
    default="created_at",
    identity=col(Program.id),
)


class ProgramQuery(PageQuery):
    """Which programs."""

    key: Key | None = None
    state: ProgramStatus | None = None
    portfolio_id: Id | None = None


@router.post("", status_code=201, responses=responses(NotFound, AlreadyExists, Forbidden))
async def create_program(body: ProgramCreate, session: Session, writer: Writer, response: Response) -> ProgramState:
    """Start a program; it is `identified`."""
    program = await actions.create_program(session, writer.organization_id, body)
    stamp(response, program)
    return state_of(program)


@router.get("")
async def list_programs(
    session: Session, identity: CurrentIdentity, query: Annotated[ProgramQuery, Query()]
) -> Page[ProgramState]:
    """The programs that you may see. Sort by `created_at`, `key` or `name`."""
    statement = select(Program).where(col(Program.organization_id) == identity.organization_id)
    if not identity.sees_all:
        statement = statement.where(col(Program.id).in_(identity.programs))
    if query.key is not None:
        statement = statement.where(col(Program.key) == query.key)
    if query.state is not None:
        statement = statement.where(col(Program.state) == query.state)
    if query.portfolio_id is not None:
        statement = statement.where(col(Program.portfolio_id) == query.portfolio_id)
    programs, following = await page(session, statement, query, ORDER)
    return Page(items=[state_of(program) for program in programs], next=following)


@router.get("/{program_id}", responses=responses(NotFound))
async def read_program(program_id: Id, session: Session, response: Response) -> ProgramState:
    """One program."""
    program = await the_program(session, program_id)
    await reflect_program(session, response, program)
    stamp(response, program)
    return state_of(program)


@router.patch(
    "/{program_id}",
    responses=responses(
        NotFound, Forbidden, AlreadyExists, IllegalStep, ProgramClosed, ComponentOpen, Unschedulable, StaleRevision
    ),
)
async def update_program(
    program_id: Id,
    body: ProgramUpdate,
    session: Session,
    _: Writer,
    is_preview: DryRun,
    response: Response,
    if_match: IfMatch = None,
) -> ProgramState | Preview:
    """Change a program, or take it to its next state. One that is terminated lets its projects go: what they agreed on dissolves."""
    if is_preview:
        before = await Before.of(session, program_id)
        await actions.update_program(session, program_id, body, if_match)
        return await before.preview(response, changed={program_id})
    program = await actions.update_program(session, program_id, body, if_match)
    stamp(response, program)
    return state_of(program)


@router.delete(
    "/{program_id}", status_code=204, responses=responses(NotFound, Forbidden, ProgramNotEmpty, StaleRevision)
)
async def delete_program(program_id: Id, session: Session, _: Writer, if_match: IfMatch = None) -> None:
    """Delete a program that has no components."""
    await actions.delete_program(session, program_id, if_match)
