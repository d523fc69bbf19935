"""What can happen to an alignment."""

from uuid import UUID

from sqlalchemy import select as select_rows
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.etag import check_if_match
from chassis.patch import changes_of
from chassis.problem import AlreadyExists, NotFound
from contracts.program_events import AlignmentCreated, AlignmentDeleted, AlignmentUpdated
from program_svc.alignments.models import Alignment, AlignmentCreate, AlignmentUpdate, state_of
from program_svc.boundaries import lock_strategy
from program_svc.components.models import Component
from program_svc.goals.queries import the_goal
from program_svc.registers.risks import RISKS as OWN
from program_svc.replica.arrival import arrived
from program_svc.replica.models import PROJECTS, RISKS, TASKS


async def the_alignment(session: AsyncSession, alignment_id: UUID) -> Alignment:
    """The alignment. Raises NotFound."""
    alignment = await session.get(Alignment, alignment_id)
    if alignment is None:
        raise NotFound(f"There is no alignment {alignment_id}.")
    return alignment


async def create_alignment(session: AsyncSession, organization_id: UUID, body: AlignmentCreate) -> Alignment:
    """A project is to serve a goal. Raises NotFound and AlreadyExists."""
    if body.project_id not in await arrived(session, PROJECTS, [body.project_id]):
        raise NotFound(f"There is no project {body.project_id}.")
    await _check_milestone(session, body.project_id, body.milestone_task_id)
    await _check_risk(session, body.project_id, body.risk_id)
    locked = await lock_strategy(session, organization_id)
    await the_goal(session, body.goal_id)
    await _check_only_one(session, body.goal_id, body.project_id, body.milestone_task_id, body.risk_id)
    reference = body.external_ref
    alignment = Alignment(
        organization_id=organization_id,
        revision=locked.revision,
        goal_id=body.goal_id,
        project_id=body.project_id,
        milestone_task_id=body.milestone_task_id,
        risk_id=body.risk_id,
        weight=body.weight,
        contribution=body.contribution,
        external_source=None if reference is None else reference.source,
        external_id=None if reference is None else reference.id,
    )
    session.add(alignment)
    await session.flush()
    locked.record(AlignmentCreated.of(state_of(alignment)))
    return alignment


async def update_alignment(
    session: AsyncSession, organization_id: UUID, alignment_id: UUID, body: AlignmentUpdate, if_match: str | None
) -> Alignment:
    """Change weight, contribution or milestone. Raises NotFound, StaleRevision and AlreadyExists."""
    changes = changes_of(body)
    if (milestone := changes.get("milestone_task_id")) is not None:
        await _check_milestone(session, (await the_alignment(session, alignment_id)).project_id, milestone)
    locked = await lock_strategy(session, organization_id)
    alignment = await the_alignment(session, alignment_id)
    check_if_match(if_match, alignment)
    if changes.get("milestone_task_id", alignment.milestone_task_id) != alignment.milestone_task_id:
        await _check_only_one(
            session, alignment.goal_id, alignment.project_id, changes["milestone_task_id"], alignment.risk_id
        )
    before = state_of(alignment)
    for name, value in changes.items():
        setattr(alignment, name, value)
    if state_of(alignment) != before:
        locked.touch(alignment)
        locked.record(AlignmentUpdated.between(before, state_of(alignment)))
    return alignment


async def delete_alignment(
    session: AsyncSession, organization_id: UUID, alignment_id: UUID, if_match: str | None
) -> None:
    """The project no longer serves the goal. Raises NotFound and StaleRevision."""
    locked = await lock_strategy(session, organization_id)
    alignment = await the_alignment(session, alignment_id)
    check_if_match(if_match, alignment)
    locked.touch(alignment)
    locked.record(AlignmentDeleted.of(state_of(alignment)))
    await session.flush()
    await session.delete(alignment)


async def _check_milestone(session: AsyncSession, project_id: UUID, task_id: UUID | None) -> None:
    if task_id is None:
        return
    await arrived(session, TASKS, [task_id])
    found = await session.scalar(select_rows(TASKS.c.project_id).where(TASKS.c.id == task_id))
    if found != project_id:
        raise NotFound(f"There is no task {task_id} in the project {project_id}.")


async def _check_risk(session: AsyncSession, project_id: UUID, risk_id: UUID | None) -> None:
    if risk_id is None:
        return
    own = (
        select_rows(OWN.table.c.id)
        .join(Component, col(Component.program_id) == OWN.table.c.program_id)
        .where(OWN.table.c.id == risk_id, col(Component.project_id) == project_id)
    )
    if await session.scalar(own) is not None:
        return
    await arrived(session, RISKS, [risk_id])
    found = await session.scalar(select_rows(RISKS.c.project_id).where(RISKS.c.id == risk_id))
    if found != project_id:
        raise NotFound(f"There is no risk {risk_id} in the project {project_id}, nor in the program that it is in.")


async def _check_only_one(
    session: AsyncSession, goal_id: UUID, project_id: UUID, milestone_task_id: UUID | None, risk_id: UUID | None
) -> None:
    same = select(col(Alignment.id)).where(
        col(Alignment.goal_id) == goal_id,
        col(Alignment.project_id) == project_id,
        col(Alignment.milestone_task_id).is_not_distinct_from(milestone_task_id),
        col(Alignment.risk_id).is_not_distinct_from(risk_id),
    )
    if (other := await session.scalar(same)) is not None:
        raise AlreadyExists(f"The alignment {other} already says so.", alignment_id=str(other))
