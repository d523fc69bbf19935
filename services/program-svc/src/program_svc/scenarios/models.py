"""Scenarios, and the proposals to the projects' managers that follow when one is taken: both declared."""

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from chassis.problem import Conflict
from contracts.program_events.registers import PROPOSAL, SCENARIO
from contracts.program_events.scenarios import (
    ProposalFields,
    ProposalState,
    ProposalStatus,
    ScenarioFields,
    ScenarioState,
    ScenarioStatus,
)
from program_svc.boundaries import LockedProgram
from program_svc.network.changes import NetworkChange
from program_svc.register.declared import Broken, Declared

CHANGES: TypeAdapter[list[NetworkChange]] = TypeAdapter(list[NetworkChange])


class ScenarioSettled(Conflict):
    """What was taken stays as it was taken: only a draft is changed, or taken."""

    slug, title = "scenario-settled", "The scenario is no draft"


async def _check(locked: LockedProgram, scenario: ScenarioState) -> None:
    table = SCENARIOS.table
    kept = await locked.session.scalar(select(table.c.state).where(table.c.id == scenario.id))
    if kept is ScenarioStatus.TAKEN:
        raise ScenarioSettled("It was taken: its proposals say what it says.")


def changes_in(scenario: ScenarioState) -> list[NetworkChange]:
    """Its changes, in the order in which they were written down. Raises ValidationError."""
    return CHANGES.validate_python(scenario.changes)


def _rules(scenario: ScenarioState) -> Iterable[Broken]:
    try:
        changes_in(scenario)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False):
            place = "/".join(str(part) for part in each["loc"])
            yield f"/changes/{place}", each["type"], each["msg"]


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
    rules=_rules,
    check=_check,
    refuses=(ScenarioSettled,),
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
