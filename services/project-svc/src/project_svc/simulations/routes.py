"""`/projects/{project_id}/schedule/simulate`."""

from fastapi import APIRouter, Response

from chassis.problem import Forbidden, NotFound, responses
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events.jobs import JobKind
from project_svc.jobs.actions import ask_for
from project_svc.jobs.models import JobRead
from project_svc.jobs.routes import accepted
from project_svc.projects.reading import Reading
from project_svc.simulations.models import SimulationAsk

router = APIRouter(prefix="/projects/{project_id}/schedule", tags=["schedule"], route_class=TransactionRoute)


@router.post("/simulate", status_code=202, responses=responses(NotFound, Forbidden))
async def simulate_project(project: Reading, unit: Unit, body: SimulationAsk, response: Response) -> JobRead:
    """Ask for a simulation of the finish and the cost with the project's risks. The job's `result` is a `SimulationRead`."""
    asked = body.model_dump(mode="json")
    return accepted(await ask_for(unit, JobKind.SIMULATION, asked, project_id=project.id), response)
