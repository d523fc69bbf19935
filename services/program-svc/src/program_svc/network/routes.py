"""`/programs/{id}/schedule`, `…/what-if` and `…/tasks/{id}/explain`."""

from fastapi import APIRouter, Response

from chassis.problem import NotFound, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.values import Id
from program_svc.goals.queries import service_of
from program_svc.network.explain import ExplanationRead, explain
from program_svc.network.outcome import WhatIfRead, outcome_of
from program_svc.network.queries import Unschedulable, computed, network_of
from program_svc.network.shapes import ScheduleRead, schedule_read
from program_svc.network.what_if import WhatIf, changed_ids, imagined
from program_svc.programs.queries import positions_of, reflect, the_program

router = APIRouter(prefix="/programs/{program_id}", tags=["schedule"], route_class=TransactionRoute)


@router.get("/schedule", responses=responses(NotFound, Unschedulable))
async def read_program_schedule(program_id: Id, session: Session, response: Response) -> ScheduleRead:
    """The dates of every task in the program's network: early, late, float, and what drives it."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    return schedule_read(await network_of(session, program), positions)


@router.post("/what-if", responses=responses(NotFound, Unschedulable))
async def what_if(program_id: Id, body: WhatIf, session: Session, response: Response) -> WhatIfRead:
    """What these changes would move, which dependencies would lose their margin, which goals would be threatened. Writes nothing."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    before = await network_of(session, program)
    after = computed(imagined(before.facts, body.changes))
    service = await service_of(session, before.facts.projects.keys())
    return outcome_of(before, after, changed_ids(body.changes), service, program, positions)


@router.get("/tasks/{task_id}/explain", responses=responses(NotFound, Unschedulable))
async def explain_program_task(program_id: Id, task_id: Id, session: Session, response: Response) -> ExplanationRead:
    """Why a task is where it is: what drives it back to the root, across projects, and what its last move goes back to."""
    program = await the_program(session, program_id)
    reflect(response, program, await positions_of(session, program_id))
    return await explain(session, program, await network_of(session, program), task_id)
