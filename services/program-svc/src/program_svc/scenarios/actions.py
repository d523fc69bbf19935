"""Taking a scenario: its changes are asked of the managers of the projects that they touch. Nothing in a plan is changed by it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problem import NotFound
from contracts.program_events.scenarios import (
    ProposalFields,
    ProposalState,
    ProposalStatus,
    ScenarioState,
    ScenarioStatus,
)
from contracts.values import Shape, Text
from program_svc.boundaries import LockedProgram
from program_svc.network.facts import facts_of
from program_svc.network.what_if import imagined, projects_of
from program_svc.register.actions import change, check_step, create, find
from program_svc.scenarios.models import PROPOSALS, SCENARIOS, ScenarioSettled, changes_in


class Answer(Shape):
    """What a project's manager says to a proposal."""

    note: Text = ""


class _Nothing(Shape):
    """No change of what people write."""


async def take_scenario(locked: LockedProgram, scenario_id: UUID) -> tuple[ScenarioState, list[ProposalState]]:
    """Propose a draft's changes to each project that they touch. Raises NotFound, ScenarioSettled, InvalidRequest and DependencyCycle."""
    scenario = await find(locked.session, locked.program.id, SCENARIOS, scenario_id)
    if scenario.state is not ScenarioStatus.DRAFT:
        raise ScenarioSettled(f"The scenario is {scenario.state}.")
    facts = await facts_of(locked.session, locked.program)
    asked, of_project = changes_in(scenario), dict[UUID, list[int]]()
    imagined(facts, asked, locked.program.id)
    for index, each in enumerate(asked):
        for project_id in projects_of(facts, each):
            of_project.setdefault(project_id, []).append(index)
    taken = await change(locked, SCENARIOS, scenario, _Nothing(), state=ScenarioStatus.TAKEN)
    proposals = [
        await create(
            locked,
            PROPOSALS,
            ProposalFields(
                scenario_id=scenario_id, project_id=project_id, changes=[scenario.changes[index] for index in indexes]
            ),
        )
        for project_id, indexes in sorted(of_project.items())
    ]
    return taken, proposals


async def the_proposal(session: AsyncSession, program_id: UUID, project_id: UUID, proposal_id: UUID) -> ProposalState:
    """A proposal to this project. Raises NotFound."""
    proposal = await find(session, program_id, PROPOSALS, proposal_id)
    if proposal.project_id != project_id:
        raise NotFound(f"There is no proposal {proposal_id} to the project {project_id}.")
    return proposal


async def answer_proposal(
    locked: LockedProgram, project_id: UUID, proposal_id: UUID, state: ProposalStatus, body: Answer, by: str
) -> ProposalState:
    """A project's manager accepts, having changed or about to change the plan, or declines. Raises NotFound and IllegalStep."""
    proposal = await the_proposal(locked.session, locked.program.id, project_id, proposal_id)
    check_step(PROPOSALS, proposal, state)
    return await change(locked, PROPOSALS, proposal, body, state=state, decided_by=by)
