"""`/programs/{id}/dependencies` and `/dependencies/{id}`, read and proposed; the steps after that are in `steps`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import or_
from sqlmodel import col, select

from chassis.etag import IfMatch, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import CurrentIdentity, Session, TransactionRoute
from contracts.values import Id
from contracts.vocabulary import DependencyPolicy, DependencyStatus
from program_svc.dependencies import actions
from program_svc.dependencies.digest import DigestQuery, DigestRead, digest_of
from program_svc.dependencies.inbox import InboxItem, InboxQuery, inbox_of
from program_svc.dependencies.models import (
    Dependency,
    DependencyCycle,
    DependencyStep,
    EndNotLinkable,
    NotAComponent,
    SameProject,
)
from program_svc.dependencies.proposal import propose_dependency
from program_svc.dependencies.shapes import DependencyCreate, DependencyRead, DependencyUpdate, read_of
from program_svc.network.queries import Unschedulable, computed
from program_svc.network.recalled import recalled_network
from program_svc.network.shapes import moved_dates
from program_svc.permissions import Permitted, Writer
from program_svc.programs.models import ProgramClosed
from program_svc.programs.queries import positions_of, reflect, reflect_program, the_program

router = APIRouter(tags=["dependencies"], route_class=TransactionRoute)

ORDER = Order(columns={"created_at": col(Dependency.created_at)}, default="created_at", identity=col(Dependency.id))


class DependencyQuery(PageQuery):
    """Which dependencies."""

    state: DependencyStatus | None = None
    policy: DependencyPolicy | None = None
    project_id: Id | None = None
    """With an end in this project."""


@router.post(
    "/programs/{program_id}/dependencies",
    name="propose_dependency",
    status_code=201,
    responses=responses(
        NotFound,
        Forbidden,
        AlreadyExists,
        DependencyCycle,
        SameProject,
        NotAComponent,
        EndNotLinkable,
        ProgramClosed,
        Unschedulable,
    ),
)
async def propose(
    program_id: Id, body: DependencyCreate, session: Session, writer: Writer, response: Response
) -> DependencyRead:
    """Propose that one project's task needs what another project's task gives. It shapes no dates until both ends commit."""
    dependency = await propose_dependency(session, program_id, body, writer.subject)
    stamp(response, dependency)
    return read_of(dependency)


@router.get("/programs/{program_id}/dependencies", responses=responses(NotFound))
async def list_dependencies(
    program_id: Id, session: Session, query: Annotated[DependencyQuery, Query()], response: Response
) -> Page[DependencyRead]:
    """The program's dependencies. Sort by `created_at`."""
    program = await the_program(session, program_id)
    statement = select(Dependency).where(col(Dependency.program_id) == program_id)
    if query.state is not None:
        statement = statement.where(col(Dependency.state) == query.state)
    if query.policy is not None:
        statement = statement.where(col(Dependency.policy) == query.policy)
    if query.project_id is not None:
        ends = (col(Dependency.provider_project_id), col(Dependency.receiver_project_id))
        statement = statement.where(or_(*(end == query.project_id for end in ends)))
    dependencies, following = await page(session, statement, query, ORDER)
    await reflect_program(session, response, program)
    return Page(items=[read_of(dependency) for dependency in dependencies], next=following)


@router.get("/programs/{program_id}/dependencies/digest", responses=responses(NotFound))
async def read_dependency_digest(
    program_id: Id, session: Session, query: Annotated[DigestQuery, Query()], response: Response
) -> DigestRead:
    """What each project of the program owes the others and is owed, the least margin first. Sort projects by `created_at`."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    return await digest_of(session, program_id, query, positions)


@router.get("/dependencies/inbox")
async def list_dependency_inbox(
    session: Session, identity: CurrentIdentity, query: Annotated[InboxQuery, Query()]
) -> Page[InboxItem]:
    """What waits for the caller's decision, or for `owner`'s. Sort by `created_at` or `updated_at`."""
    return await inbox_of(session, identity, query)


@router.get("/dependencies/{dependency_id}", responses=responses(NotFound, Unschedulable))
async def read_dependency(dependency: Permitted, session: Session, response: Response) -> DependencyRead:
    """One dependency; of one that is only proposed also what would move if both ends committed."""
    program = await the_program(session, dependency.program_id)
    would_move = None
    if dependency.state is DependencyStatus.PROPOSED:
        network = await recalled_network(session, program)
        would_move = moved_dates(network, computed(network.facts, also=dependency), {dependency.id})
    await reflect_program(session, response, program)
    stamp(response, dependency)
    return read_of(dependency, would_move)


@router.patch(
    "/dependencies/{dependency_id}",
    responses=responses(NotFound, Forbidden, ProgramClosed, StaleRevision, DependencyStep),
)
async def update_dependency(
    permitted: Permitted,
    body: DependencyUpdate,
    session: Session,
    writer: Writer,
    response: Response,
    if_match: IfMatch = None,
) -> DependencyRead:
    """Change owners and threshold and, until a side commits, the criterion or the promised day; what was agreed to changes by renegotiation."""
    dependency = await actions.update_dependency(session, permitted.id, body, writer.subject, if_match)
    stamp(response, dependency)
    return read_of(dependency)
