"""What must hold before a project goes to a state: its state machine names the steps, this their conditions."""

from typing import Any

from sqlalchemy import func, select

from chassis.problem import Conflict
from contracts.project_events.exceptions import ExceptionStatus
from contracts.project_events.people import DeliverableStatus
from contracts.vocabulary import ProjectStatus
from project_svc.baselines.queries import approved_baseline
from project_svc.projects.locked import LockedProject
from project_svc.register.declared import Declared
from project_svc.registers import DELIVERABLES
from project_svc.tolerances.models import EXCEPTIONS


class ConditionsUnmet(Conflict):
    """The step is legal, but what it asks for is not there yet; `unmet` lists it."""

    slug, title = "conditions-unmet", "Something is missing for this step"


async def check_conditions(project: LockedProject, to: ProjectStatus) -> None:
    """Raise ConditionsUnmet if the project may not go to a state yet."""
    unmet: list[str] = []
    if to is ProjectStatus.BASELINED and await approved_baseline(project.session, project.id) is None:
        unmet.append("approved_baseline")
    if to is ProjectStatus.CLOSED:
        if await _any(project, DELIVERABLES, DeliverableStatus.ACCEPTED):
            unmet.append("deliverables_accepted")
        if await _any(project, EXCEPTIONS, ExceptionStatus.CLOSED):
            unmet.append("exceptions_closed")
    if unmet:
        raise ConditionsUnmet(f"To be {to}, the project needs: {', '.join(unmet).replace('_', ' ')}.", unmet=unmet)


async def _any(project: LockedProject, declared: Declared[Any], other_than: str) -> bool:
    """Whether any record of the project is in another state."""
    table = declared.table
    found = select(func.count()).where(table.c.project_id == project.id, table.c.state != other_than)
    return (await project.session.execute(found)).scalar_one() > 0
