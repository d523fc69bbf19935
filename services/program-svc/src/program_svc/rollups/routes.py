"""`/programs/{id}/{budget,risks,earned-value}`: sums over the program's projects."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.paging import PageQuery
from chassis.problem import NotFound, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.values import Id
from program_svc.benefits.forecast import Period
from program_svc.network.queries import Unschedulable
from program_svc.programs.queries import positions_of, reflect, reflect_program, the_program
from program_svc.rollups.budget import BudgetRead, budget_of
from program_svc.rollups.earned_value import EarnedValueQuery, ProgramEarnedValue, earned_value_of
from program_svc.rollups.funding import FundingNeedRead, funding_need_of
from program_svc.rollups.issues import IssueQuery, IssueRollUp, issues_of
from program_svc.rollups.risks import RiskQuery, RiskRollUp, risks_of
from program_svc.rollups.scope import Scope
from program_svc.sight import CurrentSight

router = APIRouter(prefix="/programs/{program_id}", tags=["roll-ups"], route_class=TransactionRoute)


@router.get("/budget", responses=responses(NotFound))
async def read_program_budget(
    program_id: Id, session: Session, sight: CurrentSight, query: Annotated[PageQuery, Query()], response: Response
) -> BudgetRead:
    """Budget and cost of the program's projects, a sum for each currency. Sort projects by `key` or `name`."""
    program = await the_program(session, program_id)
    scope = await Scope.of(session, sight, program_id)
    await reflect_program(session, response, program)
    return await budget_of(session, program, scope, query)


@router.get("/funding-need", responses=responses(NotFound, Unschedulable))
async def read_program_funding_need(
    program_id: Id, session: Session, sight: CurrentSight, response: Response, period: Period = Period.MONTH
) -> FundingNeedRead:
    """What the program needs, has spent and may spend, period by period, and from when on money is missing."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    seen = sight.of_those(positions)
    return await funding_need_of(session, program, period, seen, len(positions) - len(seen))


@router.get("/risks", responses=responses(NotFound))
async def list_program_risks(
    program_id: Id, session: Session, sight: CurrentSight, query: Annotated[RiskQuery, Query()], response: Response
) -> RiskRollUp:
    """The risks of the program and of its projects, and what they are expected to cost, each counted once. Sort by `emv` or `title`."""
    program = await the_program(session, program_id)
    scope = await Scope.of(session, sight, program_id)
    await reflect_program(session, response, program)
    return await risks_of(session, program, query, scope)


@router.get("/issues", responses=responses(NotFound))
async def list_program_issues(
    program_id: Id, session: Session, sight: CurrentSight, query: Annotated[IssueQuery, Query()], response: Response
) -> IssueRollUp:
    """The issues of the program and of its projects; one that was escalated and taken over counts once. Sort by `title` or `priority`."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    seen = sight.of_those(positions)
    return await issues_of(session, program_id, query, seen, len(positions) - len(seen))


@router.get("/earned-value", responses=responses(NotFound, Unschedulable))
async def read_program_earned_value(
    program_id: Id,
    session: Session,
    sight: CurrentSight,
    query: Annotated[EarnedValueQuery, Query()],
    response: Response,
) -> ProgramEarnedValue:
    """PV, EV, AC and BAC of the projects summed, then divided; never a mean of their indices. Sort projects by `key` or `name`."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    seen = sight.of_those(positions)
    return await earned_value_of(session, program, query, seen, len(positions) - len(seen))
