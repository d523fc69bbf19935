"""`/programs/{program_id}/snapshot`: a program's dependencies and components, as of one revision."""

from fastapi import APIRouter, Response
from sqlmodel import col, select

from chassis.problem import NotFound, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.snapshots import ProgramSnapshot
from contracts.values import Id
from program_svc.components.models import Component
from program_svc.dependencies.models import Dependency
from program_svc.dependencies.shapes import state_of
from program_svc.programs.models import Program
from program_svc.programs.queries import positions_of, reflect

router = APIRouter(prefix="/programs/{program_id}", tags=["programs"], route_class=TransactionRoute)


@router.get("/snapshot", responses=responses(NotFound))
async def read_program_snapshot(program_id: Id, session: Session, response: Response) -> ProgramSnapshot:
    """What a follower of the program's events starts from, when it comes late."""
    # No writer comes between the statements, so that the answer is true of one revision.
    shared = select(Program).where(col(Program.id) == program_id).with_for_update(read=True)
    program = (await session.scalars(shared)).one_or_none()
    if program is None:
        raise NotFound(f"There is no program {program_id}.")
    components = select(col(Component.project_id)).where(col(Component.program_id) == program_id)
    dependencies = select(Dependency).where(col(Dependency.program_id) == program_id).order_by(col(Dependency.id))
    reflect(response, program, await positions_of(session, program_id))
    return ProgramSnapshot(
        revision=program.latest_revision,
        program_id=program.id,
        project_ids=sorted(await session.scalars(components)),
        dependencies=[state_of(each) for each in await session.scalars(dependencies)],
    )
