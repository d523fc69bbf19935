"""What programs ask of projects: `/programs/{id}/proposals`, of a project alone below it, and `/proposals/inbox` across programs."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select

from chassis.etag import stamp
from chassis.paging import Page, PageQuery, page
from chassis.problem import Forbidden, NotFound, responses
from chassis.unit_of_work import CurrentIdentity, Session, TransactionRoute
from contracts.program_events.scenarios import ProposalState, ProposalStatus
from contracts.values import Id
from program_svc.dependencies.inbox import managed_by, manages_all
from program_svc.permissions import Writer
from program_svc.programs.actions import lock_open_program
from program_svc.programs.models import IllegalStep, ProgramClosed
from program_svc.programs.queries import the_program
from program_svc.register.actions import find, page_of
from program_svc.register.tables import record_of
from program_svc.scenarios.actions import Answer, answer_proposal, the_proposal
from program_svc.scenarios.models import PROPOSALS

router = APIRouter(tags=["scenarios"], route_class=TransactionRoute)
NO_NOTE = Answer()
OF_PROJECT = "/programs/{program_id}/projects/{project_id}/proposals/{proposal_id}"
ANSWERS = responses(NotFound, Forbidden, ProgramClosed, IllegalStep)
Answering = Callable[[ProposalStatus], Awaitable[ProposalState]]


class ProjectProposalQuery(PageQuery):
    """Which of the proposals to one project."""

    state: ProposalStatus | None = None
    scenario_id: Id | None = None


class ProposalQuery(ProjectProposalQuery):
    """Which proposals."""

    project_id: Id | None = None


@router.get("/proposals/inbox")
async def list_proposal_inbox(
    session: Session, identity: CurrentIdentity, query: Annotated[PageQuery, Query()]
) -> Page[ProposalState]:
    """What programs ask of the projects that the caller manages, not answered yet. Sort by `created_at` or `updated_at`."""
    table = PROPOSALS.table
    statement = select(table).where(table.c.state == ProposalStatus.OPEN)
    if not manages_all(identity):
        statement = statement.where(table.c.project_id.in_(managed_by(identity)))
    rows, following = await page(session, statement, query, PROPOSALS.order)
    return Page(items=[record_of(ProposalState, row._asdict()) for row in rows], next=following)


@router.get("/programs/{program_id}/proposals", responses=responses(NotFound))
async def list_proposals(
    program_id: Id,
    session: Session,
    query: Annotated[ProposalQuery, Query()],
) -> Page[ProposalState]:
    """What the program asks of its projects' managers. Sort by `created_at` or `updated_at`."""
    await the_program(session, program_id)
    proposals, following = await page_of(session, program_id, PROPOSALS, query)
    return Page(items=proposals, next=following)


@router.get("/programs/{program_id}/proposals/{proposal_id}", responses=responses(NotFound))
async def read_proposal(program_id: Id, proposal_id: Id, session: Session, response: Response) -> ProposalState:
    """One proposal."""
    proposal = await find(session, program_id, PROPOSALS, proposal_id)
    stamp(response, proposal)
    return proposal


@router.get("/programs/{program_id}/projects/{project_id}/proposals", responses=responses(NotFound))
async def list_project_proposals(
    program_id: Id, project_id: Id, session: Session, query: Annotated[ProjectProposalQuery, Query()]
) -> Page[ProposalState]:
    """What the program asks of one project, for those who read the project. Sort by `created_at` or `updated_at`."""
    await the_program(session, program_id)
    asked = ProposalQuery(**query.model_dump(), project_id=project_id)
    proposals, following = await page_of(session, program_id, PROPOSALS, asked)
    return Page(items=proposals, next=following)


@router.get(OF_PROJECT, responses=responses(NotFound))
async def read_project_proposal(
    program_id: Id, project_id: Id, proposal_id: Id, session: Session, response: Response
) -> ProposalState:
    """One proposal to a project."""
    proposal = await the_proposal(session, program_id, project_id, proposal_id)
    stamp(response, proposal)
    return proposal


async def _answering(
    program_id: Id,
    project_id: Id,
    proposal_id: Id,
    session: Session,
    writer: Writer,
    response: Response,
    body: Answer = NO_NOTE,
) -> Answering:
    async def answer(to: ProposalStatus) -> ProposalState:
        locked = await lock_open_program(session, program_id)
        proposal = await answer_proposal(locked, project_id, proposal_id, to, body, writer.subject)
        stamp(response, proposal)
        return proposal

    return answer


Answered = Annotated[Answering, Depends(_answering)]
"""Answers the proposal that a request is about. Raises NotFound, ProgramClosed, IllegalStep."""


@router.post(f"{OF_PROJECT}/accept", responses=ANSWERS)
async def accept_proposal(answered: Answered) -> ProposalState:
    """The project's manager agrees, and makes the changes in the project."""
    return await answered(ProposalStatus.ACCEPTED)


@router.post(f"{OF_PROJECT}/decline", responses=ANSWERS)
async def decline_proposal(answered: Answered) -> ProposalState:
    """The project's manager does not agree."""
    return await answered(ProposalStatus.DECLINED)
