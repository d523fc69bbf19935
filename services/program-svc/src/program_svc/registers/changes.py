"""What of a program's change request only the database can tell: whose projects it touches, what it would do, what it asked for when submitted."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from chassis.problem import Conflict
from contracts.program_events.governance import ChangeRequestOutcome, ChangeRequestState
from contracts.program_events.scenarios import ProposalStatus
from contracts.project_events.change_requests import ChangeRequestStatus
from contracts.vocabulary import DependencyStatus
from program_svc.boundaries import LockedProgram
from program_svc.network.queries import network_of
from program_svc.programs.queries import positions_of
from program_svc.register.actions import find
from program_svc.register.declared import STATE
from program_svc.registers.named import components_among, missing
from program_svc.tables import METADATA

ASKED = ("title", "description", "reason", "project_ids", "scenario_id")
"""What it asks for; after it was submitted this stays, until it is put off."""
OPEN = frozenset({ChangeRequestStatus.DRAFT, ChangeRequestStatus.DEFERRED})


DECIDED = frozenset(
    {
        ChangeRequestStatus.APPROVED,
        ChangeRequestStatus.REJECTED,
        ChangeRequestStatus.DEFERRED,
        ChangeRequestStatus.IMPLEMENTED,
        ChangeRequestStatus.CLOSED,
    }
)


class PartOpen(Conflict):
    """A change is implemented once each of its projects has made its part; ``projects`` lists those that have not."""

    slug, title = "part-open", "A project has not made its part"


class ChangeRequestFixed(Conflict):
    """What a change request asked for when it was submitted stays; ``fields`` names what was to be changed."""

    slug, title = "change-request-fixed", "This change request is on its way"


async def check_change_request(locked: LockedProgram, request: ChangeRequestState) -> None:
    """Raises NotFound for a project that is no component, ChangeRequestFixed, and PartOpen."""
    table = METADATA.tables["change_requests"]
    row = (await locked.session.execute(select(table).where(table.c.id == request.id))).mappings().one_or_none()
    before = None if row is None else row["state"]
    if request.state is ChangeRequestStatus.IMPLEMENTED and before != request.state:
        await _check_parts(locked, request)
    if row is not None and before not in OPEN:
        asked = request.model_dump(mode="json")
        known = {name: row[name] for name in ASKED} | {"scenario_id": row["scenario_id"] and str(row["scenario_id"])}
        changed = [name for name in ASKED if asked[name] != known[name]]
        if changed:
            raise ChangeRequestFixed(f"It is {before}: {', '.join(changed)} stay as they are.", fields=changed)
        return
    known_ids = await components_among(locked, request.project_ids)
    for index, project_id in enumerate(request.project_ids):
        if project_id not in known_ids:
            raise missing(f"/project_ids/{index}", f"The project {project_id} is not a component of this program.")


async def outcome_when_assessed(
    locked: LockedProgram, before: ChangeRequestState, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """What the scenario would do on the plans as they stand, kept from the moment at which the request is assessed.

    Raises InvalidRequest where a change no longer fits the plans, DependencyCycle and Unschedulable.
    """
    # These take the registers' own records into account.
    from program_svc.goals.queries import service_of
    from program_svc.network.outcome import outcome_of, states_by_margin, thought_out
    from program_svc.scenarios.models import SCENARIOS, changes_in

    scenario_id = changes.get("scenario_id", before.scenario_id)
    if changes.get(STATE) is not ChangeRequestStatus.ASSESSED or before.state is ChangeRequestStatus.ASSESSED:
        return {}
    if scenario_id is None:
        return {"outcome": None}
    session, program = locked.session, locked.program
    scenario = await find(session, program.id, SCENARIOS, scenario_id)
    now = await network_of(session, program)
    positions = await positions_of(session, program.id)
    service = await service_of(session, now.facts.projects.keys())
    then, changed = thought_out(now, changes_in(scenario), program)
    found = outcome_of(now, then, changed, service, program, positions)
    states = states_by_margin(then, program.margin_threshold).values()
    outcome = ChangeRequestOutcome(
        finish_from=found.finish.from_,
        finish_to=found.finish.to,
        moved=len({each.task_id for each in found.moved}),
        breached=sum(state is DependencyStatus.BREACHED for state in states),
        goals_threatened=len({each.id for each in found.goals}),
        positions=found.positions,
    )
    return {"outcome": outcome}


async def _check_parts(locked: LockedProgram, request: ChangeRequestState) -> None:
    proposals = METADATA.tables["proposals"].c
    accepted = select(proposals.project_id).where(
        proposals.scenario_id == request.scenario_id, proposals.state == ProposalStatus.ACCEPTED
    )
    done = {*request.done_by, *await locked.session.scalars(accepted)}
    open_ = [str(project_id) for project_id in request.project_ids if project_id not in done]
    if open_:
        raise PartOpen(f"{len(open_)} of its projects have not made their part.", projects=open_)
