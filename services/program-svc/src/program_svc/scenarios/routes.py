"""`/programs/{id}/scenarios/{id}/…` and `/programs/{id}/proposals`; scenarios themselves are a declared record."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from chassis.etag import stamp
from chassis.paging import Page, PageQuery
from chassis.problem import Forbidden, NotFound, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.program_events.scenarios import ProposalState, ProposalStatus, ScenarioState
from contracts.values import Id, Name, Shape
from contracts.vocabulary import DependencyStatus
from program_svc.dependencies.models import DependencyCycle
from program_svc.goals.queries import service_of
from program_svc.network.outcome import FinishChange, WhatIfRead, thought_through
from program_svc.network.queries import Unschedulable
from program_svc.network.recalled import recalled_network
from program_svc.permissions import Writer
from program_svc.programs.actions import lock_open_program
from program_svc.programs.models import IllegalStep, ProgramClosed
from program_svc.programs.queries import positions_of, reflect, the_program
from program_svc.register.actions import find, page_of
from program_svc.scenarios.actions import Answer, answer_proposal, take_scenario
from program_svc.scenarios.models import PROPOSALS, SCENARIOS, ScenarioSettled, changes_in

router = APIRouter(prefix="/programs/{program_id}", tags=["scenarios"], route_class=TransactionRoute)

MOST_COMPARED = 20
NO_NOTE = Answer()


class ProposalQuery(PageQuery):
    """Which proposals."""

    state: ProposalStatus | None = None
    scenario_id: Id | None = None
    project_id: Id | None = None


class ScenarioTaken(Shape):
    """A scenario that was taken, and what each project's manager is asked."""

    scenario: ScenarioState
    proposals: list[ProposalState]


class ComparisonQuery(Shape):
    """Which scenarios."""

    scenario_id: list[Id] = Field(min_length=1, max_length=MOST_COMPARED)


class ScenarioCompared(Shape):
    """What would come of one scenario, in numbers."""

    scenario_id: Id
    name: Name
    finish: FinishChange
    moved: int
    """Tasks whose dates would move."""
    breached: int
    at_risk: int
    dissolved: int
    goals_threatened: int


class ComparisonRead(Shape):
    """Scenarios beside each other, in the order asked for."""

    scenarios: list[ScenarioCompared]
    positions: dict[str, int]


@router.get("/scenarios/{scenario_id}/outcome", responses=responses(NotFound, Unschedulable, DependencyCycle))
async def read_scenario_outcome(program_id: Id, scenario_id: Id, session: Session, response: Response) -> WhatIfRead:
    """What would come of the scenario on the plans as they stand. 422 where a change no longer fits them."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    scenario = await find(session, program_id, SCENARIOS, scenario_id)
    before = await recalled_network(session, program)
    service = await service_of(session, before.facts.projects.keys())
    return thought_through(before, changes_in(scenario), service, program, positions)


@router.get("/scenario-comparison", responses=responses(NotFound, Unschedulable, DependencyCycle))
async def compare_scenarios(
    program_id: Id, session: Session, query: Annotated[ComparisonQuery, Query()], response: Response
) -> ComparisonRead:
    """Scenarios beside each other, each on the plans as they stand."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    before = await recalled_network(session, program)
    service = await service_of(session, before.facts.projects.keys())
    compared = []
    for scenario_id in query.scenario_id:
        scenario = await find(session, program_id, SCENARIOS, scenario_id)
        outcome = thought_through(before, changes_in(scenario), service, program, positions)
        states = [each.state for each in outcome.dependencies]
        compared.append(
            ScenarioCompared(
                scenario_id=scenario_id,
                name=scenario.name,
                finish=outcome.finish,
                moved=len({each.task_id for each in outcome.moved}),
                breached=states.count(DependencyStatus.BREACHED),
                at_risk=states.count(DependencyStatus.AT_RISK),
                dissolved=states.count(DependencyStatus.DISSOLVED),
                goals_threatened=len({each.id for each in outcome.goals}),
            )
        )
    return ComparisonRead(
        scenarios=compared, positions={str(project_id): each for project_id, each in positions.items()}
    )


@router.post(
    "/scenarios/{scenario_id}/take",
    name="take_scenario",
    responses=responses(NotFound, Forbidden, ProgramClosed, ScenarioSettled, DependencyCycle, Unschedulable),
)
async def take(program_id: Id, scenario_id: Id, session: Session, _: Writer, response: Response) -> ScenarioTaken:
    """Ask the projects' managers for what the scenario says, a proposal for each project. No plan is changed by it."""
    scenario, proposals = await take_scenario(await lock_open_program(session, program_id), scenario_id)
    stamp(response, scenario)
    return ScenarioTaken(scenario=scenario, proposals=proposals)


@router.get("/proposals", responses=responses(NotFound))
async def list_proposals(
    program_id: Id,
    session: Session,
    query: Annotated[ProposalQuery, Query()],
) -> Page[ProposalState]:
    """What the program asks of its projects' managers. Sort by `created_at` or `updated_at`."""
    await the_program(session, program_id)
    proposals, following = await page_of(session, program_id, PROPOSALS, query)
    return Page(items=proposals, next=following)


@router.get("/proposals/{proposal_id}", responses=responses(NotFound))
async def read_proposal(program_id: Id, proposal_id: Id, session: Session, response: Response) -> ProposalState:
    """One proposal."""
    proposal = await find(session, program_id, PROPOSALS, proposal_id)
    stamp(response, proposal)
    return proposal


@router.post(
    "/projects/{project_id}/proposals/{proposal_id}/accept",
    responses=responses(NotFound, Forbidden, ProgramClosed, IllegalStep),
)
async def accept_proposal(
    program_id: Id,
    project_id: Id,
    proposal_id: Id,
    session: Session,
    writer: Writer,
    response: Response,
    body: Answer = NO_NOTE,
) -> ProposalState:
    """The project's manager agrees, and makes the changes in the project."""
    locked = await lock_open_program(session, program_id)
    proposal = await answer_proposal(locked, project_id, proposal_id, ProposalStatus.ACCEPTED, body, writer.subject)
    stamp(response, proposal)
    return proposal


@router.post(
    "/projects/{project_id}/proposals/{proposal_id}/decline",
    responses=responses(NotFound, Forbidden, ProgramClosed, IllegalStep),
)
async def decline_proposal(
    program_id: Id,
    project_id: Id,
    proposal_id: Id,
    session: Session,
    writer: Writer,
    response: Response,
    body: Answer = NO_NOTE,
) -> ProposalState:
    """The project's manager does not agree."""
    locked = await lock_open_program(session, program_id)
    proposal = await answer_proposal(locked, project_id, proposal_id, ProposalStatus.DECLINED, body, writer.subject)
    stamp(response, proposal)
    return proposal
