"""What must hold before a project goes to a state: its state machine names the steps, this their conditions."""

from typing import Any

from sqlalchemy import func, select

from contracts.project_events.control import GateDecision
from contracts.project_events.exceptions import ExceptionStatus
from contracts.project_events.people import DeliverableStatus
from contracts.vocabulary import ProjectStatus
from project_svc.baselines.queries import approved_baseline
from project_svc.projects.locked import LockedProject
from project_svc.projects.models import ConditionsUnmet
from project_svc.register.declared import Declared
from project_svc.registers import DELIVERABLES, GATES
from project_svc.tolerances.models import EXCEPTIONS


async def check_conditions(project: LockedProject, to: ProjectStatus) -> None:
    """Raise ConditionsUnmet if the project may not go to a state yet."""
    unmet: list[str] = []
    if to is ProjectStatus.BASELINED and await approved_baseline(project.session, project.id) is None:
        unmet.append("approved_baseline")
    if to in {ProjectStatus.BASELINED, ProjectStatus.EXECUTING} and await _is_killed(project):
        unmet.append("no_gate_killed")
    if to is ProjectStatus.CLOSED:
        if await _any(project, DELIVERABLES, DeliverableStatus.ACCEPTED):
            unmet.append("deliverables_accepted")
        if await _any(project, EXCEPTIONS, ExceptionStatus.CLOSED):
            unmet.append("exceptions_closed")
    if unmet:
        raise ConditionsUnmet.of("the project", to, unmet)


async def _is_killed(project: LockedProject) -> bool:
    """Whether a gate has given the project up."""
    at = GATES.table.c
    found = select(at.id).where(at.project_id == project.id, at.decision == GateDecision.KILL).limit(1)
    return (await project.session.execute(found)).first() is not None


async def _any(project: LockedProject, declared: Declared[Any], other_than: str) -> bool:
    """Whether any record of the project is in another state."""
    table = declared.table
    found = select(func.count()).where(table.c.project_id == project.id, table.c.state != other_than)
    return (await project.session.execute(found)).scalar_one() > 0
