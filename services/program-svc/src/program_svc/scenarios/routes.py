"""`/programs/{id}/scenarios/{id}/…`; scenarios themselves are a declared record."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from chassis.etag import stamp
from chassis.problem import Forbidden, NotFound, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.program_events.scenarios import ProposalState, ScenarioState
from contracts.values import Id, Name, Shape
from contracts.vocabulary import DependencyStatus
from program_svc.dependencies.models import DependencyCycle
from program_svc.goals.queries import service_of
from program_svc.network.outcome import (
    FinishChange,
    WhatIfRead,
    outcome_of,
    states_by_margin,
    thought_out,
    thought_through,
)
from program_svc.network.queries import Unschedulable
from program_svc.network.recalled import recalled_network
from program_svc.permissions import Writer
from program_svc.programs.actions import lock_open_program
from program_svc.programs.models import ProgramClosed
from program_svc.programs.queries import positions_of, reflect, the_program
from program_svc.register.actions import find
from program_svc.scenarios.actions import take_scenario
from program_svc.scenarios.models import SCENARIOS, ScenarioSettled, changes_in

router = APIRouter(prefix="/programs/{program_id}", tags=["scenarios"], route_class=TransactionRoute)

MOST_COMPARED = 20


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
    """Dependencies of the program whose forecast would be later than the agreed date."""
    healed: int
    """Those that are broken now, and whose forecast would be within it; both sides still have to agree on a date anew."""
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
    broken = {each.id for each in before.facts.dependencies if each.state is DependencyStatus.BREACHED}
    compared = []
    for scenario_id in query.scenario_id:
        scenario = await find(session, program_id, SCENARIOS, scenario_id)
        after, changed = thought_out(before, changes_in(scenario), program)
        outcome = outcome_of(before, after, changed, service, program, positions)
        states = states_by_margin(after, program.margin_threshold)
        counts = Counter(states.values())
        compared.append(
            ScenarioCompared(
                scenario_id=scenario_id,
                name=scenario.name,
                finish=outcome.finish,
                moved=len({each.task_id for each in outcome.moved}),
                breached=counts[DependencyStatus.BREACHED],
                healed=len(broken & {id_ for id_, state in states.items() if state is not DependencyStatus.BREACHED}),
                at_risk=counts[DependencyStatus.AT_RISK],
                dissolved=sum(each.state is DependencyStatus.DISSOLVED for each in outcome.dependencies),
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
