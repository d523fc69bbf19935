"""`/programs/{id}/schedule`, `…/paths`, `…/what-if` and `…/tasks/{id}/explain`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.problem import NotFound, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.values import Id
from program_svc.dependencies.models import DependencyCycle
from program_svc.goals.queries import service_of
from program_svc.network.changes import WhatIf
from program_svc.network.explain import ExplanationRead, explain
from program_svc.network.outcome import WhatIfRead, thought_through
from program_svc.network.pages import ScheduleQuery, schedule_page
from program_svc.network.paths import PathQuery, PathsRead, paths_read
from program_svc.network.queries import Unschedulable
from program_svc.network.recalled import recalled_network
from program_svc.network.recalled_dates import recalled_dates
from program_svc.network.shapes import ScheduleRead
from program_svc.programs.queries import positions_of, reflect, reflect_program, the_program
from program_svc.sight import CurrentSight

router = APIRouter(prefix="/programs/{program_id}", tags=["schedule"], route_class=TransactionRoute)


@router.get("/schedule", responses=responses(NotFound, Unschedulable))
async def read_program_schedule(
    program_id: Id,
    session: Session,
    sight: CurrentSight,
    query: Annotated[ScheduleQuery, Query()],
    response: Response,
) -> ScheduleRead:
    """The dates of the tasks in the program's network: early, late, float, and what drives each.

    Sort by `task_id`, `early_start`, `early_finish` or `total_float`.
    """
    program = await the_program(session, program_id)
    dates = await recalled_dates(session, program)
    sees = None if sight.sees_all_of(program_id) else sight.sees
    schedule, positions = await schedule_page(session, program, dates, query, sees)
    reflect(response, program, positions)
    return schedule


@router.get("/paths", responses=responses(NotFound, Unschedulable))
async def read_program_paths(
    program_id: Id, session: Session, query: Annotated[PathQuery, Query()], response: Response
) -> PathsRead:
    """The critical path and those that would soon be critical, across projects, the one with the least float first."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    return paths_read(await recalled_network(session, program), query, positions)


@router.post("/what-if", responses=responses(NotFound, Unschedulable, DependencyCycle))
async def what_if(program_id: Id, body: WhatIf, session: Session, response: Response) -> WhatIfRead:
    """What these changes would move, which dependencies would lose their margin, which goals would be threatened. Writes nothing."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    before = await recalled_network(session, program)
    service = await service_of(session, before.facts.projects.keys())
    return thought_through(before, body.changes, service, program, positions)


@router.get("/tasks/{task_id}/explain", responses=responses(NotFound, Unschedulable))
async def explain_program_task(program_id: Id, task_id: Id, session: Session, response: Response) -> ExplanationRead:
    """Why a task is where it is: what drives it back to the root, across projects, and what its last move goes back to."""
    program = await the_program(session, program_id)
    await reflect_program(session, response, program)
    return await explain(session, program, await recalled_dates(session, program), task_id)
