"""`/projects/{project_id}/schedule/level`."""

from fastapi import APIRouter, Response

from chassis.problem import Forbidden, NotFound, responses
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.project_events.jobs import JobKind
from project_svc.jobs.actions import ask_for
from project_svc.jobs.models import JobRead
from project_svc.jobs.routes import accepted
from project_svc.levelling import actions
from project_svc.levelling.models import LevellingAsk, LevellingTaken, NotLevelled, StaleLevelling, Taken
from project_svc.projects.locked import Writing
from project_svc.projects.models import ProjectClosed
from project_svc.projects.reading import Reading
from project_svc.schedule.conclusion import conclude
from project_svc.schedule.models import Preview

router = APIRouter(prefix="/projects/{project_id}/schedule/level", tags=["schedule"], route_class=TransactionRoute)


@router.post("", status_code=202, responses=responses(NotFound, Forbidden))
async def level_project(project: Reading, unit: Unit, body: LevellingAsk, response: Response) -> JobRead:
    """Ask for a schedule in which nobody is asked for more than there is. Nothing changes; the job's `result` is a `LevellingRead`."""
    asked = body.model_dump(mode="json")
    return accepted(await ask_for(unit, JobKind.LEVELLING, asked, project_id=project.id), response)


@router.post("/take", responses=responses(NotFound, Forbidden, ProjectClosed, NotLevelled, StaleLevelling))
async def take_levelling(project: Writing, body: LevellingTaken, response: Response) -> Taken | Preview:
    """Take a levelling over, while the project is as it was: what it delays starts no earlier than it says."""
    return await conclude(project, await actions.take_levelling(project, body.job_id), response)
