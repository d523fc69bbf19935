"""Scenarios, and the proposals to the projects' managers that follow when one is taken: both declared."""

from contracts.program_events.registers import PROPOSAL, SCENARIO
from contracts.program_events.scenarios import (
    ProposalFields,
    ProposalState,
    ProposalStatus,
    ScenarioFields,
    ScenarioState,
    ScenarioStatus,
)
from program_svc.register.declared import Declared

SCENARIOS = Declared(
    name="scenario",
    collection="scenarios",
    about="changes that are thought through together.",
    fields=ScenarioFields,
    state=ScenarioState,
    life=SCENARIO,
    filters=("state",),
    sorts=("name",),
    begins=ScenarioStatus.DRAFT,
    steps={
        ScenarioStatus.DRAFT: (ScenarioStatus.DISCARDED,),
        ScenarioStatus.DISCARDED: (ScenarioStatus.DRAFT,),
        ScenarioStatus.TAKEN: (),
    },
)
PROPOSALS = Declared(
    name="proposal",
    collection="proposals",
    about="what the program asks of a project's manager.",
    fields=ProposalFields,
    state=ProposalState,
    life=PROPOSAL,
    filters=("state", "scenario_id", "project_id"),
    sorts=(),
    begins=ProposalStatus.OPEN,
    steps={
        ProposalStatus.OPEN: (ProposalStatus.ACCEPTED, ProposalStatus.DECLINED),
        ProposalStatus.ACCEPTED: (),
        ProposalStatus.DECLINED: (),
    },
)
